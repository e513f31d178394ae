import { createZstdCompress } from 'node:zlib'
import { Gzip } from 'fflate'
import { rechunk } from '../common/rechunk.ts'
import { chunkSize, gzipLevel, zstdSettings } from './reproducible.ts'
import type { Compression } from './types.ts'

/** The version of fflate that package-lock.json pins; a test compares the two. */
export const fflateVersion = '0.8.3'

/** How layers are compressed: everything that their compressed bytes depend on, for the layer key. */
export function compressorName(compression: Compression): string {
  return compression === 'zstd'
    ? `zstd ${process.versions.zstd ?? ''} ${JSON.stringify(zstdSettings)}`
    : `fflate ${fflateVersion} gzip ${gzipLevel}`
}

type Bytes = AsyncIterable<Uint8Array>

/** Compresses bytes. What comes out depends on them alone, not on how they are cut or when they come. */
export function compress(bytes: Bytes, compression: Compression): AsyncGenerator<Uint8Array> {
  const chunks = rechunk(bytes, chunkSize)
  return compression === 'zstd' ? zstd(chunks) : gzip(chunks)
}

async function* zstd(chunks: Bytes): AsyncGenerator<Uint8Array> {
  const encoder = createZstdCompress({ params: zstdSettings, chunkSize })
  const write = (chunk: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      encoder.write(chunk, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
  const feed = async () => {
    let previous = Promise.resolve()
    try {
      // While one chunk is compressed, on another thread, the next is made.
      for await (const chunk of chunks) {
        await previous
        previous = write(chunk)
        previous.catch(() => undefined) // awaited above or below, unless the chunks end with an error of theirs
      }
      // Node ends the frame together with the last chunk if it learns of the end early enough, which gives other bytes.
      await previous
      encoder.end()
    } catch (error) {
      encoder.destroy(error as Error) // what is thrown here is an Error
    }
  }
  const feeding = feed()
  yield* encoder as AsyncIterable<Uint8Array> // the encoder gives bytes
  await feeding
}

/** Not by Node: its zlib is Chromium's, which compresses differently on different processors. */
async function* gzip(chunks: Bytes): AsyncGenerator<Uint8Array> {
  const compressed: Uint8Array[] = []
  const encoder = new Gzip({ level: gzipLevel, mtime: 0 }, (chunk) => compressed.push(chunk))
  for await (const chunk of chunks) {
    encoder.push(chunk)
    yield* compressed.splice(0)
  }
  encoder.push(new Uint8Array(), true)
  yield* compressed
}
