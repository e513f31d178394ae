import { posix } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import type { ImageLayer } from '../oci/image.ts'
import { ZstdFrames } from './zstd-frames.ts'

/** Bytes that a decoder gives at a time: with Node's 16 kB, handing them over costs more than decoding them. */
const decodedChunk = 512 * 1024

/** An entry of a layer. */
export interface TarEntry {
  /** Clean, relative to the image's root: `etc/passwd`; never the root itself. */
  readonly path: string
  readonly header: Header
  /** To be read, if at all, before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>
}

/** A layer's blob, wherever it is. */
export interface LayerBlob {
  readonly mediaType: string
  /** Opens the compressed bytes. */
  readonly open: ImageLayer['open']
}

export function blobOf(layer: ImageLayer): LayerBlob {
  return { mediaType: layer.descriptor.mediaType, open: () => layer.open() }
}

/** Reads a layer as a stream from its first byte to its last: a blob is known to be the right one at its end. */
export async function* readLayerTar({ mediaType, open }: LayerBlob): AsyncGenerator<TarEntry> {
  const tar = extract()
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>()
  pipeline([await open(), ...decoder(mediaType), tar], (error) => {
    if (error) reject(error)
    else resolve(undefined)
  })
  ended.catch(() => undefined) // awaited below, unless the tar itself is at fault
  for await (const stream of tar) {
    const { header } = stream
    const path = cleanPath(header.name)
    // The library types its streams as giving anything; a tar's entries give bytes.
    if (path !== '') yield { path, header, content: stream as AsyncIterable<Uint8Array> }
    stream.resume()
  }
  await ended
}

/** The same, begun at once: what is read first waits for whoever asks for it. */
export function beginLayerTar(layer: LayerBlob): AsyncGenerator<TarEntry> {
  const entries = readLayerTar(layer)
  const first = entries.next()
  first.catch(() => undefined) // thrown again to whoever asks
  return (async function* () {
    const { done, value } = (await first) as IteratorResult<TarEntry, undefined>
    if (done) return
    yield value
    yield* entries
  })()
}

/** The decoders of a layer's media type; those of Docker's names have been translated. */
function decoder(mediaType: string): NodeJS.ReadWriteStream[] {
  if (mediaType.endsWith('+gzip')) return [createGunzip({ chunkSize: decodedChunk })]
  if (mediaType.endsWith('+zstd'))
    return [new ZstdFrames(), createZstdDecompress({ chunkSize: decodedChunk })]
  return []
}

/** A number that a header has no room for stands in a PAX header, of which the library's types know nothing. */
export function ownerOf(header: Header): { readonly uid: number; readonly gid: number } {
  const pax: { uid?: string; gid?: string } = header.pax ?? {}
  return { uid: Number(pax.uid ?? header.uid), gid: Number(pax.gid ?? header.gid) }
}

export function isFile({ type }: Header): boolean {
  return type === 'file' || type === 'contiguous-file'
}

/** `./etc/../etc/passwd/` is `etc/passwd`; nothing leads out of the root. */
export function cleanPath(path: string): string {
  return posix.join('/', path).replace(/\/$/, '').slice(1)
}
