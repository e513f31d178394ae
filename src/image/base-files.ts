import { posix } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { extract, type ExtractEvents, type Header } from 'tar-stream'
import { messageOf, UserError } from '../common/errors.ts'
import type { ImageLayer } from './types.ts'

/** What is known of a path of an image. */
export interface BaseFile {
  readonly type: 'file' | 'directory' | 'symlink' | 'other'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Of a symlink. */
  readonly target?: string
  /** Of the few small files whose content is wanted. */
  readonly content?: Buffer
}

/** The files of an image without their content. Paths are relative to its root, `etc/passwd`; the root is ''. */
export class BaseFiles {
  readonly #files: ReadonlyMap<string, BaseFile>

  constructor(files: ReadonlyMap<string, BaseFile>) {
    this.#files = files
  }

  /** What is at a path, links on the way and at its end followed. */
  get(path: string): BaseFile | undefined {
    return this.#files.get(this.#follow(path, true))
  }

  /** Whether a path of some kind is there, links not followed. */
  some(test: (path: string) => boolean): boolean {
    return this.#files.keys().some(test)
  }

  /** The text of one of the files whose content was wanted. */
  text(path: string): string | undefined {
    return this.get(path)?.content?.toString()
  }

  /**
   * Where something laid at a path has to go, so that it is found there: links among its parent directories are
   * followed. A layer that gave `bin/x` to an image whose `bin` is a link to `usr/bin` would replace the link.
   */
  place(path: string): string {
    return this.#follow(path, false)
  }

  /** @throws UserError when links lead in a circle */
  #follow(path: string, last: boolean): string {
    let waiting = path.split('/').filter((part) => part !== '')
    let place = ''
    for (let links = 0; waiting.length > 0;) {
      const [part = '', ...rest] = waiting
      waiting = rest
      const next = posix.join('/', place, part).slice(1)
      const file = this.#files.get(next)
      if (file?.type !== 'symlink' || (!last && waiting.length === 0)) {
        place = next
        continue
      }
      if (++links > 40) throw new UserError(`the base image's /${path} leads in a circle of links`)
      const target = file.target ?? ''
      if (target.startsWith('/')) place = ''
      waiting = [...target.split('/').filter((step) => step !== '' && step !== '.'), ...waiting]
    }
    return place
  }
}

/** Larger files than this are not read, whatever their name. */
const contentLimit = 1024 * 1024

/**
 * Reads the layers of an image, the lowest first, as streams: memory is bounded by the number of its paths.
 * @param wanted the paths whose content is to be kept
 * @throws UserError when a layer cannot be read
 */
export async function readBaseFiles(
  layers: readonly ImageLayer[],
  wanted: (path: string) => boolean,
): Promise<BaseFiles> {
  const files = new Map<string, BaseFile>()
  for (const layer of layers) {
    try {
      await readLayer(layer, files, wanted)
    } catch (error) {
      if (error instanceof UserError) throw error
      throw new UserError(
        `the base image's layer ${layer.descriptor.digest} cannot be read: ${messageOf(error)}`,
        {
          at: { input: 'base-image' },
          cause: error,
        },
      )
    }
  }
  return new BaseFiles(files)
}

async function readLayer(
  layer: ImageLayer,
  files: Map<string, BaseFile>,
  wanted: (path: string) => boolean,
): Promise<void> {
  const tar = extract()
  const source = await layer.open()
  // Errors of the source reach the loop below.
  pipeline([source, ...decompressor(layer.descriptor.mediaType), tar] as never, () => undefined)
  const added = new Set<string>()
  for await (const entry of tar) {
    const { header } = entry
    const path = posix.join('/', header.name).replace(/\/$/, '').slice(1)
    if (!applyWhiteout(path, files, added)) {
      const isWanted = header.type === 'file' && wanted(path) && header.size <= contentLimit
      add(path, header, isWanted ? await readAll(entry) : undefined, files)
      added.add(path)
    }
    entry.resume()
  }
}

type Source = ExtractEvents['entry'][1]

async function readAll(entry: Source): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  // The library types its streams as giving anything; a tar's entries give bytes.
  for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What an entry of a layer says of the layers below it (OCI image-spec, layer.md, "Whiteouts"). */
function applyWhiteout(path: string, files: Map<string, BaseFile>, added: ReadonlySet<string>): boolean {
  const name = posix.basename(path)
  if (!name.startsWith('.wh.')) return false
  const parent = posix.dirname(path).replace(/^\.$/, '')
  const inParent = parent === '' ? '' : `${parent}/`
  if (name === '.wh..wh..opq') removeBelow(inParent, files, added)
  else if (!name.startsWith('.wh..wh.')) {
    const gone = `${inParent}${name.slice('.wh.'.length)}`
    files.delete(gone)
    removeBelow(`${gone}/`, files, added)
  }
  return true
}

/** A whiteout hides what lower layers have, never what its own layer brings. */
function removeBelow(start: string, files: Map<string, BaseFile>, added: ReadonlySet<string>): void {
  for (const path of files.keys()) if (path.startsWith(start) && !added.has(path)) files.delete(path)
}

function add(path: string, header: Header, content: Buffer | undefined, files: Map<string, BaseFile>): void {
  if (header.type === 'link') {
    const original = files.get(posix.join('/', header.linkname).slice(1))
    if (original) files.set(path, original)
    return
  }
  const type = typeOf(header)
  if (type !== 'directory') removeBelow(`${path}/`, files, new Set())
  files.set(path, {
    type,
    mode: header.mode & 0o7777,
    uid: header.uid,
    gid: header.gid,
    ...(header.type === 'symlink' && { target: header.linkname }),
    ...(content && { content }),
  })
}

function typeOf({ type }: Header): BaseFile['type'] {
  if (type === 'contiguous-file') return 'file'
  return type === 'file' || type === 'directory' || type === 'symlink' ? type : 'other'
}

function decompressor(mediaType: string) {
  if (/[.+]gzip$/.test(mediaType)) return [createGunzip()]
  if (/[.+]zstd$/.test(mediaType)) return [createZstdDecompress()]
  return []
}
