import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface Login {
  readonly user: string
  readonly password: string
}

/** The user's logins by host, as pip finds them; that of `default` is by the empty name. */
export type Netrc = ReadonlyMap<string, Login>

/** Nothing where there is no such file. */
export async function readNetrc(variables: Readonly<NodeJS.ProcessEnv>): Promise<Netrc> {
  const file = variables['NETRC'] ?? join(variables['HOME'] ?? homedir(), '.netrc')
  return parseNetrc(await readFile(file, 'utf8').catch(() => ''))
}

/** As python's netrc module reads it: words, some in quotes. */
export function parseNetrc(text: string): Netrc {
  const withoutMacros = text.replace(/^[ \t]*macdef\b[^]*?(\n[ \t]*\n|$(?![^]))/gm, '\n')
  const words = (withoutMacros.match(/"(?:\\[^]|[^"\\])*"|#.*|(?:\\[^]|[^\s"\\])+/g) ?? [])
    .filter((word) => !word.startsWith('#'))
    .map((word) => word.replace(/^"([^]*)"$/, '$1').replace(/\\([^])/g, '$1'))
  const found = new Map<string, Login>()
  let [host, user, password]: (string | undefined)[] = []
  const keep = () => {
    if (host !== undefined && password !== undefined) found.set(host, { user: user ?? '', password })
    host = user = password = undefined
  }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    switch (word) {
      case 'machine':
        keep()
        host = words.shift()
        break
      case 'default':
        keep()
        host = ''
        break
      case 'login':
      case 'user':
        user = words.shift()
        break
      case 'password':
        password = words.shift()
        break
      case 'account':
        words.shift()
    }
  }
  keep()
  return found
}

export function loginFor(netrc: Netrc, host: string): Login | undefined {
  return netrc.get(host) ?? netrc.get('')
}
