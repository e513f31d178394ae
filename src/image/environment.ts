import { UserError } from '../common/errors.ts'
import { expand, ExpansionProblem, refersToVariables } from './expand.ts'

/** Variables that a user gives, a line each: the name, and a value that may refer to what was there before. */
export type EnvironmentLines = readonly (readonly [name: string, value: string])[]

/**
 * An image's ENV: what stands in it already, and over that the user's lines one after the other, each seeing what came before
 * it. A line that refers to nothing gives way to what activation exports, which has taken it into account: a PATH, say.
 * @param variables in the order of the config, activation included
 * @param activated the names that activation exports
 * @throws UserError for a line that cannot be expanded
 */
export function withLines(
  variables: ReadonlyMap<string, string>,
  lines: EnvironmentLines,
  activated: ReadonlySet<string> = new Set(),
): Map<string, string> {
  const all = new Map(variables)
  for (const [name, value] of lines) {
    if (activated.has(name) && !refersToVariables(value)) continue
    all.set(name, expandLine(name, value, all))
  }
  return all
}

/** The lines that refer to nothing: what activation finds there. */
export function literalLines(lines: EnvironmentLines): [string, string][] {
  return lines
    .filter(([, value]) => !refersToVariables(value))
    .map(([name, value]) => [name, expandLine(name, value, new Map())])
}

/** @throws UserError for a line that can be expanded in no image */
export function checkLine([name, value]: EnvironmentLines[number]): void {
  expanded(name, value, () => 'x')
}

function expandLine(name: string, value: string, variables: ReadonlyMap<string, string>): string {
  return expanded(name, value, (wanted) => variables.get(wanted))
}

function expanded(name: string, value: string, valueOf: (name: string) => string | undefined): string {
  try {
    return expand(value, valueOf)
  } catch (error) {
    if (!(error instanceof ExpansionProblem)) throw error
    throw new UserError(`${name}: ${error.message}`, { at: { input: 'env' }, cause: error })
  }
}
