import { createHash } from 'node:crypto'
import { blobOf, cleanPath, isFile, readLayerTar } from '../../../src/base/layer-tar.ts'
import type { ImageLayer } from '../../../src/oci/image.ts'

/** A file of a layer. */
export interface SizedFile {
  /** Relative to the image's root. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Of the content, where the file is big enough to matter when it is there twice. */
  readonly hash?: string
}

/** What of a layer is of interest here. */
export interface LayerContents {
  readonly files: readonly SizedFile[]
  /** Other names of its files, by the name under which the layer has the bytes. */
  readonly links: ReadonlyMap<string, readonly string[]>
  /** What the layer takes away of those below it; of `opaque` directories what they have in them. */
  readonly removed: readonly string[]
  readonly opaque: readonly string[]
  /** The text of files that say what belongs to which package, by path. */
  readonly records: ReadonlyMap<string, string>
}

/** Smaller files are not looked for a second time. */
const hashedFrom = 4096

/** Larger records than this are passed over; the largest real ones have some ten megabytes. */
const recordLimit = 64 * 1024 * 1024

/** conda's record of a package and its history, and what pip leaves of a wheel. */
const record =
  /(?:^|\/)(?:conda-meta\/(?:[^/]+\.json|history)|[^/]+\.dist-info\/(?:METADATA|RECORD|REQUESTED))$/

/** Reads a layer as a stream: what it holds in memory are names, and the records. */
export async function readLayerContents(layer: ImageLayer): Promise<LayerContents> {
  const files: SizedFile[] = []
  const removed: string[] = []
  const opaque: string[] = []
  const records = new Map<string, string>()
  const links = new Map<string, string[]>()
  for await (const { path, header, content } of readLayerTar(blobOf(layer))) {
    const slash = path.lastIndexOf('/') + 1
    const [folder, name] = [path.slice(0, slash), path.slice(slash)]
    if (name === '.wh..wh..opq') opaque.push(folder.slice(0, -1))
    else if (name.startsWith('.wh.')) removed.push(folder + name.slice('.wh.'.length))
    else if (isFile(header)) {
      const { size } = header
      const isRecord = record.test(path) && size <= recordLimit
      const hash = size >= hashedFrom ? createHash('sha256') : undefined
      const chunks: Uint8Array[] = []
      if (hash || isRecord) {
        for await (const chunk of content) {
          hash?.update(chunk)
          if (isRecord) chunks.push(chunk)
        }
      }
      files.push({ path, size, ...(hash && { hash: hash.digest('base64') }) })
      if (isRecord) records.set(path, Buffer.concat(chunks).toString())
    } else if (header.type === 'symlink') files.push({ path, size: 0 })
    else if (header.type === 'link') {
      const target = cleanPath(header.linkname)
      const text = records.get(target)
      if (text !== undefined && record.test(path)) records.set(path, text)
      links.set(target, [...(links.get(target) ?? []), path])
      files.push({ path, size: 0 })
    }
  }
  return { files, links, removed, opaque, records }
}
