import { basename } from 'node:path'
import { locateCondaMembers } from './conda-format.ts'
import { unbzip2, unzstd, type FileRange } from './decompress.ts'
import { importsOf, testFiles, type Imports, type TestFile } from './imports.ts'
import { malformed } from './json.ts'
import { infoFiles, parsePackageInfo, type InfoFile, type PackageInfo } from './package-info.ts'
import { EntryGuard, tarEntries, type ArchiveEntry } from './tar-entries.ts'

export type {
  EntryPoint,
  JsonObject,
  PackageFile,
  PackageIndex,
  PackageInfo,
  Placeholder,
} from './package-info.ts'
export type { Imports } from './imports.ts'
export type { ArchiveEntry } from './tar-entries.ts'

export type ArchiveFormat = 'conda' | 'tar.bz2'

/** A package archive on this machine, its metadata read, its files still packed. */
export interface PackageArchive {
  readonly info: PackageInfo
  /**
   * The package's files and links, `info/` and directories left out, in the archive's order. Content is streamed:
   * nothing is written to disk, and memory does not grow with the package. Each call reads the archive anew.
   * @throws UserError when the archive is damaged, ends early, or holds what no package may hold
   */
  entries(): AsyncIterable<ArchiveEntry>
}

/** Metadata larger than this is refused; the largest real info/paths.json have some ten megabytes, and as values JSON takes several times that. */
const infoLimit = 64 * 1024 * 1024

/**
 * Opens a package and reads its `info/`.
 * @param dist how to call the package in errors, `<name>-<version>-<build>`
 * @throws UserError that names the package and what is wrong with it
 */
export async function openArchive(
  file: string,
  format: ArchiveFormat,
  dist = basename(file).replace(/\.(conda|tar\.bz2)$/, ''),
): Promise<PackageArchive> {
  return format === 'conda' ? openConda(file, dist) : openTarBz2(file, dist)
}

/**
 * Reads what the tests of a package import.
 * @param dist how to call the package in errors
 * @throws UserError that names the package, when it cannot be read
 */
export async function readImports(file: string, format: ArchiveFormat, dist: string): Promise<Imports> {
  const bytes =
    format === 'conda'
      ? unzstd((await locateCondaMembers(file, dist)).info)
      : unbzip2({ file, start: 0, size: Infinity })
  const texts = new Map<TestFile, string>()
  let isBehindInfo = false
  for await (const entry of tarEntries(bytes, dist, new EntryGuard(dist))) {
    // Most packages have their `info/` in front, and what is behind may be long.
    if (isBehindInfo && !isInfo(entry)) break
    isBehindInfo = isInfo(entry)
    const name = testFiles.find((candidate) => entry.path === `info/${candidate}`)
    if (name && entry.type === 'file') texts.set(name, await textOf(entry, dist))
  }
  return importsOf(texts)
}

async function openConda(file: string, dist: string): Promise<PackageArchive> {
  const members = await locateCondaMembers(file, dist)
  const { texts, hasFiles } = await readInfo(
    () => unzstd(members.info),
    dist,
    () => false,
  )
  // Files are allowed in the tar with the metadata, too, where hardly any package has them.
  const tars = hasFiles ? [members.info, members.pkg] : [members.pkg]
  return {
    info: parsePackageInfo(texts, dist),
    entries: () =>
      packageFiles(
        tars.map((tar) => () => unzstd(tar)),
        dist,
      ),
  }
}

async function openTarBz2(file: string, dist: string): Promise<PackageArchive> {
  const range: FileRange = { file, start: 0, size: Infinity }
  const open = () => unbzip2(range)
  const { texts } = await readInfo(open, dist, isComplete)
  return { info: parsePackageInfo(texts, dist), entries: () => packageFiles([open], dist) }
}

/** Whether nothing in the rest of a tar could add to what is known. Most packages have their `info/` in front. */
function isComplete(texts: ReadonlyMap<InfoFile, string>): boolean {
  const index = texts.get('index.json')
  return index !== undefined && texts.has('paths.json') && (texts.has('link.json') || !/"python"/.test(index))
}

type OpenBytes = () => AsyncIterable<Uint8Array>

/** Reads the metadata, and says whether there were files beside it. */
async function readInfo(
  open: OpenBytes,
  dist: string,
  isDone: (texts: ReadonlyMap<InfoFile, string>) => boolean,
): Promise<{ texts: Map<InfoFile, string>; hasFiles: boolean }> {
  const texts = new Map<InfoFile, string>()
  let hasFiles = false
  for await (const entry of tarEntries(open(), dist, new EntryGuard(dist))) {
    const name = infoFiles.find((candidate) => entry.path === `info/${candidate}`)
    hasFiles ||= !isInfo(entry)
    if (!name || entry.type !== 'file') continue
    texts.set(name, await textOf(entry, dist))
    if (isDone(texts)) break
  }
  return { texts, hasFiles }
}

async function textOf(
  { path, size, content }: Extract<ArchiveEntry, { type: 'file' }>,
  dist: string,
): Promise<string> {
  if (size > infoLimit) throw malformed(dist, `${path} has ${size} bytes`)
  return Buffer.concat(await Array.fromAsync(content)).toString()
}

async function* packageFiles(tars: readonly OpenBytes[], dist: string): AsyncGenerator<ArchiveEntry> {
  const guard = new EntryGuard(dist)
  for (const open of tars) {
    for await (const entry of tarEntries(open(), dist, guard)) {
      if (!isInfo(entry)) yield entry
    }
  }
}

function isInfo({ path }: ArchiveEntry): boolean {
  return path.startsWith('info/')
}
