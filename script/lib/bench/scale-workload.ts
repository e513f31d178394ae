import { createHash } from 'node:crypto'
import { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mapConcurrently } from '../../../src/common/concurrency.ts'
import { cachedFolder, sourcesOf } from '../../../__tests__/world/cache.ts'
import { checksums, writeArchive } from '../../../__tests__/world/channel/archive.ts'
import { indexRecord } from '../../../__tests__/world/channel/metadata.ts'
import { fileNameOf, type Recipe } from '../../../__tests__/world/channel/recipe.ts'
import { filesFrom } from '../../../__tests__/world/channel/tree.ts'
import { extractDebs } from '../../../__tests__/world/debian.ts'
import { workloadChannel } from '../workload.ts'
import { readPackages, type BenchPackage } from './locks.ts'

/** Packages of environments of any size up to `mostPackages`; an environment of n packages has the first n. */
export interface ScaleWorkload {
  /** The channel's folder. */
  readonly channel: string
  readonly packages: readonly BenchPackage[]
}

export const mostPackages = 400

/** The package that is bumped: every environment has it. */
export const scaleLeaf = 'bcftools'

/**
 * The reference workload, then its packages again, under other names and with their files in other folders. Both in the order
 * of the hashes of their names, in which big packages are spread.
 */
export async function scaleWorkload(): Promise<ScaleWorkload> {
  const reference = await workloadChannel()
  const originals = await readPackages(reference)
  const names = originals.map(({ name }) => name).sort(byHash)
  const copies = Array.from({ length: mostPackages - names.length }, (_, index) => ({
    of: names[index % names.length] ?? '',
    number: 1 + Math.floor(index / names.length),
  }))
  const sources = await sourcesOf(import.meta.filename)
  const channel = await cachedFolder('scale', [reference, ...sources], async (folder) => {
    for (const subdir of ['linux-64', 'noarch']) await mkdir(join(folder, subdir))
    for (const file of await readdir(join(reference, 'linux-64'))) {
      if (file !== 'repodata.json')
        await link(join(reference, 'linux-64', file), join(folder, 'linux-64', file))
    }
    const made = await mapConcurrently(copies, 2, (copy) => buildCopy(copy, join(folder, 'linux-64')))
    for (const [subdir, more] of [
      ['linux-64', Object.fromEntries(made)],
      ['noarch', {}],
    ] as const) {
      const repodata = JSON.parse(await readFile(join(reference, subdir, 'repodata.json'), 'utf8')) as object
      const packages = 'packages.conda' in repodata ? (repodata['packages.conda'] as object) : {}
      await writeFile(
        join(folder, subdir, 'repodata.json'),
        JSON.stringify({ ...repodata, 'packages.conda': { ...packages, ...more } }),
      )
    }
  })
  const byName = new Map((await readPackages(channel)).map((entry) => [entry.name, entry]))
  const ordered = [scaleLeaf, ...names.filter((name) => name !== scaleLeaf), ...copies.map(nameOf)]
  return { channel, packages: ordered.flatMap((name) => byName.get(name) ?? []) }
}

interface Copy {
  readonly of: string
  readonly number: number
}

function nameOf({ of, number }: Copy): string {
  return `${of}-copy${number}`
}

async function buildCopy(copy: Copy, folder: string): Promise<readonly [file: string, record: object]> {
  const root = await extractDebs([copy.of])
  const recipe: Recipe = {
    name: nameOf(copy),
    version: '1.0',
    build: 'h0_0',
    subdir: 'linux-64',
    files: await filesFrom(root, (path) => `copies/${copy.number}/${path.replace(/^usr\//, '')}`),
  }
  const archive = await writeArchive(recipe, () => Promise.reject(new Error('not of that format')))
  const file = fileNameOf(recipe)
  await writeFile(join(folder, file), archive)
  return [file, { ...indexRecord(recipe), ...checksums(archive) }]
}

function byHash(a: string, b: string): number {
  const [first, second] = [a, b].map((name) => createHash('sha256').update(name).digest('hex'))
  return (first ?? '') < (second ?? '') ? -1 : 1
}
