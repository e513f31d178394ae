import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checksums, writeArchive } from './archive.ts'
import { compare, indexRecord } from './metadata.ts'
import { fileNameOf, type ChannelSubdir, type Recipe } from './recipe.ts'
import { openTools, type Tools } from './recipes/machine.ts'

/** The folders of a channel, and what is in them. */

export const subdirs: readonly ChannelSubdir[] = ['linux-64', 'linux-aarch64', 'noarch']

/** A package that is in a channel. */
export interface Published {
  readonly subdir: ChannelSubdir
  readonly fileName: string
  /** In repodata.json. */
  readonly record: object
}

/** @returns its archive too */
export async function publish(recipe: Recipe, tools: Tools): Promise<Published & { archive: Uint8Array }> {
  const archive = await writeArchive(recipe, (content) => tools.bzip2(content))
  const record = { ...indexRecord(recipe), ...checksums(archive) }
  return { subdir: recipe.subdir, fileName: fileNameOf(recipe), record, archive }
}

/** Makes the folder of each subdir in a channel's, with the archives of what is made there. */
export async function writePackages(
  folder: string,
  make: (tools: Tools) => Promise<readonly Recipe[]>,
): Promise<Published[]> {
  const scratch = join(folder, 'scratch')
  const tools = await openTools(scratch)
  for (const subdir of subdirs) await mkdir(join(folder, subdir))
  const published: Published[] = []
  for (const recipe of await make(tools)) {
    const { archive, ...rest } = await publish(recipe, tools)
    await writeFile(join(folder, rest.subdir, rest.fileName), archive)
    published.push(rest)
  }
  await rm(scratch, { recursive: true, force: true })
  return published
}

export async function writeRepodata(folder: string, published: readonly Published[]): Promise<void> {
  for (const subdir of subdirs) {
    await writeFile(join(folder, subdir, 'repodata.json'), repodata(subdir, published))
  }
}

/** repodata.json (the schema of conda-index, version 1) of those packages that lie in the subdir. */
export function repodata(subdir: ChannelSubdir, published: readonly Published[]): string {
  const sorted = published
    .filter((it) => it.subdir === subdir)
    .toSorted((a, b) => compare(a.fileName, b.fileName))
  const ofFormat = (end: string) =>
    Object.fromEntries(
      sorted.flatMap(({ fileName, record }) => (fileName.endsWith(end) ? [[fileName, record]] : [])),
    )
  const content = {
    info: { subdir },
    packages: ofFormat('.tar.bz2'),
    'packages.conda': ofFormat('.conda'),
    removed: [],
    repodata_version: 1,
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

/** What a channel's repodata.json tells of. */
export async function readPublished(folder: string): Promise<Published[]> {
  const ofSubdirs = subdirs.map(async (subdir) => {
    const text = await readFile(join(folder, subdir, 'repodata.json'), 'utf8')
    const { packages, 'packages.conda': conda } = JSON.parse(text) as Record<string, Record<string, object>>
    return Object.entries({ ...packages, ...conda }).map(([fileName, record]) => ({
      subdir,
      fileName,
      record,
    }))
  })
  return (await Promise.all(ofSubdirs)).flat()
}
