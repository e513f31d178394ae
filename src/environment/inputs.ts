import { stringify } from 'yaml'
import { UserError } from '../common/errors.ts'
import { keepSecret } from '../common/secrets.ts'
import { withoutPipCredentials } from './credentials.ts'
import { parseEnvironment } from './parse.ts'
import type { Environment } from './types.ts'

/** How messages call what was given without a file. */
const file = "the inputs 'packages' and 'channels'"

/**
 * An environment of MatchSpecs and channels that were given without a file, held to the rules for files.
 * @param variables what `$NAME` in channels stands for
 * @throws UserError
 */
export function environmentOf(
  packages: readonly string[],
  channels: readonly string[],
  variables: NodeJS.ProcessEnv = process.env,
): Environment {
  const forPip = packages.find(isForPip)
  if (forPip !== undefined) {
    throw new UserError(`'${withoutPipCredentials(forPip)}' is for pip, and these are packages of channels`, {
      at: { input: 'packages' },
      advice:
        "Write it into an environment file: below 'dependencies:', - pip: with the lines for pip below that.",
    })
  }
  const text = stringify({ name: 'base', channels, dependencies: packages })
  const { environment } = parseEnvironment(text, file, variables)
  environment.secrets.forEach(keepSecret)
  const elsewhere = <T>(items: readonly T[]) => items.map((item) => ({ ...item, line: 0 }))
  return {
    ...environment,
    channels: elsewhere(environment.channels),
    specs: elsewhere(environment.specs),
  }
}

/** A list for pip, or a line that is one to pip alone. */
function isForPip(text: string): boolean {
  const item = text.replace(/^-\s+/, '')
  return (
    /^pip\s*:(?!:)/.test(item) ||
    /^-/.test(item) ||
    /^(git|hg|svn|bzr)\+/.test(item) ||
    /^[\w.-]+(\[.*\])?\s*@/.test(item)
  )
}

/** An environment with the channels and packages of another behind its own. */
export function withMore(environment: Environment, more: Environment): Environment {
  const known = new Set(environment.channels.map(({ canonical }) => canonical))
  return {
    ...environment,
    channels: [...environment.channels, ...more.channels.filter(({ canonical }) => !known.has(canonical))],
    specs: [...environment.specs, ...more.specs],
    secrets: [...new Set([...environment.secrets, ...more.secrets])],
  }
}
