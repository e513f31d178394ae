import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { extract, pack, type Pack } from 'tar-stream'

/** An entry of a root file system or of a layer; `path` is relative to the root, without `./` and final slash. */
export interface TarEntry {
  readonly path: string
  /** Default: a file when there is content, a link when there is a target, else a directory. */
  readonly content?: Uint8Array | string
  readonly target?: string
  /** Default: 0o644 for files, 0o755 for directories. */
  readonly mode?: number
  /** Of user and group alike; default: root's. */
  readonly owner?: number
}

/** When everything in the test world's images was made: 2023-11-14. */
export const epoch = 1_700_000_000

/** Writes a tar: sorted by path, so that parents come first; the same bytes for the same entries. */
export async function writeTar(path: string, entries: Iterable<TarEntry>): Promise<void> {
  const tar = pack()
  const written = pipeline(tar, createWriteStream(path))
  for (const entry of [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))) await add(tar, entry)
  tar.finalize()
  await written
}

function add(tar: Pack, { path, content, target, mode, owner = 0 }: TarEntry): Promise<void> {
  const common = { uid: owner, gid: owner, uname: '', gname: '', mtime: new Date(epoch * 1000) }
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => {
      if (error) reject(error)
      else resolve()
    }
    if (target !== undefined) {
      tar.entry({ ...common, name: path, type: 'symlink', mode: 0o777, linkname: target }, done)
    } else if (content !== undefined) {
      tar.entry({ ...common, name: path, mode: mode ?? 0o644 }, Buffer.from(content), done)
    } else {
      tar.entry({ ...common, name: `${path}/`, type: 'directory', mode: mode ?? 0o755 }, done)
    }
  })
}

/** A folder's files as entries of root's; `place` says where a path goes, or with undefined that it is left out. */
export async function entriesOf(
  folder: string,
  place: (path: string) => string | undefined,
): Promise<TarEntry[]> {
  const entries: TarEntry[] = []
  for (const found of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const source = join(found.parentPath, found.name)
    const path = place(source.slice(folder.length + 1))
    if (path === undefined) continue
    const mode = (await lstat(source)).mode & 0o7777
    if (found.isSymbolicLink()) entries.push({ path, target: await readlink(source) })
    else if (found.isDirectory()) entries.push({ path, mode })
    else entries.push({ path, content: await readFile(source), mode })
  }
  return entries
}

/** The texts of some files in a tar, by their path without `./`; what is not there is missing. */
export async function readTexts(
  path: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  const tar = extract()
  // Errors of the file reach the loop below.
  pipeline(createReadStream(path), tar).catch(() => undefined)
  for await (const entry of tar) {
    const name = entry.header.name.replace(/^\.\//, '')
    if (entry.header.type === 'file' && wanted.includes(name)) {
      const chunks: Buffer[] = []
      // The library types its streams as giving anything; a tar's entries give bytes.
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk)
      texts.set(name, Buffer.concat(chunks).toString())
    }
    entry.resume()
  }
  return texts
}
