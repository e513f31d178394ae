import { basename } from 'node:path'
import { parentsOf, safePath } from '../archive-path.ts'
import { parseEntryPoints, type ScriptEntryPoints } from './entry-points.ts'
import { parseHeaders } from './headers.ts'
import { checkRecord, parseRecord, verified, type RecordedHash, type RecordRow } from './record.ts'
import { refusal } from './refusal.ts'
import { zipEntries, type ZipEntry } from './zip.ts'

export type { ScriptEntryPoints } from './entry-points.ts'
export {
  builtWheel,
  directUrlOf,
  sdistToFetch,
  wheelToFetch,
  type DirectUrl,
  type LinkedWheel,
  type SdistToFetch,
  type SourceLine,
  type WheelLine,
  type WheelToFetch,
} from './locked.ts'
export type { RecordRow } from './record.ts'

/** Where a file of a wheel goes: the keys of sysconfig's schemes, and `root`, which is site-packages. */
const dataKeys = ['purelib', 'platlib', 'headers', 'scripts', 'data'] as const
export type WheelScheme = 'root' | (typeof dataKeys)[number]

export interface WheelFile {
  /** In the archive and in RECORD. */
  readonly name: string
  readonly scheme: WheelScheme
  /** Within the scheme. */
  readonly path: string
  readonly isExecutable: boolean
  /** Bytes. */
  readonly size: number
}

/** What a wheel says of itself. */
export interface WheelInfo {
  /** The wheel's file name, for messages. */
  readonly wheel: string
  /** As METADATA has them. */
  readonly name: string
  readonly version: string
  /** The directory of its metadata, spelled as the wheel has it: `Demo_Pkg-1.0.dist-info`. */
  readonly distInfo: string
  /** In the archive's order, RECORD among them; directories are left out. */
  readonly files: readonly WheelFile[]
  readonly record: readonly RecordRow[]
  readonly entryPoints: ScriptEntryPoints
}

