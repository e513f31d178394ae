import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, expect, test } from '@jest/globals'
import type { ImageLayer } from '../../src/oci/image.ts'
import {
  buildLayers,
  factsAnnotation,
  formatLeftOut,
  groupPackages,
  layerKeyAnnotation,
  leftOutAnnotation,
  overrides,
  PrefixContents,
  type LayerGroup,
  type MadeLayer,
} from '../../src/layers/build.ts'
import { formatFacts } from '../../src/layers/facts.ts'
import type { FetchedPackage } from '../../src/packages/download.ts'
import { openPackage } from '../../src/prefix/link.ts'
import { collect } from './collect.ts'
import { jobPackage } from './packages.ts'

const directory = mkdtempSync(join(tmpdir(), 'build-'))
afterAll(() => {
  rmSync(directory, { recursive: true })
})

/** Two packages that both have `bin/tool`; the second has it in the end. */
async function environment(): Promise<FetchedPackage[]> {
  const packages = await Promise.all([
    jobPackage('first', [{ name: 'bin/tool', content: 'of first' }]),
    jobPackage('second', [{ name: 'bin/tool', content: 'of second' }]),
  ])
  return packages.map(({ locked, file, facts }) => ({
    locked: { ...locked, url: new URL(locked.url) },
    file,
    ...facts,
    from: 'disk',
  }))
}

const noCompiler = () => Promise.reject(new Error('there is nothing to compile'))

const context = { prefix: '/opt/conda', rootPrefix: '/opt/conda' }
const inputs = { ...context, owner: { uid: 57439, gid: 57439 }, compression: 'zstd', packages: [] } as const

async function build(groups: readonly LayerGroup[], onLayer: (layer: ImageLayer) => void = () => undefined) {
  const packages = await environment()
  const toBuild = groups.map(({ title, packages: positions }) => ({
    title,
    key: `key of ${title}`,
    inputs,
    prepare: () => Promise.resolve({ packages: positions.flatMap((position) => packages[position] ?? []) }),
  }))
  const finished = new Map<number, MadeLayer>()
  await buildLayers(toBuild, undefined, [], directory, (one, index) => {
    finished.set(index, one)
    onLayer(one.layer)
  })
  const made = groups.map((_, index) => {
    const one = finished.get(index)
    if (!one) throw new Error('a layer is missing')
    return one
  })
  const known = made.map(({ facts }, index) => ({ packages: groups[index]?.packages ?? [], facts }))
  const opened: number[] = []
  const contents = await PrefixContents.of(known, context, (positions) => {
    opened.push(...positions)
    return Promise.all(positions.flatMap((position) => packages[position] ?? []).map(openPackage))
  })
  return { made, contents, opened }
}

test('layers are told of as they are finished, each with the place of its group, its key and its facts', async () => {
  const finished: ImageLayer[] = []
  const { made } = await build(groupPackages(['first', 'second'], ['second', 'first'], 90), (layer) =>
    finished.push(layer),
  )
  const layers = made.map(({ layer }) => layer)
  expect(layers.map(({ createdBy, from }) => [createdBy, from])).toEqual([
    ['second', 'built'],
    ['first', 'built'],
  ])
  expect(new Set(finished)).toEqual(new Set(layers))
  expect(made.map(({ facts }) => [facts.prefix, ...facts.sizes.map(({ name }) => name)])).toEqual([
    ['/opt/conda', 'second'],
    ['/opt/conda', 'first'],
  ])
  // The file, and the record of the package.
  expect(made[0]?.facts.sizes[0]?.size).toBeGreaterThan('of second'.length)
  for (const { layer, facts } of made) {
    expect(layer.descriptor.annotations).toEqual({
      [layerKeyAnnotation]: `key of ${layer.createdBy}`,
      [factsAnnotation]: formatFacts(facts),
      [leftOutAnnotation]: formatLeftOut({ sets: [], patterns: [] }, []),
    })
    // Opened twice, as for two registries.
    for (let times = 0; times < 2; times++) {
      const tar = zstdDecompressSync(await collect(await layer.open()))
      expect(tar.includes(`of ${layer.createdBy}`)).toBe(true)
    }
  }
})

test.each([
  [['second', 'first'], ['of second']],
  [['first', 'second'], []],
  [[], []],
])('with layers in the order %j, what has to be given again is %j', async (own, expected) => {
  const groups = groupPackages(['first', 'second'], own, 1 + own.length * 2)
  const { contents, opened } = await build(groups)
  const again: string[] = []
  for await (const entry of overrides(contents, groups, noCompiler)) {
    expect(entry.path).toBe('bin/tool')
    if (entry.type === 'file') again.push((await collect(entry.content)).toString())
  }
  expect(again).toEqual(expected)
  // Inside of one layer nobody has to look.
  expect(opened).toEqual(groups.length === 1 ? [] : [0, 1])
})
