import { isLoopback, request, type HttpRequest, type HttpResponse } from '../common/http.ts'
import { createAuthorizer, type Scope } from './auth.ts'
import type { CredentialSource } from './credential.ts'
import { RegistryError } from './failure.ts'
import { registryUrl } from './reference.ts'

export interface RegistryRequest extends Omit<HttpRequest, 'url'> {
  /** A path of the registry, `/v2/…`, or an address that the registry gave. */
  readonly to: string | URL
  /** What the request needs to be allowed. */
  readonly scopes: readonly Scope[]
}

/** Sends requests to one registry, authenticated as the registry wants it. */
export interface Transport {
  readonly registry: string
  readonly base: URL
  send(wanted: RegistryRequest): Promise<HttpResponse>
}

export function createTransport(registry: string, credentials: CredentialSource): Transport {
  const base = registryUrl(registry)
  const authorizer = createAuthorizer(registry, base, credentials)
  /** The first request learns how the registry authenticates; the others wait for that, and make no 401 each. */
  let first: Promise<unknown> | undefined

  const authorized = async (wanted: RegistryRequest, url: URL): Promise<HttpResponse> => {
    const { scopes, headers } = wanted
    const attempt = (authorization: string | undefined) =>
      request({ ...wanted, url, headers: { ...headers, ...(authorization && { authorization }) } })

    const authorization = await authorizer.authorize(scopes)
    const response = await attempt(authorization)
    // A host that the registry redirected to has no say in where credentials go.
    if (response.status !== 401 || response.url.origin !== base.origin) return response
    const challenge = response.headers['www-authenticate'] ?? ''
    const again = await authorizer.challenged(challenge, scopes, authorization).catch((error: unknown) => {
      response.body.destroy()
      throw error
    })
    if (!again) return response
    response.body.resume()
    return attempt(await authorizer.authorize(scopes))
  }

  /** An upload session may lie on another host, which credentials are no business of. */
  const elsewhere = async (wanted: RegistryRequest, url: URL): Promise<HttpResponse> => {
    if (url.protocol !== 'https:' && !(isLoopback(url.hostname) && isLoopback(base.hostname))) {
      throw new RegistryError(`${registry} wants an upload at ${url.origin}, which is not an https address`, {
        advice: 'Nothing was sent there. Tell who runs the registry.',
      })
    }
    return request({ ...wanted, url })
  }

  return {
    registry,
    base,
    async send(wanted) {
      const url = new URL(wanted.to, base)
      if (url.origin !== base.origin) return elsewhere(wanted, url)
      if (first) await first
      const response = authorized(wanted, url)
      first ??= response.catch(() => undefined)
      return response
    },
  }
}
