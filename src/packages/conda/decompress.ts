import { createReadStream, type ReadStream } from 'node:fs'
import { createZstdDecompress } from 'node:zlib'
import { bunzip2 } from './bzip2.ts'

/** Some bytes of a file: a member of a zip, or all of it. */
export interface FileRange {
  readonly file: string
  /** Where it begins, and how many bytes it has: `Infinity` is all there are. */
  readonly start: number
  readonly size: number
}

/** Few, large chunks: a gigabyte in pieces of 16 kB, Node's default, costs more in hand-overs than in decoding. */
const readChunk = 1024 * 1024
const outputChunk = 512 * 1024

export function readRange({ file, start, size }: FileRange): ReadStream {
  return createReadStream(file, { start, end: start + size - 1, highWaterMark: readChunk })
}

/** The decompressed bytes of zstd frames, of which there may be several in a row. */
export async function* unzstd({ file, start, size }: FileRange): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size;) {
    const decoder = createZstdDecompress({ chunkSize: outputChunk })
    const source = readRange({ file, start: start + done, size: size - done })
    source.on('error', (error) => decoder.destroy(error))
    try {
      yield* source.pipe(decoder)
    } finally {
      source.destroy()
    }
    // Node's decoder ends with a frame and says nothing of what stands behind it in the same chunk.
    done += decoder.bytesWritten
  }
}

export function unbzip2(range: FileRange): AsyncGenerator<Uint8Array> {
  return bunzip2(readRange(range))
}
