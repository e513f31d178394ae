import type { ImageLayer } from '../oci/image.ts'
import type { Header } from 'tar-stream'
import { UserError } from '../common/errors.ts'
import type { BaseFile, LayerFile } from './file-tree.ts'
import { blobOf, cleanPath, isFile, ownerOf, readLayerTar, type TarEntry } from './layer-tar.ts'

/** Larger files than this are not read, whatever their name; glibc's library has about 2 MiB. */
const contentLimit = 4 * 1024 * 1024

/** What there may be of all layers together. */
export interface Room {
  paths: number
  bytes: number
}

/**
 * Lists a layer, reading all of it as a stream.
 * @param wanted the paths whose content is to be kept
 * @param room what is left, and less by what this layer takes
 * @throws UserError when it is not what its digest or its diff ID says, and when it is too much
 */
export async function readLayerFiles(
  layer: ImageLayer,
  wanted: (path: string) => boolean,
  room: Room,
): Promise<LayerFile[]> {
  const files: LayerFile[] = []
  for await (const { path, header, content } of readLayerTar({ ...blobOf(layer), diffId: layer.diffId })) {
    const isWanted = isFile(header) && header.size <= contentLimit && wanted(path)
    if (isWanted) room.bytes -= header.size
    if (--room.paths < 0 || room.bytes < 0) {
      const what = room.paths < 0 ? 'too many files' : 'too large files, which all have to be looked at'
      throw new UserError(`it has ${what}`, { at: { input: 'base-image' }, advice: 'Use another base.' })
    }
    files.push(layerFile(path, header, isWanted ? await readAll(content) : undefined))
  }
  return files
}

function layerFile(path: string, header: Header, content: Buffer | undefined): LayerFile {
  if (header.type === 'link') return { path, hardLinkTo: cleanPath(header.linkname) }
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

async function readAll(content: TarEntry['content']): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}
