import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { mapConcurrently } from '../../src/common/concurrency.ts'
import { cachedFolder, sourcesOf } from '../../__tests__/world/cache.ts'
import { checksums, writeArchive } from '../../__tests__/world/channel/archive.ts'
import { indexRecord } from '../../__tests__/world/channel/metadata.ts'
import { fileNameOf, type Recipe } from '../../__tests__/world/channel/recipe.ts'
import { filesFrom } from '../../__tests__/world/channel/tree.ts'
import { extractDebs } from '../../__tests__/world/debian.ts'

/**
 * The reference workload: a channel of 188 conda packages made of Debian's, a gigabyte of a scientific stack. Each is there
 * in two builds that differ in one small file, so that a package can be bumped.
 * @returns the channel's folder; its packages' file names stand in `packages.txt`, a line each, both builds
 */
export async function workloadChannel(): Promise<string> {
  const list = join(import.meta.dirname, 'workload.txt')
  const sources = await sourcesOf(import.meta.filename, list)
  return cachedFolder('workload', sources, async (folder) => {
    const names = (await readFile(list, 'utf8')).trim().split('\n')
    await mkdir(join(folder, 'linux-64'))
    await mkdir(join(folder, 'noarch'))
    const records = await mapConcurrently(names, 2, (name) => buildBoth(name, join(folder, 'linux-64')))
    await writeRepodata(folder, 'linux-64', Object.fromEntries(records.flat()))
    await writeRepodata(folder, 'noarch', {})
    const lines = records.map((both) =>
      both.map(([file, { sha256 }]) => `${file}#sha256:${sha256}`).join(' '),
    )
    await writeFile(join(folder, 'packages.txt'), `${lines.join('\n')}\n`)
  })
}

type Record = readonly [file: string, record: { readonly sha256: string }]

async function buildBoth(name: string, folder: string): Promise<Record[]> {
  const root = await extractDebs([name])
  const files = await filesFrom(root, (path) => path.replace(/^usr\//, ''))
  return mapConcurrently([0, 1], 1, async (build): Promise<Record> => {
    const marker = {
      type: 'file',
      path: `share/workload/${name}`,
      content: Buffer.from(`build ${build}\n`),
    } as const
    const recipe: Recipe = {
      name,
      version: '1.0',
      build: `h0_${build}`,
      subdir: 'linux-64',
      files: [...new Map([...files, marker].map((file) => [file.path, file])).values()],
    }
    const archive = await writeArchive(recipe, () => Promise.reject(new Error('not of that format')))
    const file = fileNameOf(recipe)
    await writeFile(join(folder, file), archive)
    return [file, { ...indexRecord(recipe), ...checksums(archive) }]
  })
}

/** @param packages records by file name */
export async function writeRepodata(folder: string, subdir: string, packages: object): Promise<void> {
  const repodata = { info: { subdir }, packages: {}, 'packages.conda': packages }
  await writeFile(join(folder, subdir, 'repodata.json'), JSON.stringify(repodata))
}
