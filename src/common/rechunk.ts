/**
 * The same bytes in chunks of one size, the last one shorter; what came before an error is given before the error. Two
 * buffers take turns, since a gigabyte of new ones would let memory grow faster than it is collected: a chunk is good until
 * the one after the next is asked for.
 * @param size bytes
 */
export async function* rechunk(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let [buffer, other] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)]
  let filled = 0
  try {
    for await (const chunk of bytes) {
      if (filled === 0 && chunk.length === size) {
        yield chunk
        continue
      }
      for (let offset = 0; offset < chunk.length;) {
        const taken = Math.min(chunk.length - offset, size - filled)
        buffer.set(chunk.subarray(offset, offset + taken), filled)
        filled += taken
        offset += taken
        if (filled === size) {
          yield buffer
          ;[buffer, other] = [other, buffer]
          filled = 0
        }
      }
    }
  } catch (error) {
    if (filled > 0) yield buffer.subarray(0, filled)
    throw error
  }
  if (filled > 0) yield buffer.subarray(0, filled)
}
