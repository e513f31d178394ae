import { posix } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { extract, type ExtractEvents, type Header } from 'tar-stream'
import type { BaseFile, LayerFile } from './file-tree.ts'
import type { ImageLayer } from '../oci/image.ts'
import { ZstdFrames } from './zstd-frames.ts'

/** Larger files than this are not read, whatever their name; glibc's library has about 2 MiB. */
const contentLimit = 4 * 1024 * 1024

/** Bytes that a decoder gives at a time: with Node's 16 kB, handing them over costs more than decoding them. */
const decodedChunk = 512 * 1024

/**
 * Lists a layer, reading it as a stream from its first byte to its last: a blob is known to be the right one at its end.
 * @param wanted the paths whose content is to be kept
 */
export async function readLayerFiles(
  layer: ImageLayer,
  wanted: (path: string) => boolean,
): Promise<LayerFile[]> {
  const files: LayerFile[] = []
  const tar = extract()
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>()
  pipeline([await layer.open(), ...decoder(layer.descriptor.mediaType), tar], (error) => {
    if (error) reject(error)
    else resolve(undefined)
  })
  ended.catch(() => undefined) // awaited below, unless the tar itself is at fault
  for await (const stream of tar) {
    const { header } = stream
    const path = cleaned(header.name)
    if (path !== '') {
      const isWanted = isFile(header) && header.size <= contentLimit && wanted(path)
      files.push(layerFile(path, header, isWanted ? await readAll(stream) : undefined))
    }
    stream.resume()
  }
  await ended
  return files
}

/** The decoders of a layer's media type; those of Docker's names have been translated. */
function decoder(mediaType: string): NodeJS.ReadWriteStream[] {
  if (mediaType.endsWith('+gzip')) return [createGunzip({ chunkSize: decodedChunk })]
  if (mediaType.endsWith('+zstd'))
    return [new ZstdFrames(), createZstdDecompress({ chunkSize: decodedChunk })]
  return []
}

function layerFile(path: string, header: Header, content: Buffer | undefined): LayerFile {
  if (header.type === 'link') return { path, hardLinkTo: cleaned(header.linkname) }
  const file: BaseFile = {
    type: isFile(header)
      ? 'file'
      : header.type === 'directory' || header.type === 'symlink'
        ? header.type
        : 'other',
    mode: header.mode & 0o7777,
    ...ownerOf(header),
    ...(header.type === 'symlink' && { target: header.linkname }),
    ...(content && { content }),
  }
  return { path, file }
}

/** A number that a header has no room for stands in a PAX header, of which the library's types know nothing. */
function ownerOf(header: Header) {
  const pax: { uid?: string; gid?: string } = header.pax ?? {}
  return { uid: Number(pax.uid ?? header.uid), gid: Number(pax.gid ?? header.gid) }
}

function isFile({ type }: Header): boolean {
  return type === 'file' || type === 'contiguous-file'
}

/** `./etc/../etc/passwd/` is `etc/passwd`; nothing leads out of the root. */
function cleaned(path: string): string {
  return posix.join('/', path).replace(/\/$/, '').slice(1)
}

async function readAll(entry: ExtractEvents['entry'][1]): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  // The library types its streams as giving anything; a tar's entries give bytes.
  for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
