import { text } from 'node:stream/consumers'
import { fromRandomAccessReaderPromise } from 'yauzl'
import { UserError } from '../../common/errors.ts'
import { foreignText } from '../../common/foreign.ts'
import { WindowedFile } from '../wheel/windowed-file.ts'
import { readRange, type FileRange } from './decompress.ts'
import { shown } from './json.ts'

/** The two tars of a `.conda` package, compressed with zstd. */
export interface CondaMembers {
  readonly info: FileRange
  readonly pkg: FileRange
}

/** A metadata.json of a few dozen bytes is usual. */
const metadataLimit = 64 * 1024

/** There are three. */
const mostMembers = 100

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

/**
 * Where the stored members of a zip lie in the file, by name. What says two things of one member, or has it twice, is two packages: one
 * for tools that go by the directory at the zip's end, another for those that go by what stands before each member.
 */
async function zipMembers(file: string, dist: string): Promise<Map<string, FileRange>> {
  const members = new Map<string, FileRange>()
  const extents: [start: number, end: number][] = []
  // The library's own reader throws past everybody where a zip has an offset that no file has.
  const reader = await WindowedFile.open(file)
  try {
    const zip = await fromRandomAccessReaderPromise(reader, reader.size, { autoClose: false })
    if (zip.entryCount > mostMembers) throw refusal(dist, `it has ${zip.entryCount} members`)
    for await (const entry of zip.eachEntry()) {
      const { fileName: name, compressedSize: size } = entry
      if (entry.compressionMethod !== 0 || entry.isEncrypted()) {
        throw refusal(dist, `its member ${name} is not stored as it is`)
      }
      const { fileName, fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry)
      if (!fileName.equals(entry.fileNameRaw)) throw refusal(dist, `its member ${name} has two names`)
      if (size === 0) throw refusal(dist, `its member ${name} is empty`)
      if (members.has(name)) throw refusal(dist, `it has the member ${name} twice`)
      members.set(name, { file, start, size })
      extents.push([entry.relativeOffsetOfLocalHeader, start + size])
    }
    extents.sort(([a], [b]) => a - b)
    if (extents.some(([start], index) => start < (extents[index - 1]?.[1] ?? 0))) {
      throw refusal(dist, 'its members overlap')
    }
  } catch (cause) {
    throw cause instanceof UserError ? cause : refusal(dist, 'the zip cannot be read', cause)
  } finally {
    await reader.end()
  }
  return members
}

function refusal(dist: string, what: string, cause?: unknown): UserError {
  const detail = cause instanceof Error ? `: ${cause.message}` : ''
  return new UserError(`package ${dist} is not a readable .conda file: ${foreignText(`${what}${detail}`)}`, {
    advice: 'Its bytes are what the lock says, so the package itself is broken. Choose another build of it.',
    cause,
  })
}
