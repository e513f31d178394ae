import { keepSecret } from '../common/secrets.ts'
import { secretsIn, type Environment } from '../environment/read.ts'
import { loginFor, type Netrc } from './netrc.ts'
import type { PipIndexes } from './settings.ts'

/** What is asked of pip, and where it looks: all that may have addresses with a login. */
function textsOf(
  { pip }: Pick<Environment, 'pip'>,
  { index = '', extra = [] }: PipIndexes,
  variables: Readonly<NodeJS.ProcessEnv>,
): string[] {
  const written = [pip, ...(pip?.files ?? [])].flatMap((list) => list?.lines ?? [])
  const lines = written.map(({ text }) =>
    text.replace(/\$\{([A-Z0-9_]+)\}/g, (whole, name: string) => variables[name] ?? whole),
  )
  const named = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_FIND_LINKS', 'PIP_PROXY']
  return [index, ...extra, ...named.map((name) => variables[name] ?? ''), ...lines]
}

/**
 * The passwords that pip gets to see in addresses: of inputs, of the user's variables, and of the lines, in which `${NAME}` stands for a
 * variable. The log masks them from here on.
 * @returns every form of each
 */
export function secretsOf(...asked: Parameters<typeof textsOf>): string[] {
  return [
    ...new Set(
      textsOf(...asked)
        .flatMap(secretsIn)
        .flatMap(keepSecret),
    ),
  ]
}

/**
 * The hosts that addresses with a login open, and those of indexes that the user's netrc opens, each with the login: pip shows it for all files
 * of an index's host, wherever on it they are.
 */
export function loginsOf(netrc: Netrc, ...asked: Parameters<typeof textsOf>): string[] {
  const addresses = textsOf(...asked).flatMap((text) => text.match(/https?:\/\/[^\s#]+/gi) ?? [])
  return addresses.flatMap((address) => {
    if (!URL.canParse(address)) return []
    const { protocol, username, password, host, hostname } = new URL(address)
    if (username !== '' || password !== '') return [`${protocol}//${username}:${password}@${host}/`]
    const login = loginFor(netrc, hostname)
    if (!login) return []
    return [`${protocol}//${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@${host}/`]
  })
}
