import { Readable } from 'node:stream'
import { messageOf } from '../common/errors.ts'
import { HttpFailure, pause, type HttpResponse } from '../common/http.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { toPull } from './auth.ts'
import { explained, refusal, RegistryError, type Undertaking } from './failure.ts'
import { formatRepository, type ImageReference } from './reference.ts'
import type { Transport } from './transport.ts'
import { verified } from './verify.ts'

/**
 * Opens a blob. The stream resumes by itself where a connection breaks, and ends with an error when the bytes are not
 * those that the descriptor names: whoever reads it to its end has read the right ones.
 * @throws RegistryError when the registry does not have it, or does not give it away
 */
export async function openBlob(
  transport: Transport,
  repository: ImageReference,
  descriptor: Descriptor,
): Promise<Readable> {
  const name = `${formatRepository(repository)}@${descriptor.digest}`
  const undertaking: Undertaking = { what: `read ${name}`, registry: transport.registry, writes: false }
  const open = async (offset: number): Promise<HttpResponse> => {
    try {
      const response = await transport.send({
        to: `/v2/${repository.repository}/blobs/${descriptor.digest}`,
        scopes: [toPull(repository.repository)],
        headers: offset > 0 ? { range: `bytes=${offset}-` } : {},
      })
      if (response.status === 200 || response.status === 206) return response
      throw await refusal(undertaking, response)
    } catch (error) {
      throw explained(undertaking, error)
    }
  }
  const chunks = resumed(descriptor.size, await open(0), open, undertaking)
  return Readable.from(verified(descriptor, chunks, name), { objectMode: false })
}

/** Reads a small blob, whole: a config, say. */
export async function readBlob(
  transport: Transport,
  repository: ImageReference,
  descriptor: Descriptor,
  limit = 16 * 1024 * 1024,
): Promise<Buffer> {
  if (descriptor.size > limit) {
    throw new RegistryError(`a blob of ${descriptor.size} bytes is larger than what is expected there`, {
      at: { url: `${formatRepository(repository)}@${descriptor.digest}` },
    })
  }
  const chunks: Buffer[] = []
  for await (const chunk of await openBlob(transport, repository, descriptor)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Tries in a row that bring nothing, after which a blob is given up. */
const fruitlessTries = 5

/** The bytes of a blob over as many connections as that takes. */
async function* resumed(
  size: number,
  first: HttpResponse,
  open: (offset: number) => Promise<HttpResponse>,
  undertaking: Undertaking,
): AsyncGenerator<Uint8Array, void, undefined> {
  let response = first
  let offset = 0
  for (let attempt = 1; ; attempt++) {
    const start = offset
    // A server that knows no ranges sends the beginning again.
    let skip = response.status === 206 ? 0 : start
    let failure = `the connection ended early`
    const body = response.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    try {
      for (;;) {
        let step: IteratorResult<Buffer>
        // Only this can be mended by another connection; an error that the reader throws in at `yield` cannot.
        try {
          step = await body.next()
        } catch (error) {
          failure = messageOf(error)
          break
        }
        if (step.done) break
        const chunk = step.value.subarray(skip)
        skip -= step.value.length - chunk.length
        offset += chunk.length
        if (chunk.length > 0) yield chunk
      }
    } finally {
      response.body.destroy()
    }
    if (offset >= size) return
    if (offset > start) attempt = 1
    if (attempt >= fruitlessTries) throw explained(undertaking, new HttpFailure(failure, response.url))
    await pause(attempt)
    response = await open(offset)
  }
}
