import { text } from 'node:stream/consumers'
import { openPromise, type ZipFile } from 'yauzl'
import { UserError } from '../../common/errors.ts'
import { readRange, type FileRange } from './decompress.ts'
import { shown } from './json.ts'

/** The two tars of a `.conda` package, compressed with zstd. */
export interface CondaMembers {
  readonly info: FileRange
  readonly pkg: FileRange
}

/** A metadata.json of a few dozen bytes is usual. */
const metadataLimit = 64 * 1024

/**
 * Finds the members of a `.conda` file: a zip of stored members `metadata.json`, `info-<dist>.tar.zst` and
 * `pkg-<dist>.tar.zst` (conda CEP 17; conda-package-handling's "new format").
 * @throws UserError when it is none, or of a format version that is not known
 */
export async function locateCondaMembers(file: string, dist: string): Promise<CondaMembers> {
  const members = await zipMembers(file, dist)
  const metadata = members.get('metadata.json')
  if (!metadata) throw refusal(dist, 'it has no metadata.json')
  await checkMetadata(metadata, dist)
  return { info: theTar(members, 'info-', dist), pkg: theTar(members, 'pkg-', dist) }
}

function theTar(members: ReadonlyMap<string, FileRange>, prefix: string, dist: string): FileRange {
  const names = [...members.keys()].filter((name) => name.startsWith(prefix) && name.endsWith('.tar.zst'))
  const range = names.length === 1 ? members.get(names[0] ?? '') : undefined
  if (!range) throw refusal(dist, `it has ${names.length} members '${prefix}….tar.zst' instead of one`)
  return range
}

async function checkMetadata(range: FileRange, dist: string): Promise<void> {
  if (range.size > metadataLimit) throw refusal(dist, 'its metadata.json is too large')
  const json = await text(readRange(range))
  let version: unknown
  try {
    const metadata: unknown = JSON.parse(json)
    if (typeof metadata === 'object' && metadata !== null && 'conda_pkg_format_version' in metadata) {
      version = metadata.conda_pkg_format_version
    }
  } catch (cause) {
    throw refusal(dist, 'its metadata.json is not JSON', cause)
  }
  if (version !== 2) {
    throw refusal(dist, `its format version is ${shown(version)}, and only 2 is known`)
  }
}

/** Where the stored members of a zip lie in the file, by name. */
async function zipMembers(file: string, dist: string): Promise<Map<string, FileRange>> {
  const members = new Map<string, FileRange>()
  let zip: ZipFile | undefined
  try {
    zip = await openPromise(file, { lazyEntries: true, autoClose: false })
    for await (const entry of zip.eachEntry()) {
      if (entry.compressionMethod !== 0 || entry.isEncrypted()) {
        throw refusal(dist, `its member ${entry.fileName} is not stored as it is`)
      }
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
      if (entry.compressedSize === 0) throw refusal(dist, `its member ${entry.fileName} is empty`)
      members.set(entry.fileName, { file, start: fileDataStart, size: entry.compressedSize })
    }
  } catch (cause) {
    throw cause instanceof UserError ? cause : refusal(dist, 'the zip cannot be read', cause)
  } finally {
    zip?.close()
  }
  return members
}

function refusal(dist: string, what: string, cause?: unknown): UserError {
  const detail = cause instanceof Error ? `: ${cause.message}` : ''
  return new UserError(`package ${dist} is not a readable .conda file: ${what}${detail}`, {
    advice: 'Its bytes are what the lock says, so the package itself is broken. Choose another build of it.',
    cause,
  })
}
