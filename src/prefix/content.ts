import { createHash } from 'node:crypto'

export async function readAll(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  const [only] = chunks
  // Not copied, unless it would keep much more in memory than itself.
  if (chunks.length === 1 && Buffer.isBuffer(only) && only.buffer.byteLength <= 2 * only.length) return only
  return Buffer.concat(chunks)
}

/** Reads to the end for what reading does on the way. */
export async function drain(content: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = content[Symbol.asyncIterator]()
  while (!(await iterator.next()).done);
}

// eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for, but readers of content do
export async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

/** Hex digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
