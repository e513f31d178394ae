import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, link, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type ExtractEvents } from 'tar-stream'
import { resolvePath, type BaseFile } from '../../src/base/file-tree.ts'
import { unzstd } from '../../src/packages/conda/decompress.ts'

type Entry = ExtractEvents['entry'][1]

/** A layer's blob on disk. */
export interface LayerBlob {
  readonly file: string
  readonly mediaType: string
}

/**
 * Unpacks the layers of an image into an empty folder, as far as it can be done without root: everything belongs to who
 * unpacks it, who can also read, write and remove it; devices are left out, and so is setuid. Nothing is written elsewhere,
 * wherever the image's links lead.
 * @param layers the lowest first
 */
export async function unpackLayers(layers: readonly LayerBlob[], root: string): Promise<void> {
  const image = new UnpackedImage(root)
  for (const layer of layers) {
    // A whiteout hides what lower layers have, never what its own layer brings (OCI image-spec, layer.md).
    for await (const { header } of entriesOf(layer)) await image.hide(header.name)
    for await (const entry of entriesOf(layer)) await image.add(entry)
  }
}

async function* entriesOf({ file, mediaType }: LayerBlob): AsyncGenerator<Entry> {
  const tar = extract()
  const decoded = mediaType.endsWith('+zstd')
    ? pipeline(Readable.from(unzstd({ file, start: 0, size: (await lstat(file)).size })), tar)
    : mediaType.endsWith('+gzip')
      ? pipeline(createReadStream(file), createGunzip(), tar)
      : pipeline(createReadStream(file), tar)
  decoded.catch(() => undefined) // awaited below, unless the tar itself is at fault
  for await (const entry of tar) {
    yield entry
    entry.resume()
  }
  await decoded
}

class UnpackedImage {
  readonly #root: string
  /** The links that are there, so that paths are followed inside of the image. */
  readonly #links = new Map<string, BaseFile>()

  constructor(root: string) {
    this.#root = root
  }

  /** Removes what an entry of a layer hides, if it is one that does. */
  async hide(name: string): Promise<void> {
    const [directory, base] = [posix.dirname(clean(name)), posix.basename(clean(name))]
    if (base === '.wh..wh..opq') {
      const hidden = await readdir(this.#onDisk(this.#place(directory))).catch(() => [])
      for (const child of hidden) await this.#remove(posix.join(this.#place(directory), child))
    } else if (base.startsWith('.wh.') && !base.startsWith('.wh..wh.')) {
      await this.#remove(this.#place(posix.join(directory, base.slice('.wh.'.length))))
    }
  }

  async add(entry: Entry): Promise<void> {
    const { name, type, mode, linkname } = entry.header
    const path = this.#place(name)
    if (path === '' || posix.basename(path).startsWith('.wh.')) return
    const file = this.#onDisk(path)
    await mkdir(posix.dirname(file), { recursive: true })
    const isDirectory = type === 'directory'
    const found = await lstat(file).catch(() => undefined)
    if (found && !(isDirectory && found.isDirectory())) await this.#remove(path)
    if (isDirectory) {
      await mkdir(file, { recursive: true })
      await chmod(file, (mode & 0o777) | 0o700)
    } else if (type === 'symlink') {
      const target = linkname
      await symlink(target, file)
      this.#links.set(path, { type: 'symlink', mode: 0o777, uid: 0, gid: 0, target })
    } else if (type === 'link') {
      await link(this.#onDisk(this.#place(linkname)), file)
    } else if (type === 'file' || type === 'contiguous-file') {
      await pipeline(entry, createWriteStream(file))
      await chmod(file, (mode & 0o777) | 0o600)
    }
  }

  async #remove(path: string): Promise<void> {
    await rm(this.#onDisk(path), { recursive: true, force: true })
    for (const known of this.#links.keys()) {
      if (known === path || known.startsWith(`${path}/`)) this.#links.delete(known)
    }
  }

  #place(name: string): string {
    return resolvePath(this.#links, clean(name), { followLast: false })
  }

  #onDisk(path: string): string {
    return join(this.#root, path)
  }
}

/** `./etc/../etc/passwd/` is `etc/passwd`; nothing leads out of the root. */
function clean(name: string): string {
  return posix.join('/', name).replace(/\/$/, '').slice(1)
}
