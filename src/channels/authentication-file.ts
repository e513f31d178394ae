import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, UserError } from '../common/errors.ts'
import { base64 } from '../common/secrets.ts'
import type { Credential, Grant } from './grant.ts'

/** Where micromamba finds the credentials of channels, below the home directory (libmamba's context.cpp). */
export const authenticationFile = join('.mamba', 'auth', 'authentication.json')

/** An entry of the file, as `micromamba auth login` writes it. */
interface Entry {
  readonly type?: string
  readonly token?: string
  readonly user?: string
  /** In base64. */
  readonly password?: string
}

/**
 * The credentials in a user's own file; none when there is no file.
 * @throws UserError when it cannot be read
 */
export async function readAuthenticationFile(home: string): Promise<Grant[]> {
  const file = join(home, authenticationFile)
  try {
    const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, Entry>
    return Object.entries(json).map(([place, entry]) => ({
      place: place.replace(/^https?:\/\//, '').replace(/\/+$/, ''),
      credentials: [credentialOf(place, entry)],
    }))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [] // an error of the file system
    // What JSON.parse says quotes the text, which is made of secrets.
    const why = error instanceof SyntaxError ? 'it is not JSON' : messageOf(error)
    throw new UserError(`micromamba's credentials cannot be read: ${why}`, {
      at: { file },
      advice: 'Write it as micromamba does: micromamba auth login.',
    })
  }
}

function credentialOf(key: string, entry: Entry): Credential {
  const { type = '', token = '', user = '', password = '' } = entry
  switch (type) {
    case 'CondaToken':
      return { type: 'conda-token', token }
    case 'BearerToken':
      return { type: 'bearer', token }
    case 'BasicHTTPAuthentication':
      return { type: 'basic', user, password: Buffer.from(password, 'base64').toString() }
    default:
      throw new Error(`'${key}' is of the type '${type}', which is not known`)
  }
}

/**
 * The file's text. micromamba takes the entry with the longest place that a channel's address begins with, and knows no subdomains:
 * those that are asked get an entry each.
 * @param grants of two for one place the first counts
 * @param hosts of the channels
 */
export function formatAuthenticationFile(grants: readonly Grant[], hosts: readonly string[]): string {
  const entries = new Map<string, Entry>()
  for (const { place, withSubdomains = false, credentials } of grants) {
    const [credential] = credentials
    const below = withSubdomains ? hosts.filter((host) => host.endsWith(`.${place}`)) : []
    for (const name of [place, ...below]) {
      if (credential && !entries.has(name)) entries.set(name, entryOf(credential))
    }
  }
  return JSON.stringify(Object.fromEntries(entries))
}

function entryOf(credential: Credential): Entry {
  switch (credential.type) {
    case 'conda-token':
      return { type: 'CondaToken', token: credential.token }
    case 'bearer':
      return { type: 'BearerToken', token: credential.token }
    case 'basic':
      return {
        type: 'BasicHTTPAuthentication',
        user: credential.user,
        password: base64(credential.password),
      }
  }
}
