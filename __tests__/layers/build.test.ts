import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, expect, test } from '@jest/globals'
import type { ImageLayer } from '../../src/image/types.ts'
import { buildLayers, groupPackages, layerKeyAnnotation, overrides } from '../../src/layers/build.ts'
import type { FetchedPackage } from '../../src/packages/download.ts'
import { planPrefix } from '../../src/prefix/prefix.ts'
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

const place = { prefix: '/opt/conda', rootPrefix: '/opt/conda' }
const settings = { owner: { uid: 57439, gid: 57439 }, compression: 'zstd', directory } as const

test('layers come in the order of their groups, each with its key, and are told of as they are finished', async () => {
  const packages = await environment()
  const groups = groupPackages(['first', 'second'], ['second', 'first'], 90)
  const finished: ImageLayer[] = []
  const layers = await buildLayers(packages, await planPrefix(packages, place), groups, settings, (layer) =>
    finished.push(layer),
  )
  expect(layers.map(({ createdBy, from }) => [createdBy, from])).toEqual([
    ['second', 'built'],
    ['first', 'built'],
  ])
  expect(new Set(finished)).toEqual(new Set(layers))
  const keys = layers.map(({ descriptor }) => descriptor.annotations?.[layerKeyAnnotation])
  expect(new Set(keys).size).toBe(2)
  for (const key of keys) expect(key).toMatch(/^sha256:[0-9a-f]{64}$/)
  for (const layer of layers) {
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
  const packages = await environment()
  const names = packages.map(({ locked }) => locked.name)
  const again: string[] = []
  for await (const entry of overrides(
    await planPrefix(packages, place),
    groupPackages(names, own, 1 + own.length * 2),
  )) {
    expect(entry.path).toBe('bin/tool')
    if (entry.type === 'file') again.push((await collect(entry.content)).toString())
  }
  expect(again).toEqual(expected)
})
