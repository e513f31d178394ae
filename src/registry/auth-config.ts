import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import type { Access, Credential } from './credential.ts'

/** Docker's `config.json`, or podman's `auth.json`, as far as it is about logins. */
export interface AuthConfig {
  /** The file, or the variable, that it is from. */
  readonly from: string
  readonly auths: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  readonly store?: string
  readonly helpers: ReadonlyMap<string, string>
}

/** Docker's name for its hub in `auths` and to helpers; every other registry goes by its host. */
export const hubKey = 'https://index.docker.io/v1/'

/**
 * Rules of docker/cli (cli/config/configfile) and containers/image (containers-auth.json.5).
 * @param from where the text is from, for the errors, which never quote the text
 * @throws UserError when it is malformed
 */
export function parseAuthConfig(text: string, from: string): AuthConfig {
  const malformed = (what: string) =>
    new UserError(what, { at: { file: from }, advice: 'Log in again, or mend or remove it.' })
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch {
    throw malformed('it is not JSON')
  }
  if (!isRecord(config)) throw malformed('it is not a JSON object')
  const { auths = {}, credHelpers = {}, credsStore } = config
  if (!isRecord(auths) || !isRecord(credHelpers)) throw malformed('auths or credHelpers is not an object')
  return {
    from,
    auths: new Map(Object.entries(auths).map(([key, entry]) => [key, isRecord(entry) ? entry : {}])),
    helpers: new Map(
      Object.entries(credHelpers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    ...(typeof credsStore === 'string' && credsStore !== '' && { store: credsStore }),
  }
}

/** The helper that is named for a registry alone. */
export function helperOf({ helpers }: AuthConfig, registry: string): string | undefined {
  return findByName(helpers, registry)
}

/**
 * The credential that stands in `auths`. A key may be a namespace, `quay.io/org-a`, as podman has it: the longest that
 * holds the repository counts.
 * @throws UserError when the entry is malformed
 */
export function storedCredential(
  { auths, from }: AuthConfig,
  { registry, repository }: Access,
): Credential | undefined {
  const parts = `${registry}/${repository}`.split('/')
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join('/')
    const entry = findByName(auths, name)
    const credential = entry && credentialOfEntry(entry, name, from)
    if (credential) return credential
  }
  return undefined
}

/** Keys may be bare names, or addresses such as `https://ghcr.io/v2/`; the bare name has precedence. */
function findByName<T>(entries: ReadonlyMap<string, T>, name: string): T | undefined {
  const exact = entries.get(name === 'docker.io' ? hubKey : name)
  if (exact !== undefined) return exact
  for (const [key, value] of entries) if (nameOfKey(key) === name) return value
  return undefined
}

function nameOfKey(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/(v[12]\/?)?$/, '')
    .replace(/^[^/]*/, (host) => host.toLowerCase())
    .replace(/^(index|registry-1)\.docker\.io(?=\/|$)/, 'docker.io')
}

function credentialOfEntry(
  entry: Readonly<Record<string, unknown>>,
  name: string,
  from: string,
): Credential | undefined {
  const { identitytoken, auth, username, password } = entry
  if (typeof identitytoken === 'string' && identitytoken !== '') {
    return { type: 'identity-token', token: identitytoken }
  }
  if (typeof auth === 'string' && auth !== '') {
    const decoded = Buffer.from(auth, 'base64').toString()
    const colon = decoded.indexOf(':')
    if (colon < 1) {
      throw new UserError(`the auth of ${name} is not the base64 of user:password`, {
        at: { file: from },
        advice: `Log in to ${name} again.`,
      })
    }
    core.setSecret(auth)
    // Docker strips the padding that old versions of it wrote.
    const secret = decoded.slice(colon + 1).replace(/\0+$/, '')
    return { type: 'password', username: decoded.slice(0, colon), password: secret }
  }
  if (typeof username === 'string' && typeof password === 'string' && username !== '' && password !== '') {
    return { type: 'password', username, password }
  }
  return undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
