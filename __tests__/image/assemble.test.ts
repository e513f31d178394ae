import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import { assembleImage, fingerprintAnnotation, layerBudget } from '../../src/image/assemble.ts'
import type { BaseImage } from '../../src/base/base.ts'
import type { ImageLayer } from '../../src/oci/image.ts'
import { layerOf } from '../base/samples.ts'

const platform = { os: 'linux', architecture: 'amd64', subdir: 'linux-64' } as const

function layersNamed(start: string, count: number): ImageLayer[] {
  return Array.from({ length: count }, (_, index) => {
    const bytes = Buffer.from(`${start}${index}`)
    return { ...layerOf(bytes, 'none'), diffId: digestOf(bytes), createdBy: `${start}${index}` }
  })
}

function baseWith(count: number): BaseImage {
  const layers = layersNamed('base', count)
  return {
    pinned: {
      registry: 'docker.io',
      repository: 'library/debian',
      tag: '13',
      digest: digestOf('the base'),
    },
    config: {
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    },
    layers,
  }
}

const details = {
  environment: { MAMBA_USER: 'mambauser' },
  user: 'mambauser',
  start: { env: [], expose: [], volumes: [] },
  labels: {},
  created: '1980-01-02T00:00:00Z',
  annotations: { zebra: 'last', [fingerprintAnnotation]: 'f', alpha: 'first' },
}

describe('an image', () => {
  const own = layersNamed('own', 2).map((layer) => ({
    ...layer,
    descriptor: { ...layer.descriptor, annotations: { key: layer.createdBy } },
  }))
  const image = assembleImage(baseWith(2), own, platform, details)
  const manifest = JSON.parse(Buffer.from(image.manifest.bytes).toString()) as Record<string, unknown>
  const config = JSON.parse(Buffer.from(image.config.bytes).toString()) as Record<string, unknown>

  test.each([
    ['linux/amd64', undefined, undefined],
    ['linux/amd64/v3', undefined, 'v3'],
    ['linux/amd64/v3', 'v2', 'v3'],
    ['linux/amd64', 'v2', 'v2'],
  ])('for %s on a base of variant %s is of variant %s', (name, variant, expected) => {
    const base = baseWith(2)
    const made = assembleImage(
      { ...base, config: { ...base.config, variant } },
      own,
      parsePlatform(name),
      details,
    )
    expect(made.platform.variant).toBe(expected)
    expect((JSON.parse(made.config.bytes.toString()) as { variant?: string }).variant).toBe(expected)
  })

  test('descriptors are those of the bytes', () => {
    for (const { bytes, descriptor } of [image.manifest, image.config]) {
      expect(descriptor).toMatchObject({ digest: digestOf(bytes), size: bytes.length })
    }
    expect(manifest['config']).toEqual(image.config.descriptor)
  })

  test("the manifest is OCI's, with the layers of both and their annotations", () => {
    expect(manifest).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      layers: image.layers.map(({ descriptor }) => descriptor),
    })
    expect(image.layers.map(({ createdBy }) => createdBy)).toEqual(['base0', 'base1', 'own0', 'own1'])
    expect(image.layers[3]?.descriptor.annotations).toEqual({ key: 'own1' })
    expect(config['rootfs']).toEqual({
      type: 'layers',
      diff_ids: image.layers.map(({ diffId }) => diffId),
    })
  })

  test('annotations say what it stands on, and come in the order of their names', () => {
    expect(Object.entries(manifest['annotations'] as Record<string, string>)).toEqual([
      ['alpha', 'first'],
      [fingerprintAnnotation, 'f'],
      ['org.opencontainers.image.base.digest', digestOf('the base')],
      ['org.opencontainers.image.base.name', 'docker.io/library/debian:13'],
      ['zebra', 'last'],
    ])
  })

  test('the same input gives the same bytes, in whatever order annotations come', () => {
    const annotations = Object.fromEntries(Object.entries(details.annotations).reverse())
    const again = assembleImage(baseWith(2), own, platform, { ...details, annotations })
    expect(again.manifest.descriptor.digest).toBe(image.manifest.descriptor.digest)
  })
})

describe('the budget of layers', () => {
  test('as many as there may be', () => {
    const image = assembleImage(baseWith(60), layersNamed('own', layerBudget - 60), platform, details)
    expect(image.layers).toHaveLength(layerBudget)
  })

  test('one more is refused', () => {
    const assemble = () =>
      assembleImage(baseWith(60), layersNamed('own', layerBudget - 59), platform, details)
    expect(assemble).toThrow(UserError)
    expect(assemble).toThrow(/101 layers, 60 of them the base's/)
  })
})
