import { createReadStream } from 'node:fs'
import { createZstdDecompress } from 'node:zlib'
import { bunzip2 } from './bzip2.ts'

/** Some bytes of a file: a member of a zip, or all of it. */
export interface FileRange {
  readonly file: string
  /** Where it begins, and how many bytes it has. */
  readonly start: number
  readonly size: number
}

/** Few, large chunks: a gigabyte in pieces of 16 kB, Node's default, costs more in hand-overs than in decoding. */
const readChunk = 1024 * 1024
const outputChunk = 512 * 1024

export function readRange({ file, start, size }: FileRange): AsyncIterable<Uint8Array> & { destroy(): void } {
  return createReadStream(file, { start, end: start + size - 1, highWaterMark: readChunk })
}

/** The decompressed bytes of zstd frames, of which there may be several in a row. */
export async function* unzstd(range: FileRange): AsyncGenerator<Uint8Array> {
  let { start, size } = range
  do {
    const decoder = createZstdDecompress({ chunkSize: outputChunk })
    const source = createReadStream(range.file, { start, end: start + size - 1, highWaterMark: readChunk })
    source.on('error', (error) => decoder.destroy(error))
    try {
      yield* source.pipe(decoder)
    } finally {
      source.destroy()
    }
    // Node's decoder ends with a frame and says nothing of what stands behind it in the same chunk.
    start += decoder.bytesWritten
    size -= decoder.bytesWritten
  } while (size > 0)
}

export function unbzip2(range: FileRange): AsyncGenerator<Uint8Array> {
  return bunzip2(readRange(range))
}