export interface WheelEntry {
  readonly file: WheelFile
  /** May be left alone; if not, to be read to its end before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>
}

/** A wheel on this machine, its metadata read, its files still packed. */
export interface WheelArchive {
  readonly info: WheelInfo
  /**
   * The wheel's files in the archive's order. Content is streamed: nothing is written to disk, and memory does not grow with the
   * wheel. Each call reads the archive anew.
   * @throws UserError when a file is not what the zip or RECORD says
   */
  entries(): AsyncIterable<WheelEntry>
}

/** Metadata larger than this is refused. The RECORD of ten thousand files has about a megabyte. */
const textLimit = 64 * 1024 * 1024

const metadataFiles = ['WHEEL', 'METADATA', 'RECORD', 'entry_points.txt'] as const
type MetadataFile = (typeof metadataFiles)[number]

/** PEP 508. */
const projectName = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i

/**
 * Opens a wheel (PEP 427) and reads its metadata.
 * @param wheel how to call it in errors
 * @throws UserError that names the wheel and what is wrong with it: a zip that says two things of one file, a path that leaves the
 * prefix, a RECORD that does not fit, metadata that is missing or not known
 */
export async function openWheel(file: string, wheel = basename(file)): Promise<WheelArchive> {
  const { files, texts, distInfo } = await readDirectory(file, wheel)
  const required = (name: MetadataFile) => {
    const text = texts.get(`${distInfo}/${name}`)
    if (text === undefined) throw refusal(wheel, `it has no '${distInfo}/${name}'`)
    return text
  }
  checkWheelVersion(parseHeaders(required('WHEEL')).get('wheel-version'), wheel)
  const metadata = parseHeaders(required('METADATA'))
  const name = metadata.get('name')
  const version = metadata.get('version')
  if (!name || !version) throw refusal(wheel, 'its METADATA has no Name or no Version')
  if (!projectName.test(name)) throw refusal(wheel, `its METADATA has the Name '${name}'`)
  const record = parseRecord(required('RECORD'), wheel)
  const hashes = checkRecord(record, files, `${distInfo}/RECORD`, wheel)
  const entryPoints = parseEntryPoints(texts.get(`${distInfo}/entry_points.txt`) ?? '', wheel)
  return {
    info: { wheel, name, version, distInfo, files, record, entryPoints },
    entries: () => entriesOf(file, files, hashes, wheel),
  }
}

async function* entriesOf(
  file: string,
  files: readonly WheelFile[],
  hashes: ReadonlyMap<string, RecordedHash>,
  wheel: string,
): AsyncGenerator<WheelEntry> {
  const byName = new Map(files.map((one) => [one.name, one]))
  for await (const entry of zipEntries(file, wheel)) {
    const { name } = entry
    const found = byName.get(name)
    if (found) yield { file: found, content: verified(entry.content(), hashes.get(name), name, wheel) }
  }
}

interface Directory {
  readonly files: readonly WheelFile[]
  /** The metadata that is read at once, by its name in the archive. */
  readonly texts: ReadonlyMap<string, string>
  readonly distInfo: string
}

async function readDirectory(file: string, wheel: string): Promise<Directory> {
  const files: WheelFile[] = []
  const texts = new Map<string, string>()
  const distInfos = new Set<string>()
  const ranges: ZipEntry['range'][] = []
  for await (const entry of zipEntries(file, wheel)) {
    const { name } = entry
    const isDirectory = name.endsWith('/')
    const path = isDirectory ? name.slice(0, -1) : name
    if (safePath(path, wheel, 'the archive') !== path) throw refusal(wheel, `it has the path '${name}'`)
    const [top = ''] = path.split('/', 1)
    if (top.endsWith('.dist-info')) distInfos.add(top)
    ranges.push(entry.range)
    if (isDirectory) continue
    files.push(describe(entry, wheel))
    if (metadataFiles.some((one) => path === `${top}/${one}`) && distInfos.has(top)) {
      texts.set(path, await readText(entry, wheel))
    }
  }
  checkNames(files, wheel)
  checkRanges(ranges, wheel)
  const [distInfo, another] = distInfos
  if (distInfo === undefined) throw refusal(wheel, 'it has no .dist-info directory')
  if (another !== undefined) throw refusal(wheel, `it has both '${distInfo}' and '${another}'`)
  return { files, texts, distInfo }
}

const typeMask = 0o170000
const regularFile = 0o100000

function describe({ name, mode, size }: ZipEntry, wheel: string): WheelFile {
  const isExecutable = (mode & typeMask) === regularFile && (mode & 0o111) !== 0
  const [top = '', key = '', ...rest] = name.split('/')
  if (!top.endsWith('.data')) return { name, scheme: 'root', path: name, isExecutable, size }
  const scheme = dataKeys.find((one) => one === key)
  if (!scheme || rest.length === 0) {
    throw refusal(
      wheel,
      `'${name}' is in none of the directories that ${top} may have: ${dataKeys.join(', ')}`,
    )
  }
  return { name, scheme, path: rest.join('/'), isExecutable, size }
}

async function readText(entry: ZipEntry, wheel: string): Promise<string> {
  if (entry.size > textLimit) throw refusal(wheel, `'${entry.name}' has ${entry.size} bytes`)
  const chunks: Uint8Array[] = []
  for await (const chunk of entry.content()) chunks.push(chunk)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw refusal(wheel, `'${entry.name}' is not UTF-8`, cause)
  }
}

/** No path may come twice, or be a file and a directory. */
function checkNames(files: readonly WheelFile[], wheel: string): void {
  const names = new Set<string>()
  for (const { name } of files) {
    if (names.has(name)) throw refusal(wheel, `it has '${name}' twice`)
    names.add(name)
  }
  for (const { name } of files) {
    for (const parent of parentsOf(name)) {
      if (names.has(parent)) throw refusal(wheel, `it has '${parent}' as a file and as a directory`)
    }
  }
}

/** Members that share bytes are how a small zip is made to hold petabytes. */
function checkRanges(ranges: ZipEntry['range'][], wheel: string): void {
  ranges.sort(([a], [b]) => a - b)
  let before = 0
  for (const [start, end] of ranges) {
    if (start < before) throw refusal(wheel, 'members of its zip overlap')
    before = end
  }
}

function checkWheelVersion(version: string | undefined, wheel: string): void {
  if (version === undefined || !/^\d+(\.\d+)*$/.test(version)) {
    throw refusal(
      wheel,
      `its WHEEL has ${version === undefined ? 'no Wheel-Version' : `the Wheel-Version '${version}'`}`,
    )
  }
  if (Number.parseInt(version, 10) > 1) {
    throw refusal(wheel, `its format is of version ${version}, and only 1 is known`)
  }
}
