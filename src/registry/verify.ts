import { createHash } from 'node:crypto'
import { UserError } from '../common/errors.ts'
import type { Descriptor } from '../oci/descriptor.ts'

/**
 * Hands the chunks of `source` on, and fails at the end when they are not the bytes that the descriptor names. It
 * fails earlier when they are too many, which bounds what a hostile source can make us write.
 * @param where the source, for the error
 */
export async function* verified(
  descriptor: Descriptor,
  source: AsyncIterable<Uint8Array>,
  where: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const wrong = (what: string) =>
    new UserError(`${what}, while ${descriptor.digest} is expected`, {
      at: { url: where },
      advice: 'The blob is damaged or was tampered with; nothing of it was used.',
    })
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of source) {
    size += chunk.byteLength
    if (size > descriptor.size) throw wrong(`the blob is longer than ${descriptor.size} bytes`)
    hash.update(chunk)
    yield chunk
  }
  if (size < descriptor.size) throw wrong(`the blob ends after ${size} of ${descriptor.size} bytes`)
  const digest = `sha256:${hash.digest('hex')}`
  if (digest !== descriptor.digest) throw wrong(`the blob's digest is ${digest}`)
}
