import { Readable } from 'node:stream'
import { HttpFailure, pause, type HttpResponse } from '../common/http.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { foreignText } from '../common/foreign.ts'
import { adviceForStranger } from './advice.ts'
import { toPull, toPush } from './auth.ts'
import { explained, refusal, RegistryError, type Undertaking } from './failure.ts'
import { formatRepository, type ImageReference } from './reference.ts'
import { sessionAddress } from './session.ts'
import type { Transport } from './transport.ts'

/** How a blob came to be in a repository. */
export type Arrival = 'existing' | 'mounted' | 'uploaded'

const tries = 5

/**
 * Brings a blob into a repository at the least cost: nothing when it is there, a mount when a repository of the same
 * registry has it, else one upload, which starts anew when it breaks.
 * @param open opens the blob's bytes, anew for each try
 * @param mountFrom a repository that may have the blob; a mount that is not to be had is no error
 * @throws RegistryError when the registry refuses; errors of the blob's own stream as they are
 */
export async function uploadBlob(
  transport: Transport,
  repository: ImageReference,
  descriptor: Descriptor,
  open: () => Promise<Readable>,
  mountFrom?: ImageReference,
): Promise<Arrival> {
  if (await hasBlob(transport, repository, descriptor, { toWrite: true })) return 'existing'
  const undertaking = pushing(repository, descriptor)
  try {
    const mounted = mountFrom ? await mount(transport, repository, descriptor, mountFrom) : undefined
    if (mounted === 'mounted') return mounted
    let session = mounted
    for (let attempt = 1; ; attempt++) {
      try {
        session ??= await startUpload(transport, repository, undertaking)
        await upload(transport, session, repository, descriptor, open)
        return 'uploaded'
      } catch (error) {
        // Else a broken connection or an overloaded server.
        if (!(error instanceof LostUpload || error instanceof HttpFailure)) throw error
        if (attempt >= tries) throw error instanceof LostUpload ? error.cause : error
        await pause(attempt, error instanceof HttpFailure ? error.retryAfter : undefined)
      }
      session = undefined
      // The blob may have arrived, and only the answer got lost.
      if (await hasBlob(transport, repository, descriptor, { toWrite: true })) return 'uploaded'
    }
  } catch (error) {
    throw explained(undertaking, error)
  }
}

/**
 * Whether the repository has the blob, with the size that the descriptor gives as far as the registry tells it. Registries,
 * proxies and storage services that know no HEAD refuse it in their own ways: then it is not known, and as good as not there.
 * @param options.toWrite whether it is asked by somebody who is going to push, and has one token for both
 */
export async function hasBlob(
  transport: Transport,
  repository: ImageReference,
  descriptor: Descriptor,
  { toWrite }: { readonly toWrite: boolean },
): Promise<boolean> {
  const undertaking: Undertaking = {
    what: `look for the blob ${descriptor.digest} in ${formatRepository(repository)}`,
    registry: transport.registry,
    writes: toWrite,
  }
  try {
    const response = await transport.send({
      method: 'HEAD',
      to: `/v2/${repository.repository}/blobs/${descriptor.digest}`,
      scopes: [(toWrite ? toPush : toPull)(repository.repository)],
    })
    const isOwn = response.url.origin === transport.base.origin
    if (response.status === 401 && isOwn) throw await refusal(undertaking, response)
    response.body.resume()
    const size = response.headers['content-length']
    return response.status === 200 && (size === undefined || Number(size) === descriptor.size)
  } catch (error) {
    // A server that has trouble with the question.
    if (error instanceof HttpFailure && (error.status ?? 0) >= 500) return false
    throw explained(undertaking, error)
  }
}

