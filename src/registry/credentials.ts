import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as core from '@actions/core'
import { messageOf, UserError } from '../common/errors.ts'
import { askHelper } from './credential-helper.ts'

/** What to show a registry: a user's password, or an identity token, which only buys other tokens. */
export type Credential =
  | { readonly type: 'password'; readonly username: string; readonly password: string }
  | { readonly type: 'identity-token'; readonly token: string }

/** Finds the credential for a registry (`ghcr.io`, `docker.io`, `localhost:5000`). */
export type CredentialSource = (registry: string) => Promise<Credential | undefined>

/**
 * The credentials that `docker login` and docker/login-action left on this machine, and podman's after them. Files are
 * read at the first question, once. Every secret found is masked in the log before it is returned.
 * Rules of docker/cli (cli/config/configfile) and containers/image (containers-auth.json.5).
 * @throws UserError when a file is malformed or a credential helper fails
 */
export function machineCredentials(environment: NodeJS.ProcessEnv = process.env): CredentialSource {
  let configs: Promise<AuthConfig[]> | undefined
  return async (registry) => {
    configs ??= readConfigs(environment)
    for (const config of await configs) {
      const credential = await credentialOf(config, registry, environment)
      if (credential) return mask(credential)
    }
    return undefined
  }
}

/** Docker's name for its hub in `auths` and to helpers; every other registry goes by its host. */
const hubKey = 'https://index.docker.io/v1/'

interface AuthConfig {
  readonly file: string
  readonly auths: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  readonly store?: string
  readonly helpers: ReadonlyMap<string, string>
}

async function readConfigs(environment: NodeJS.ProcessEnv): Promise<AuthConfig[]> {
  const { DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR } = environment
  const docker = join(DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json')
  const podman = REGISTRY_AUTH_FILE || (XDG_RUNTIME_DIR && join(XDG_RUNTIME_DIR, 'containers', 'auth.json'))
  const configs = await Promise.all((podman ? [docker, podman] : [docker]).map(readConfig))
  return configs.filter((config) => config !== undefined)
}

async function readConfig(file: string): Promise<AuthConfig | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // what the file system throws
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new UserError(`the registry credentials cannot be read (${messageOf(error)})`, { at: { file } })
  }
  return parseAuthConfig(text, file)
}

/** Parses Docker's `config.json` or podman's `auth.json`. Its errors name the file and never quote its text. */
function parseAuthConfig(text: string, file: string): AuthConfig {
  const malformed = (what: string) =>
    new UserError(what, { at: { file }, advice: 'Log in again, or mend or remove the file.' })
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch {
    throw malformed('the file is not JSON')
  }
  if (!isRecord(config)) throw malformed('the file is not a JSON object')
  const { auths = {}, credHelpers = {}, credsStore } = config
  if (!isRecord(auths) || !isRecord(credHelpers)) throw malformed('auths or credHelpers is not an object')
  return {
    file,
    auths: new Map(Object.entries(auths).map(([key, entry]) => [key, isRecord(entry) ? entry : {}])),
    helpers: new Map(
      Object.entries(credHelpers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    ...(typeof credsStore === 'string' && credsStore !== '' && { store: credsStore }),
  }
}

async function credentialOf(
  config: AuthConfig,
  registry: string,
  environment: NodeJS.ProcessEnv,
): Promise<Credential | undefined> {
  const server = registry === 'docker.io' ? hubKey : registry
  const ownHelper = findByRegistry(config.helpers, registry)
  if (ownHelper) return askHelper(ownHelper, server, { required: true, environment })
  if (config.store) {
    const stored = await askHelper(config.store, server, { required: false, environment })
    if (stored) return stored
  }
  const entry = findByRegistry(config.auths, registry)
  return entry && credentialOfEntry(entry, registry, config.file)
}

/** Keys may be bare hosts, or addresses such as `https://ghcr.io/v2/`; the bare host has precedence. */
function findByRegistry<T>(entries: ReadonlyMap<string, T>, registry: string): T | undefined {
  const exact = entries.get(registry === 'docker.io' ? hubKey : registry)
  if (exact !== undefined) return exact
  for (const [key, value] of entries) if (registryOfKey(key) === registry) return value
  return undefined
}

function registryOfKey(key: string): string {
  const host = key
    .replace(/^https?:\/\//, '')
    .replace(/\/(v[12]\/?)?$/, '')
    .toLowerCase()
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host
}

function credentialOfEntry(
  entry: Readonly<Record<string, unknown>>,
  registry: string,
  file: string,
): Credential | undefined {
  const { identitytoken, auth, username, password } = entry
  if (typeof identitytoken === 'string' && identitytoken !== '') {
    return { type: 'identity-token', token: identitytoken }
  }
  if (typeof auth === 'string' && auth !== '') {
    const decoded = Buffer.from(auth, 'base64').toString()
    const colon = decoded.indexOf(':')
    if (colon < 1) {
      throw new UserError(`the auth of ${registry} is not the base64 of user:password`, {
        at: { file },
        advice: `Log in to ${registry} again.`,
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

/** Hides a credential in the log: the secret, and the base64 in which Basic authentication carries it. */
function mask(credential: Credential): Credential {
  if (credential.type === 'identity-token') {
    core.setSecret(credential.token)
  } else if (credential.password !== '') {
    core.setSecret(credential.password)
    core.setSecret(basicOf(credential))
  }
  return credential
}

/** `user:password` in base64, as Basic authentication sends it (RFC 7617). */
export function basicOf(credential: { username: string; password: string }): string {
  return Buffer.from(`${credential.username}:${credential.password}`).toString('base64')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
