import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { pipeline, Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import type { Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { unusableName } from '../common/paths.ts'
import type { ImageLayer } from '../oci/image.ts'
import { ZstdFrames } from './zstd-frames.ts'

/** Bytes that a decoder gives at a time: with Node's 16 kB, handing them over costs more than decoding them. */
const decodedChunk = 512 * 1024

/** It decodes some of them ahead, on another core, while what was decoded before is written or looked at. */
const decoding = { chunkSize: decodedChunk, readableHighWaterMark: 8 * decodedChunk }

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
  /** What the uncompressed bytes are to hash to, where that is to be looked at. */
  readonly diffId?: Digest
}

export function blobOf(layer: ImageLayer): LayerBlob {
  return { mediaType: layer.descriptor.mediaType, open: () => layer.open() }
}

/**
 * Reads a layer as a stream from its first byte to its last: a blob is known to be the right one at its end.
 * @throws UserError for an entry that no file system can have, and when the bytes are not those of the diff ID
 */
export async function* readLayerTar({ mediaType, open, diffId }: LayerBlob): AsyncGenerator<TarEntry> {
  const tar = extract()
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>()
  const hashed = diffId === undefined ? [] : [heldAgainst(diffId)]
  pipeline([await open(), ...decoder(mediaType), ...hashed, tar], (error) => {
    if (error) reject(error)
    else resolve(undefined)
  })
  ended.catch(() => undefined) // awaited below, unless the tar itself is at fault
  for await (const stream of tar) {
    const header = checked(stream.header)
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

/** Passes bytes on, and ends with an error when they are not those of the digest. */
function heldAgainst(diffId: Digest): Transform {
  const hash = createHash('sha256')
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      const digest = `sha256:${hash.digest('hex')}`
      if (digest === diffId) done()
      else
        done(
          new UserError(`a layer is ${digest} when it is unpacked, and the config says ${diffId}`, {
            at: { input: 'base-image' },
            advice: 'No engine would run such an image. Have it pushed again, or use another.',
          }),
        )
    },
  })
}

/** A header as it is: the library's types leave out that these may be null. */
type TarHeader = Omit<Header, 'linkname' | 'size'> & { linkname: string | null; size: number | null }

/** Says of an entry what is not there as well. @throws UserError for what could not be unpacked anywhere */
function checked(header: TarHeader): Header {
  const { name, type, linkname, size, mtime } = header
  const refuse = (what: string) =>
    new UserError(`a layer of the image holds '${foreignText(name)}', ${what}`, {
      at: { input: 'base-image' },
      advice: 'No engine would run such an image. Use another.',
    })
  const unusable = unusableName(name)
  if (unusable !== undefined) throw refuse(`whose name ${unusable}`)
  const isLink = type === 'link' || type === 'symlink'
  if (isLink && (!linkname || linkname.includes('\0') || Buffer.byteLength(linkname) > 4095)) {
    throw refuse('a link that leads nowhere')
  }
  // Of an entry whose size it cannot read the library gives neither bytes nor an end.
  if (size === null) throw refuse('of a size that is no number')
  const time = Number.isFinite(mtime.getTime()) ? mtime : new Date(0)
  return { ...header, linkname: linkname ?? '', size, mtime: time, mode: header.mode || 0 }
}

/** The decoders of a layer's media type; those of Docker's names have been translated. */
function decoder(mediaType: string): NodeJS.ReadWriteStream[] {
  if (mediaType.endsWith('+gzip')) return [createGunzip(decoding)]
  if (mediaType.endsWith('+zstd')) return [new ZstdFrames(), createZstdDecompress(decoding)]
  return []
}

/**
 * A number that a header has no room for stands in a PAX header, of which the library's types know nothing. What is no
 * number of a user is root's.
 */
export function ownerOf(header: Header): { readonly uid: number; readonly gid: number } {
  const pax: { uid?: string; gid?: string } = header.pax ?? {}
  const number = (field: string | number) => {
    const value = Number(field)
    return Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : 0
  }
  return { uid: number(pax.uid ?? header.uid), gid: number(pax.gid ?? header.gid) }
}

export function isFile({ type }: Header): boolean {
  return type === 'file' || type === 'contiguous-file'
}

/** `./etc/../etc/passwd/` is `etc/passwd`; nothing leads out of the root. */
export function cleanPath(path: string): string {
  return posix.join('/', path).replace(/\/$/, '').slice(1)
}
