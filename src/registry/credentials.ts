import { readFile } from 'node:fs/promises'
import * as core from '@actions/core'
import { messageOf, UserError } from '../common/errors.ts'
import { helperOf, hubKey, parseAuthConfig, storedCredential, type AuthConfig } from './auth-config.ts'
import { authFiles } from './auth-files.ts'
import { basicOf, type Access, type Credential, type CredentialSource } from './credential.ts'
import { askHelper } from './credential-helper.ts'

/**
 * The credentials that `docker login`, docker/login-action and podman left on this machine: those of the variable
 * `DOCKER_AUTH_CONFIG` first, then those of files. A file is read once, a helper asked once for a registry. Every secret
 * found is masked in the log before it is returned.
 * @throws UserError when a file is malformed or a credential helper fails
 */
export function machineCredentials(environment: NodeJS.ProcessEnv = process.env): CredentialSource {
  const files = authFiles(environment)
  const read = once(readConfig)
  const ask = once((helper: string, server: string, required: boolean) =>
    askHelper(helper, server, { required, environment }),
  )
  const fromVariable = once(() => configOfVariable(environment['DOCKER_AUTH_CONFIG']))

  return async (access) => {
    const variable = fromVariable()
    const given = variable && tolerated(() => storedCredential(variable, access))
    if (given) return mask(given)
    for (const file of await files.for(access)) {
      const config = await read(file)
      const credential = config && (await credentialOf(config, access, ask))
      if (credential) return mask(credential)
    }
    return undefined
  }
}

/** Asks a helper for a server; a helper that is `required` has to be installed. */
type Ask = (helper: string, server: string, required: boolean) => Promise<Credential | undefined>

async function credentialOf(config: AuthConfig, access: Access, ask: Ask): Promise<Credential | undefined> {
  const server = access.registry === 'docker.io' ? hubKey : access.registry
  const ownHelper = helperOf(config, access.registry)
  if (ownHelper) return ask(ownHelper, server, true)
  const stored = config.store && (await ask(config.store, server, false))
  return stored || storedCredential(config, access)
}

/** Docker reads `auths` of it, and goes on without it when it cannot. */
function configOfVariable(text: string | undefined): AuthConfig | undefined {
  return text ? tolerated(() => parseAuthConfig(text, 'DOCKER_AUTH_CONFIG')) : undefined
}

function tolerated<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    core.warning(error.message)
    return undefined
  }
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

/** Remembers what a function answered to its arguments. */
function once<A extends readonly unknown[], T>(answer: (...args: A) => T): (...args: A) => T {
  const known = new Map<string, T>()
  return (...args) => {
    const key = JSON.stringify(args)
    if (!known.has(key)) known.set(key, answer(...args))
    return known.get(key) as T // put there above
  }
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
