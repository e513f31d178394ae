import { pipeline } from 'node:stream'
import { extract, type ExtractEvents, type Header } from 'tar-stream'
import { messageOf, UserError } from '../../common/errors.ts'
import { parentsOf, safePath } from '../archive-path.ts'

/** What a package's archive holds, apart from directories, which are implied. Paths are clean and stay below the root. */
export type ArchiveEntry =
  | {
      readonly type: 'file'
      readonly path: string
      /** Permission bits; set-uid, set-gid and sticky bits are dropped, as micromamba drops them. */
      readonly mode: number
      /** Seconds since 1970. */
      readonly mtime: number
      /** Bytes of `content`. */
      readonly size: number
      /** May be left alone; if not, to be read to its end before the next entry is asked for. */
      readonly content: AsyncIterable<Uint8Array>
    }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string }
  /** The same inode as `target`, the path of a file that came earlier in the same package. */
  | { readonly type: 'hardlink'; readonly path: string; readonly target: string }

/** More than any package has; each takes memory while the package is read. */
const mostEntries = 1_000_000

/**
 * Checks what one package's entries do together: that none lies below a file or a link, none comes twice, and hard
 * links lead to files of the package. One for all tars of a package, in their order.
 */
export class EntryGuard {
  readonly #dist: string
  /** Files and links seen. A hard link is kept as what it leads to. */
  readonly #seen = new Map<string, { type: 'file'; path: string } | { type: 'symlink'; target: string }>()
  /** Directories that are implied by what was seen. */
  readonly #directories = new Set<string>()

  constructor(dist: string) {
    this.#dist = dist
  }

  /** Lets an entry pass, with hard links resolved to the file at their end. */
  admit(entry: ArchiveEntry): ArchiveEntry {
    const { path } = entry
    if (this.#seen.size === mostEntries) throw this.#refusal(`has more than ${mostEntries} files`)
    if (this.#seen.has(path)) throw this.#refusal(`holds '${path}' twice`)
    if (this.#directories.has(path)) throw this.#refusal(`has '${path}' as a directory and as something else`)
    for (const parent of parentsOf(path)) {
      if (this.#directories.has(parent)) break
      const above = this.#seen.get(parent)
      if (above) {
        const kind = above.type === 'symlink' ? 'soft link' : 'file'
        throw this.#refusal(`puts '${path}' below its ${kind} '${parent}'`)
      }
      this.#directories.add(parent)
    }
    if (entry.type === 'hardlink') {
      const target = this.#seen.get(entry.target)
      if (!target) throw this.#refusal(`has a hard link '${path}' to '${entry.target}', which it has not`)
      this.#seen.set(path, target)
      return target.type === 'file'
        ? { type: 'hardlink', path, target: target.path }
        : { type: 'symlink', path, target: target.target }
    }
    this.#seen.set(path, entry.type === 'file' ? { type: 'file', path } : entry)
    return entry
  }

  #refusal(what: string): UserError {
    return new UserError(`package ${this.#dist}: the archive ${what}`, {
      advice: 'Such a package is broken or hostile. Choose another build of it.',
    })
  }
}

type Source = ExtractEvents['entry'][1]

/** A header as it is: the library's types leave out that these may be null. */
type TarHeader = Omit<Header, 'type' | 'linkname' | 'size'> & {
  type: Header['type'] | null
  linkname: string | null
  size: number | null
}

/** Tars from before POSIX's `ustar` are read as well; an option that the library's types do not have. */
const tarOptions: Parameters<typeof extract>[0] & { allowUnknownFormat: boolean } = {
  allowUnknownFormat: true,
}

/**
 * The entries of one tar of a package, its `info/` included, directories left out.
 * @throws UserError for entries that no package may have, and for a tar that is damaged or ends early
 */
export async function* tarEntries(
  bytes: AsyncIterable<Uint8Array>,
  dist: string,
  guard: EntryGuard,
): AsyncGenerator<ArchiveEntry> {
  const tar = extract(tarOptions)
  // Errors of the source reach whoever iterates over the tar or an entry of it.
  pipeline(bytes, tar, () => undefined)
  try {
    for await (const stream of tar) {
      const entry = readEntry(stream, dist)
      if (entry) yield guard.admit(entry)
      // What nobody read is skipped; a stream that was read to its end does not mind.
      stream.resume()
    }
  } catch (error) {
    throw damage(error, dist)
  }
}

function readEntry(stream: Source, dist: string): ArchiveEntry | undefined {
  const header: TarHeader = stream.header
  // Of an entry whose size it cannot read the library gives neither bytes nor an end.
  if (header.size === null) throw damage('the size of an entry is no number', dist)
  if (header.type === 'directory' && /^[./]*$/.test(header.name)) return undefined // './', the root itself
  const path = safePath(header.name, dist, 'the archive')
  switch (header.type) {
    case 'directory':
      return undefined
    case 'file':
    case 'contiguous-file':
      return {
        type: 'file',
        path,
        mode: header.mode & 0o777,
        mtime: Math.max(0, Math.floor(header.mtime.getTime() / 1000)) || 0,
        size: header.size,
        content: contentOf(stream, dist),
      }
    case 'symlink': {
      const target = header.linkname ?? ''
      if (target === '' || target.includes('\0')) {
        throw new UserError(`package ${dist}: the soft link '${path}' leads nowhere`)
      }
      return { type: 'symlink', path, target }
    }
    case 'link':
      return {
        type: 'hardlink',
        path,
        target: safePath(header.linkname ?? '', dist, `the hard link '${path}'`),
      }
    case 'block-device':
    case 'character-device':
    case 'fifo':
    case null:
      throw new UserError(`package ${dist}: '${path}' is a ${header.type ?? 'thing unknown to tar'}`, {
        advice: 'Packages hold files and links only. Choose another build of it.',
      })
  }
}

async function* contentOf(stream: Source, dist: string): AsyncGenerator<Uint8Array> {
  try {
    // The library types its streams as giving anything; a tar's entries give bytes.
    for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk
  } catch (error) {
    throw damage(error, dist)
  }
}

/** What a decoder says of damaged bytes, as an error of the package. */
function damage(error: unknown, dist: string): unknown {
  if (error instanceof UserError) return error
  return new UserError(`package ${dist}: the archive is damaged or ends early: ${messageOf(error)}`, {
    advice:
      'If its checksum is what the lock says, the package itself is broken. Choose another build of it.',
    cause: error,
  })
}
