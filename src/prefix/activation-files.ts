import { UserError } from '../common/errors.ts'

const variables = /^etc\/conda\/env_vars\.d\/[^/]+\.json$/
const script = /^etc\/conda\/activate\.d\/[^/]+\.sh$/

/** Whether activation reads a file of a prefix. */
export function isActivationFile(path: string): boolean {
  return variables.test(path) || script.test(path)
}

/** Text by path, relative to the prefix. */
type Texts = Readonly<Record<string, string>>

/**
 * The variables that an environment's packages set when it is activated: of etc/conda/env_vars.d/*.json, in the order
 * of the files' names.
 * @throws UserError when such a file is not what it should be
 */
export function packageVariables(texts: Texts): Record<string, string> {
  const files = sorted(texts).filter(({ path }) => variables.test(path))
  return Object.fromEntries(files.flatMap(({ path, text }) => Object.entries(parseVariables(path, text))))
}

/** The scripts that activation runs, in its order; their paths are absolute. */
export function activationScripts(texts: Texts, prefix: string): { path: string; text: string }[] {
  const files = sorted(texts).filter(({ path }) => script.test(path))
  return files.map(({ path, text }) => ({ path: `${prefix}/${path}`, text }))
}

/** By path in code units. */
function sorted(texts: Texts): { path: string; text: string }[] {
  return Object.entries(texts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => ({ path, text }))
}

function parseVariables(path: string, text: string): Record<string, string> {
  try {
    const json = JSON.parse(text) as Record<string, unknown>
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, String(value)]))
  } catch (error) {
    throw new UserError(`the environment's ${path} is not JSON`, {
      advice: 'Choose another build of the package that has it.',
      cause: error,
    })
  }
}
