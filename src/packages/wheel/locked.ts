import { pathToFileURL } from 'node:url'
import type { LockedWheel } from '../../lock/types.ts'

/** A line of a lock that names a wheel, not something that one is built from. */
export type WheelLine = Extract<LockedWheel, { kind: 'wheel' }>

/** A line of a lock that names what a wheel is built from. */
export type SourceLine = Exclude<LockedWheel, { kind: 'wheel' }>

/** A wheel of a lock: what decides, with its bytes and the environment's python, what it becomes once it is linked. */
export interface LinkedWheel extends Pick<
  WheelLine,
  'name' | 'version' | 'fileName' | 'sha256' | 'requested'
> {
  /**
   * The project's: pip names the directory of a wheel's headers by that spelling. All spellings that are the same for PEP 503 are the
   * same project.
   */
  readonly name: string
  /** Where the wheel is, without credentials; for errors. */
  readonly url: URL
  /** Where it came from, if it was asked for by an address or a path instead of from an index (PEP 610). */
  readonly directUrl?: DirectUrl
  /** Its line in the lockfile, for errors. */
  readonly at?: { readonly file: string; readonly line: number }
}

/** A direct URL reference (PEP 610). `url` is absolute. Credentials in it are not written anywhere. */
export type DirectUrl = { readonly url: string; readonly subdirectory?: string } & (
  | {
      readonly archive: {
        /** `algorithm=hex`. pip older than 25 leaves `hashes` out where the address had no hash. */
        readonly hash?: string
        readonly hashes?: Readonly<Record<string, string>>
      }
    }
  | {
      readonly vcs: {
        readonly vcs: string
        readonly commitId: string
        readonly requestedRevision?: string
      }
    }
  | { readonly directory: { readonly editable?: boolean } }
)

/** A wheel of a lock as an archive that can be fetched. */
export interface WheelToFetch extends LinkedWheel {
  readonly format: 'whl'
  readonly checksum: { readonly algorithm: 'sha256'; readonly hex: string }
  /** Its line in the lockfile. */
  readonly line: number
  /** Of the line, where it is not the lockfile. */
  readonly lockFile?: string
}

/** An archive of a lock that a wheel is built from, as one that can be fetched. */
export type SdistToFetch = Pick<WheelToFetch, 'fileName' | 'url' | 'checksum' | 'line' | 'lockFile'> & {
  readonly format: 'sdist'
}

/**
 * @param folder absolute, that paths in the lock are relative to
 * @param lockFile for errors
 */
export function wheelToFetch(locked: WheelLine, folder: string, lockFile: string): WheelToFetch {
  return wheelOf(locked, locked, folder, lockFile)
}

/** The wheel that was built of a source of a lock: to pip it comes from where the source does. */
export function builtWheel(
  line: SourceLine,
  built: Pick<WheelToFetch, 'version' | 'fileName' | 'sha256'>,
  folder: string,
  lockFile: string,
): WheelToFetch {
  return wheelOf(line, built, folder, lockFile)
}

/** @throws Error for anything that is no archive */
export function sdistToFetch({ url, line, lockFile, ...source }: SourceLine, folder: string): SdistToFetch {
  if (source.kind !== 'sdist') throw new Error(`${url} is no archive`)
  const { fileName, sha256 } = source
  return {
    fileName,
    url: absolute(url, pathToFileURL(`${folder}/`)),
    checksum: { algorithm: 'sha256', hex: sha256 },
    line,
    ...(lockFile !== undefined && { lockFile }),
    format: 'sdist',
  }
}

function wheelOf(
  locked: LockedWheel,
  { version, fileName, sha256 }: Pick<WheelToFetch, 'version' | 'fileName' | 'sha256'>,
  folder: string,
  file: string,
): WheelToFetch {
  const { name, requested, line, lockFile } = locked
  const directUrl = directUrlOf(locked)
  return {
    name,
    version,
    fileName,
    url: absolute(locked.url, pathToFileURL(`${folder}/`)),
    sha256,
    requested,
    ...(directUrl && { directUrl }),
    format: 'whl',
    checksum: { algorithm: 'sha256', hex: sha256 },
    line,
    ...(lockFile !== undefined && { lockFile }),
    at: { file: lockFile ?? file, line },
  }
}

/**
 * What pip notes of a wheel, or of a source, that was asked for by its address. A path is relative to the project, whose folder is another one on each
 * machine and is not in the image: it is written as if that were the root of the file system.
 */
export function directUrlOf(locked: LockedWheel): DirectUrl | undefined {
  const { url, subdirectory, direct } = locked
  if (!direct) return undefined
  const below = subdirectory === undefined ? {} : { subdirectory }
  if (locked.kind === 'vcs') {
    const { vcs, commit, repository, revision } = locked
    return {
      url: repository,
      ...below,
      vcs: { vcs, commitId: commit, ...(revision !== undefined && { requestedRevision: revision }) },
    }
  }
  const place = { url: absolute(url, new URL('file:///')).href, ...below }
  if (locked.kind === 'directory') return { ...place, directory: {} }
  const { sha256 } = locked
  return { ...place, archive: { hash: `sha256=${sha256}`, hashes: { sha256 } } }
}

/** `file:wheels/a.whl` is a path, and what has two slashes an address. */
function absolute(url: string, root: URL): URL {
  return /^file:(?!\/\/)/.test(url) ? new URL(url.slice('file:'.length), root) : new URL(url)
}