/** @returns the upload session that some registries open instead of mounting, undefined when there is neither */
async function mount(
  transport: Transport,
  repository: ImageReference,
  { digest }: Descriptor,
  from: ImageReference,
): Promise<'mounted' | URL | undefined> {
  if (from.registry !== repository.registry || from.repository === repository.repository) return undefined
  try {
    const response = await transport.send({
      method: 'POST',
      to: `/v2/${repository.repository}/blobs/uploads/?mount=${digest}&from=${from.repository}`,
      scopes: [toPush(repository.repository), toPull(from.repository)],
      headers: { 'content-length': 0 },
      retries: 1,
    })
    response.body.resume()
    if (response.status === 201) return 'mounted'
    return response.status === 202 ? sessionOf(response) : undefined
  } catch (error) {
    // No token for both repositories, a registry that chokes on mounts: the upload needs neither.
    if (error instanceof RegistryError || error instanceof HttpFailure) return undefined
    throw error
  }
}

async function startUpload(
  transport: Transport,
  repository: ImageReference,
  undertaking: Undertaking,
): Promise<URL> {
  const response = await transport.send({
    method: 'POST',
    to: `/v2/${repository.repository}/blobs/uploads/`,
    scopes: [toPush(repository.repository)],
    headers: { 'content-length': 0 },
    retries: 0,
  })
  const session = response.status === 202 ? sessionOf(response) : undefined
  if (!session) throw await refusal(undertaking, response)
  response.body.resume()
  return session
}

/** The whole blob in one PUT (OCI distribution-spec, "POST then PUT"). */
async function upload(
  transport: Transport,
  session: URL,
  repository: ImageReference,
  descriptor: Descriptor,
  open: () => Promise<Readable>,
): Promise<void> {
  // The query belongs to the registry and may be signed: it is added to, not written anew.
  const to = new URL(session)
  to.search += `${to.search ? '&' : '?'}digest=${encodeURIComponent(descriptor.digest)}`
  const response = await transport.send({
    method: 'PUT',
    to,
    scopes: [toPush(repository.repository)],
    headers: { 'content-type': 'application/octet-stream', 'content-length': descriptor.size },
    body: async () => Readable.from(exactly(descriptor, await open()), { objectMode: false }),
    retries: 0,
  })
  const { status, headers } = response
  if (status === 201 || status === 204) {
    response.body.resume()
    const stored = headers['docker-content-digest']?.toString() ?? descriptor.digest
    if (stored !== descriptor.digest) {
      const what = `the registry stored ${foreignText(stored)} in place of the blob ${descriptor.digest}`
      throw new LostUpload(
        new RegistryError(what, {
          at: { url: formatRepository(repository) },
          advice: 'It may not be used, for it is not what was made. Tell who runs the registry.',
        }),
      )
    }
  } else if (status === 200 || status === 202) {
    response.body.resume()
    // Not by the specification: the digest is what counts.
    if (headers['docker-content-digest'] === descriptor.digest) return
    if (await hasBlob(transport, repository, descriptor, { toWrite: true })) return
    const what = `the registry answered ${status} to the blob ${descriptor.digest}, but does not have it`
    throw new LostUpload(
      new RegistryError(what, {
        at: { url: formatRepository(repository) },
        advice: adviceForStranger(transport.registry),
        status,
      }),
    )
  } else {
    const error = await refusal(pushing(repository, descriptor), response)
    // Bytes that changed on the way are as lost.
    const isLost =
      status === 404 || status === 416 || /^BLOB_UPLOAD_|^(DIGEST|SIZE)_INVALID$/.test(error.code ?? '')
    throw isLost ? new LostUpload(error) : error
  }
}

/** The registry lost or muddled the upload session: another one may do. */
class LostUpload extends Error {
  override readonly cause: RegistryError

  constructor(cause: RegistryError) {
    super(cause.message)
    this.cause = cause
  }
}

function sessionOf({ headers, url }: HttpResponse): URL | undefined {
  return sessionAddress(headers.location, url)
}

/** A request whose body does not have the promised length would confuse the connection. */
async function* exactly(descriptor: Descriptor, source: Readable): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > descriptor.size) break
    yield chunk
  }
  if (size !== descriptor.size) {
    throw new Error(`the layer ${descriptor.digest} does not have the ${descriptor.size} bytes it should`)
  }
}

function pushing(repository: ImageReference, descriptor: Descriptor): Undertaking {
  return {
    what: `push the blob ${descriptor.digest} to ${formatRepository(repository)}`,
    registry: repository.registry,
    writes: true,
  }
}
