import { createHash } from 'node:crypto'
import type { Header } from 'tar-stream'
import { FileTree, impliedDirectory, type LayerFile } from '../base/file-tree.ts'
import { cleanPath, isFile, ownerOf, readLayerTar, type LayerBlob } from '../base/layer-tar.ts'
import type { FileBefore, FileState } from './types.ts'

/** What layers make of a file system, the lowest first, without any content. */
export type FilesBefore = FileTree<FileBefore>

/** What a directory is that no layer speaks of; nobody asks for what it holds. */
export function emptyBefore(): FilesBefore {
  return new FileTree<FileBefore>({ ...impliedDirectory, source: { layer: -1, name: '' } })
}

/** @throws UserError when a layer is not to be had */
export async function readBefore(layers: readonly LayerBlob[]): Promise<FilesBefore> {
  const before = emptyBefore()
  for (const [index, layer] of layers.entries()) await putLayer(before, layer, index)
  return before
}

/**
 * Puts a layer on those below.
 * @param index its position
 */
export async function putLayer(before: FilesBefore, layer: LayerBlob, index: number): Promise<void> {
  const put = before.beginLayer()
  for await (const { path, header } of readLayerTar(layer)) put(entryBefore(path, header, index))
}

/** An entry of a layer's tar, as the tree of files takes it. */
export function entryBefore(path: string, header: Header, layer: number): LayerFile<FileBefore> {
  if (header.type === 'link') return { path, hardLinkTo: cleanPath(header.linkname) }
  return { path, file: { ...stateOf(header), source: { layer, name: path } } }
}

/** What the header of a tar says of a path; not of another name of a file, which says nothing. */
export function stateOf(header: Header): FileState {
  const common = { mode: header.mode & 0o7777, ...ownerOf(header) }
  if (isFile(header)) return { ...common, type: 'file', size: header.size }
  const { type, linkname: target, devmajor: major, devminor: minor } = header
  if (type === 'directory') return { ...common, type }
  if (type === 'symlink') return { ...common, type, mode: 0o777, target }
  if (type === 'character-device' || type === 'block-device') {
    const kind = type === 'block-device' ? 'block' : 'character'
    return { ...common, type: 'device', kind, major, minor }
  }
  return { ...common, type: 'other' }
}

/**
 * The sha256 of files as the layers have them, in hexadecimal: of each layer that has one of them, all is read.
 * @param wanted the files by the path that the answer is to have
 */
export async function hashesIn(
  layers: readonly LayerBlob[],
  wanted: ReadonlyMap<string, FileBefore>,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>()
  for (const [index, layer] of layers.entries()) {
    const here = [...wanted].filter(([, { source }]) => source.layer === index)
    const names = new Set(here.map(([, { source }]) => source.name))
    if (names.size === 0) continue
    const found = new Map<string, string>()
    for await (const { path, header, content } of readLayerTar(layer)) {
      if (isFile(header) && names.has(path)) found.set(path, await hashOf(content))
    }
    for (const [path, { source }] of here) hashes.set(path, found.get(source.name) ?? '')
  }
  return hashes
}

export async function hashOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of content) hash.update(chunk)
  return hash.digest('hex')
}
