import { isSecretName, pipSecretsIn, withoutPipCredentials } from '../credentials.ts'
import { isUndecoded } from '../decode.ts'
import type { PipLine } from '../types.ts'
import { logicalLines, type TextLine } from './logical-lines.ts'
import { readRequirement, RequirementProblem, type Requirement } from './requirement.ts'

/** A line with what it says, and the secrets in it. */
export interface ReadLine {
  readonly line: PipLine
  readonly says: Requirement
  readonly secrets: readonly string[]
}

/**
 * Reads the lines of a list for pip.
 * @param variables what `${VAR}` stands for
 * @param refuse makes the error for a line
 * @throws what `refuse` makes, for the first that pip could not read
 */
export function readList(
  lines: readonly TextLine[],
  file: string,
  variables: NodeJS.ProcessEnv,
  refuse: (line: number, what: string, advice?: string) => Error,
): ReadLine[] {
  return logicalLines(lines).map(({ text, line }) => {
    const shown = `'${withoutPipCredentials(text)}'`
    if (isUndecoded(text)) throw refuse(line, 'it holds bytes that are not UTF-8', 'Save the file as UTF-8.')
    try {
      const expanded = expand(text, variables)
      const says = readRequirement(expanded.text)
      const { kind, name, path } = says
      return {
        line: {
          text,
          canonical: withoutPipCredentials(expanded.open),
          kind,
          ...(name !== undefined && { name }),
          ...(path !== undefined && { path }),
          file,
          line,
        },
        says,
        secrets: [...expanded.secrets, ...pipSecretsIn(expanded.text)],
      }
    } catch (error) {
      if (!(error instanceof RequirementProblem)) throw error
      throw refuse(
        line,
        `${shown}: ${withoutPipCredentials(error.message)}`,
        error.advice && withoutPipCredentials(error.advice),
      )
    }
  })
}

/**
 * Fills in `${VAR}`, of capitals, digits and `_`, as pip does (req_file.py, `expand_env_variables`). pip leaves one that is not set as it
 * stands, from which nothing good comes.
 * @returns also the text in which the secrets among them are left as they stand
 */
function expand(
  text: string,
  variables: NodeJS.ProcessEnv,
): { text: string; open: string; secrets: string[] } {
  const fill = (isFilled: (name: string) => boolean) =>
    text.replace(variable, (written, name: string) => (isFilled(name) ? valueOf(name, variables) : written))
  const names = [...text.matchAll(variable)].map(([, name = '']) => name)
  return {
    text: fill(() => true),
    open: fill((name) => !isSecretName(name)),
    secrets: names.filter(isSecretName).map((name) => valueOf(name, variables)),
  }
}

const variable = /\$\{([A-Z0-9_]+)\}/g

function valueOf(name: string, variables: NodeJS.ProcessEnv): string {
  const value = variables[name]
  if (value && !/\p{Cc}/u.test(value)) return value
  const what = value === undefined ? 'is not set' : value === '' ? 'is empty' : 'has more than one line'
  throw new RequirementProblem(
    `the environment variable ${name} ${what}`,
    "Set it for the step, under 'env:'.",
  )
}
