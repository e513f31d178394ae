/** All bytes of a stream in one. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = []
  // Copied, since a chunk is good only for a while.
  for await (const chunk of chunks) copies.push(Buffer.from(chunk))
  return Buffer.concat(copies)
}

/** Bytes in pieces of the given lengths, over and over; pauses between some, so that they come late. */
export async function* inPieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let offset = 0, turn = 0; offset < bytes.length; turn++) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? bytes.length)
    if (length % 3 === 0) await new Promise(setImmediate)
    yield bytes.subarray(offset, offset + length)
    offset += length
  }
}
