import { hasCredentials, isSecretName, withoutCredentials } from './credentials.ts'

/** What keeps a channel from being used, as the rest of a sentence. */
export class ChannelProblem extends Error {}

/**
 * Fills in `$NAME` and `${NAME}`, as micromamba does in the channels of an environment file.
 * @returns the text, and those of the values that go by the name of a secret, which can stand where nothing else tells
 *   that they are one: in a path, say
 * @throws ChannelProblem when a variable is not set, or empty, as a secret that was not passed on is
 */
export function expandVariables(
  text: string,
  variables: NodeJS.ProcessEnv,
): { text: string; secrets: string[] } {
  const secrets: string[] = []
  const expanded = text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? ''
    const value = variables[name]
    if (value === undefined || value === '') {
      throw new ChannelProblem(`the environment variable ${name} is ${value === '' ? 'empty' : 'not set'}`)
    }
    if (isSecretName(name)) secrets.push(value)
    return value
  })
  return { text: expanded, secrets }
}

/**
 * The form of a channel that names it in locks and messages: a name as it is, an address without credentials and
 * trailing slashes, its host in lower case.
 * @throws ChannelProblem when an address cannot be read, or is one whose credentials cannot be told apart
 */
export function canonicalChannel(source: string): string {
  if (!source.includes('://')) return source
  const open = withoutCredentials(source)
  // A '/' or '#' in a password ends the host's part of an address early and leaves its rest in the path.
  if (open.includes('@') || hasCredentials(open)) {
    throw new ChannelProblem(
      "its '@' does not end a user and password: percent-encode what they hold of @ : / ? #",
    )
  }
  if (!URL.canParse(open)) throw new ChannelProblem('it is not an address')
  return new URL(open).href.replace(/\/+$/, '')
}
