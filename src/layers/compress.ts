import { createReadStream } from 'node:fs'
import { Transform, type TransformCallback } from 'node:stream'
import { createZstdCompress } from 'node:zlib'
import { Gzip } from 'fflate'
import { chunkSize, gzipLevel, zstdSettings } from './reproducible.ts'
import type { Compression } from './types.ts'

/** How layers are compressed: everything that their compressed bytes depend on, for the layer key. */
export function compressorName(compression: Compression): string {
  return compression === 'zstd'
    ? `zstd ${process.versions.zstd ?? ''} ${JSON.stringify(zstdSettings)}`
    : `fflate 0.8.3 gzip ${gzipLevel}`
}

export const layerMediaTypes: Readonly<Record<Compression, string>> = {
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
}

/**
 * A compressing stream, to be fed with chunks of `chunkSize`. gzip is not Node's own: its zlib is Chromium's, which
 * compresses differently on different processors.
 */
export function compressor(compression: Compression): Transform {
  return compression === 'zstd' ? createZstdCompress({ params: zstdSettings, chunkSize }) : new GzipStream()
}

class GzipStream extends Transform {
  readonly #gzip = new Gzip({ level: gzipLevel, mtime: 0 }, (chunk) => this.push(chunk))

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#gzip.push(chunk)
    done()
  }

  override _flush(done: TransformCallback): void {
    this.#gzip.push(new Uint8Array(), true)
    done()
  }
}

/** Passes bytes on in chunks of `chunkSize` (the last one shorter), so that a compressor never sees how they came in. */
export class Rechunk extends Transform {
  #buffer = Buffer.allocUnsafe(chunkSize)
  #filled = 0

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let offset = 0; offset < chunk.length;) {
      const taken = Math.min(chunk.length - offset, chunkSize - this.#filled)
      this.#buffer.set(chunk.subarray(offset, offset + taken), this.#filled)
      this.#filled += taken
      offset += taken
      if (this.#filled === chunkSize) {
        this.push(this.#buffer)
        this.#buffer = Buffer.allocUnsafe(chunkSize)
        this.#filled = 0
      }
    }
    done()
  }

  override _flush(done: TransformCallback): void {
    if (this.#filled > 0) this.push(this.#buffer.subarray(0, this.#filled))
    done()
  }
}

export function openFile(file: string) {
  return createReadStream(file, { highWaterMark: chunkSize })
}
