import { isForksPullRequest } from '../common/fork.ts'
import { toPush } from './auth.ts'
import { explained, refusal, RegistryError, type Undertaking } from './failure.ts'
import { formatRepository, type ImageReference } from './reference.ts'
import { sessionAddress } from './session.ts'
import type { Transport } from './transport.ts'

/** Whether a repository can be written with the login there is. */
export type PushPermission =
  | { readonly kind: 'writable' }
  /** The run is for a pull request of a fork, which cannot be given the right to write. */
  | { readonly kind: 'read-only'; readonly reason: RegistryError }
  /** The reason says what to do. */
  | { readonly kind: 'denied'; readonly reason: RegistryError }
  /** The registry could not be asked, or has no answer: only the push will tell. */
  | { readonly kind: 'unknown'; readonly reason: RegistryError }

/**
 * Begins an upload and takes it back: a token alone does not tell, since services give tokens for less than was asked, and
 * registries judge by their own rules. Nothing is left in the registry.
 */
export async function checkPush(transport: Transport, repository: ImageReference): Promise<PushPermission> {
  const undertaking: Undertaking = {
    what: `push to ${formatRepository(repository)}`,
    registry: repository.registry,
    writes: true,
  }
  const scopes = [toPush(repository.repository)]
  const headers = { 'content-length': 0 }
  try {
    const to = `/v2/${repository.repository}/blobs/uploads/`
    const response = await transport.send({ method: 'POST', to, scopes, headers, retries: 1 })
    if (response.status !== 202) return judged(await refusal(undertaking, response))
    response.body.resume()
    const session = sessionAddress(response.headers.location, response.url)
    if (session) await cancel(() => transport.send({ method: 'DELETE', to: session, scopes, retries: 0 }))
    return { kind: 'writable' }
  } catch (error) {
    const reason = explained(undertaking, error)
    if (reason instanceof RegistryError) return judged(reason)
    throw reason
  }
}

function judged(reason: RegistryError): PushPermission {
  const { status } = reason
  if (status === 401 || status === 403) return { kind: isForksPullRequest() ? 'read-only' : 'denied', reason }
  // Some say so of what may not be seen, of what is to be made beforehand, and of names that they do not allow.
  return { kind: status === 400 || status === 404 ? 'denied' : 'unknown', reason }
}

/** Sessions that nobody ends expire by themselves. */
async function cancel(send: () => ReturnType<Transport['send']>): Promise<void> {
  try {
    const response = await send()
    response.body.resume()
  } catch {
    // The right to push is known all the same.
  }
}
