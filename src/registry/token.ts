import * as core from '@actions/core'
import { isLoopback, oddityOf, readBody, request, type HttpResponse } from '../common/http.ts'
import { adviceForStranger } from './advice.ts'
import type { Challenge } from './challenge.ts'
import { basicOf, type Credential } from './credential.ts'
import { explained, refusal, RegistryError, type Undertaking } from './failure.ts'

/** A token for one registry, masked in the log. */
export interface Token {
  readonly value: string
  /** Milliseconds since the epoch; a little earlier than the service says, so that it lasts for a request. */
  readonly expires: number
}

/** Of an answer, in bytes. */
const sizeLimit = 1024 * 1024

interface TokenRequest {
  readonly registry: string
  readonly base: URL
  /** The registry's challenge: it names the service's address as `realm`. */
  readonly asked: Challenge
  readonly scopes: readonly string[]
  readonly credential: Credential | undefined
}

/**
 * Buys a token from the service that a registry names: by GET with the password or with nothing, or by POST with an
 * identity token (distribution's docs, spec/auth/token.md and spec/auth/oauth.md).
 * @throws RegistryError when the service is not to be trusted, or refuses
 */
export async function fetchToken(wanted: TokenRequest): Promise<Token> {
  const { registry, scopes, credential } = wanted
  const undertaking: Undertaking = {
    what: `get a token for ${registry}${credential ? '' : ' (not logged in)'}`,
    registry,
    writes: scopes.some((scope) => scope.endsWith('push')),
  }
  try {
    const response = await ask(wanted, realmOf(wanted))
    if (response.status !== 200) throw await refusal(undertaking, response)
    return await parseToken(response, undertaking)
  } catch (error) {
    throw explained(undertaking, error)
  }
}

async function ask({ asked, scopes, credential }: TokenRequest, realm: URL): Promise<HttpResponse> {
  const { service } = asked.parameters
  if (credential?.type === 'identity-token') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'micromamba-image-action',
      refresh_token: credential.token,
      scope: scopes.join(' '),
      ...(service !== undefined && { service }),
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return request({ method: 'POST', url: realm, headers, body: form.toString(), read: sizeLimit })
  }
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  const headers = credential ? { authorization: `Basic ${basicOf(credential)}` } : {}
  return request({ url, headers, read: sizeLimit })
}

/** The registry chooses who sees the password: over https only, unless all of it happens on this machine. */
function realmOf({ registry, base, asked }: TokenRequest): URL {
  const text = asked.parameters['realm'] ?? ''
  const realm = URL.canParse(text) ? new URL(text) : undefined
  const isTrusted =
    realm?.protocol === 'https:' ||
    (realm?.protocol === 'http:' && isLoopback(realm.hostname) && isLoopback(base.hostname))
  if (!realm || !isTrusted) {
    throw new RegistryError(`${registry} wants tokens from '${text}', which is not an https address`, {
      at: { url: base.href },
      advice: 'No credentials were sent. Tell who runs the registry.',
    })
  }
  return realm
}

async function parseToken(response: HttpResponse, undertaking: Undertaking): Promise<Token> {
  let answer: { token?: unknown; access_token?: unknown; expires_in?: unknown } | null
  try {
    answer = JSON.parse((await readBody(response)).toString()) as typeof answer // each field is checked below
  } catch {
    answer = null
  }
  // Some give both, and leave one of them empty.
  const value = answer?.token || answer?.access_token
  if (typeof value !== 'string' || value === '') {
    const oddity = oddityOf(response)
    throw new RegistryError(`cannot ${undertaking.what}: ${oddity ?? 'the answer holds no token'}`, {
      at: { url: `${response.url.origin}${response.url.pathname}` },
      advice: adviceForStranger(undertaking.registry),
    })
  }
  core.setSecret(value)
  // Services that give no lifetime, or a very short one, mean a minute.
  const seconds = typeof answer?.expires_in === 'number' ? Math.max(answer.expires_in, 60) : 60
  return { value, expires: Date.now() + (seconds - 10) * 1000 }
}
