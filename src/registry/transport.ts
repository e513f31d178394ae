import { HttpFailure, isLoopback, request, type HttpRequest, type HttpResponse } from '../common/http.ts'
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

/** What registries say to the anonymous of what only users may see; some ask for no login then. */
const hiding: readonly number[] = [400, 401, 403, 404]

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
    if (response.url.origin !== base.origin) return response
    if (response.status === 401) {
      const challenge = response.headers['www-authenticate'] ?? ''
      const again = await orAbandon(response, authorizer.challenged(challenge, scopes, authorization))
      if (again) {
        response.body.resume()
        return attempt(await authorizer.authorize(scopes))
      }
    }
    if (authorization !== undefined || !hiding.includes(response.status)) return response
    const login = await orAbandon(response, authorizer.unasked(scopes, askRoot))
    if (login === undefined) return response
    const second = await attempt(login)
    authorizer.took(second.status === 401)
    // That a login is refused, an outdated one, tells nothing of what is there.
    const counts = second.status === 401 && response.status === 404 ? response : second
    ;(counts === response ? second : response).body.resume()
    return counts
  }

  /** `/v2/` is where a registry asks for a login if it ever does (OCI distribution-spec, "Determining Support"). */
  const askRoot = async (): Promise<string> => {
    try {
      const { status, headers, body } = await request({ url: new URL('/v2/', base), retries: 1 })
      body.resume()
      return (status === 401 && headers['www-authenticate']) || ''
    } catch (error) {
      if (error instanceof HttpFailure) return ''
      throw error
    }
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

/** Waits for what decides over a response; nobody reads that when it fails. */
async function orAbandon<T>(response: HttpResponse, decision: Promise<T>): Promise<T> {
  try {
    return await decision
  } catch (error) {
    response.body.destroy()
    throw error
  }
}
