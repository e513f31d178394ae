import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { digestOf, type Digest } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import { machinePlatform, parsePlatform } from '../../src/common/platform.ts'
import { readBaseFiles } from '../../src/base/base-files.ts'
import { pinReference, readBase } from '../../src/base/base.ts'
import {
  createRegistryClient,
  parseReference,
  type ImageReference,
  type RegistryClient,
} from '../../src/registry/registry.ts'
import { run } from '../outputs/sample.ts'
import { startRegistry } from '../registry/servers.ts'
import { tarOf } from './samples.ts'

const amd64 = parsePlatform('linux/amd64')
const arm64 = parsePlatform('linux/arm64')
const reference = parseReference('registry.test/base:1')

/** A registry that has these texts, as manifests and as blobs, and one of them under the tag. */
function registryOf(tagged: string, ...others: string[]): Pick<RegistryClient, 'fetchManifest' | 'readBlob'> {
  const stored = new Map([tagged, ...others].map((text) => [digestOf(text), text]))
  const find = (digest: Digest) => {
    const text = stored.get(digest)
    if (text === undefined) throw new Error(`asked for ${digest}`)
    return Buffer.from(text)
  }
  return {
    fetchManifest({ digest = digestOf(tagged) }) {
      return Promise.resolve({ mediaType: '', digest, bytes: find(digest) })
    },
    readBlob: (_, { digest }) => Promise.resolve(find(digest)),
  }
}

const read = (texts: readonly string[], platform = amd64) => {
  const [tagged = '', ...others] = texts
  // Nothing but these two is asked for when a base is read.
  return readBase(reference, platform, registryOf(tagged, ...others) as RegistryClient)
}

const oci = 'application/vnd.oci.image'
const docker = 'application/vnd.docker'

function describedAs(mediaType: string, text: string, more: object = {}) {
  return { mediaType, digest: digestOf(text), size: text.length, ...more }
}

const diffIds = ['one', 'two'].map((text) => digestOf(text))
const config = (architecture = 'amd64', more: object = {}) =>
  JSON.stringify({
    os: 'linux',
    architecture,
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: [
      { created_by: 'ADD rootfs' },
      { created_by: 'ENV A=b', empty_layer: true },
      { created_by: 'RUN it' },
    ],
    ...more,
  })

function manifest(
  options: { config?: string; configType?: string; layerType?: string; layers?: object[] } = {},
) {
  const layerType = options.layerType ?? `${oci}.layer.v1.tar+gzip`
  return JSON.stringify({
    schemaVersion: 2,
    config: describedAs(options.configType ?? `${oci}.config.v1+json`, options.config ?? config()),
    layers: options.layers ?? [describedAs(layerType, 'a'), describedAs(layerType, 'b')],
  })
}

const indexOf = (...images: [text: string, os: string, architecture: string, variant?: string][]) =>
  JSON.stringify({
    schemaVersion: 2,
    manifests: images.map(([text, os, architecture, variant]) =>
      describedAs(`${oci}.manifest.v1+json`, text, { platform: { os, architecture, variant } }),
    ),
  })

describe('an image is read', () => {
  test('its layers say where they are, and which line of the history they are', async () => {
    const base = await read([manifest(), config()])
    expect(base.pinned).toEqual({ ...reference, digest: digestOf(manifest()) })
    expect(base.layers.map(({ diffId, createdBy, from }) => [diffId, createdBy, from])).toEqual([
      [diffIds[0], 'ADD rootfs', 'base'],
      [diffIds[1], 'RUN it', 'base'],
    ])
    expect(base.layers[0]?.origin).toEqual({ registry: 'registry.test', repository: 'base' })
  })

  test.each([
    [`${docker}.image.rootfs.diff.tar.gzip`, `${oci}.layer.v1.tar+gzip`],
    [`${docker}.image.rootfs.diff.tar.zstd`, `${oci}.layer.v1.tar+zstd`],
    [`${docker}.image.rootfs.diff.tar`, `${oci}.layer.v1.tar`],
    [`${oci}.layer.v1.tar+zstd`, `${oci}.layer.v1.tar+zstd`],
    [`${oci}.layer.v1.tar`, `${oci}.layer.v1.tar`],
  ])('layers of the type %s become %s', async (layerType, expected) => {
    const text = manifest({ layerType, configType: `${docker}.container.image.v1+json` })
    const { layers } = await read([text, config()])
    expect(layers.map(({ descriptor }) => descriptor)).toEqual([
      describedAs(expected, 'a'),
      describedAs(expected, 'b'),
    ])
  })

  test('layers keep their annotations, which lazy pulling needs; without history they have no line in it', async () => {
    const annotations = { 'containerd.io/snapshot/stargz/toc.digest': digestOf('toc') }
    const layer = describedAs(`${oci}.layer.v1.tar+gzip`, 'a', { annotations })
    const bare = config('amd64', {
      history: undefined,
      rootfs: { type: 'layers', diff_ids: diffIds.slice(1) },
    })
    const { layers } = await read([manifest({ config: bare, layers: [layer] }), bare])
    expect(layers[0]).toMatchObject({ descriptor: { annotations }, createdBy: '' })
  })
})

describe('of an index, the image for the platform', () => {
  const arm = manifest({ config: config('arm64') })
  const index = indexOf(
    ['attestation', 'unknown', 'unknown'],
    [manifest(), 'linux', 'amd64'],
    [arm, 'linux', 'arm64', 'v8'],
    ['windows', 'windows', 'amd64'],
  )

  test.each([
    [amd64, 'amd64'],
    [arm64, 'arm64'],
  ])('%o', async (platform, architecture) => {
    const base = await read([index, manifest(), config(), arm, config('arm64')], platform)
    expect(base.config.architecture).toBe(architecture)
    expect(base.pinned.digest).toBe(digestOf(index))
  })

  test('a platform that is missing is an error that lists those there are', async () => {
    const reading = read([index], parsePlatform('linux/s390x'))
    await expect(reading).rejects.toThrow(UserError)
    await expect(reading).rejects.toThrow(
      'registry.test/base:1: it is not made for linux/s390x, only for linux/amd64, linux/arm64/v8, windows/amd64',
    )
  })

  test('a platform that holds a workflow command stays on its line', async () => {
    const hostile = indexOf([manifest(), 'linux', 'a\n::add-mask::b'])
    await expect(read([hostile])).rejects.toThrow('only for linux/a ::add-mask::b\n')
  })

  // Which of the index's images is taken, by the variant in its config.
  test.each<[string, readonly (string | undefined)[], string | undefined]>([
    ['linux/amd64', ['v3', undefined, 'v2'], undefined],
    ['linux/amd64', ['v4', 'v2', 'v3'], 'v2'],
    ['linux/amd64', ['strange', 'v2'], 'v2'],
    ['linux/amd64/v3', ['v4', undefined, 'v2'], 'v2'],
    ['linux/amd64/v3', [undefined, 'v3', 'v4'], 'v3'],
    ['linux/amd64/v2', ['v3', undefined], undefined],
    ['linux/arm64', ['v9', 'v8'], 'v8'],
    ['linux/arm64/v9', ['v8', 'v9'], 'v9'],
  ])('for %s, of variants %j', async (name, variants, expected) => {
    const platform = parsePlatform(name)
    const { architecture } = platform
    const made = variants.map((variant) => {
      const text = config(architecture, { variant })
      return { variant, text, manifest: manifest({ config: text }) }
    })
    const of = indexOf(
      ...made.map((one): [string, string, string, string?] => [
        one.manifest,
        'linux',
        architecture,
        one.variant,
      ]),
    )
    const base = await read([of, ...made.flatMap((one) => [one.manifest, one.text])], platform)
    expect(base.config.variant).toBe(expected)
  })

  test.each([
    [
      'in an index',
      (text: string, config: string) => [indexOf([text, 'linux', 'amd64', 'v4']), text, config],
    ],
    ['by itself', (text: string, config: string) => [text, config]],
  ])('a variant that the platform does not run is refused, %s', async (_, texts) => {
    const newer = config('amd64', { variant: 'v4' })
    const reading = read(texts(manifest({ config: newer }), newer), parsePlatform('linux/amd64/v3'))
    await expect(reading).rejects.toThrow(/for linux\/amd64\/v4|only for linux\/amd64\/v4/)
    await expect(reading).rejects.toThrow('linux/amd64/v3')
  })

  test('an index of nothing', async () => {
    await expect(read([indexOf()])).rejects.toThrow('only for no platform at all')
  })

  test('an index in an index', async () => {
    await expect(read([indexOf([index, 'linux', 'amd64']), index])).rejects.toThrow('index of indexes')
  })

  test('an image that is for another platform than the index says', async () => {
    await expect(read([indexOf([arm, 'linux', 'amd64']), arm, config('arm64')])).rejects.toThrow(
      'it is for linux/arm64, not for linux/amd64',
    )
  })
})

describe('what nothing can be put on is refused, with the reason', () => {
  const layers = (mediaType: string) => [describedAs(mediaType, 'a'), describedAs(mediaType, 'b')]
  test.each<[string, string, string, string?]>([
    ['schema 1', JSON.stringify({ schemaVersion: 1, fsLayers: [] }), 'gave up in 2017'],
    ['no JSON', '<html>', 'not JSON'],
    ['no object', '[]', 'not an object'],
    ['something else', '{"schemaVersion":2}', 'neither an image nor an index'],
    [
      'index and image at once',
      JSON.stringify({ ...(JSON.parse(manifest()) as object), manifests: [] }),
      'neither an image nor an index',
    ],
    ['a chart', manifest({ configType: 'application/vnd.cncf.helm.config.v1+json' }), 'cncf.helm'],
    [
      'a digest that is none',
      manifest({ layers: [{ mediaType: 'x', digest: 'md5:1', size: 1 }] }),
      'malformed',
    ],
    ['a size that is none', manifest({ layers: [describedAs('x', 'a', { size: 1.5 })] }), 'malformed'],
    ['a descriptor that is none', manifest({ layers: [1 as unknown as object] }), 'malformed'],
    [
      'foreign layers of Docker',
      manifest({ layers: layers(`${docker}.image.rootfs.foreign.diff.tar.gzip`) }),
      'may not be copied',
    ],
    [
      'foreign layers of OCI',
      manifest({ layers: layers(`${oci}.layer.nondistributable.v1.tar+gzip`) }),
      'may not be copied',
    ],
    [
      'encrypted layers',
      manifest({ layers: layers(`${oci}.layer.v1.tar+gzip+encrypted`) }),
      'unknown kind, application/vnd.oci.image.layer.v1.tar+gzip+encrypted',
    ],
    ['another number of layers', manifest({ layers: [] }), '2 layers and its manifest 0', config()],
    ['a config without layers', manifest({ config: '{}' }), "'os' is missing", '{}'],
    ['a config that is no JSON', manifest({ config: '<' }), 'config cannot be used', '<'],
  ])('%s', async (_, text, message, blob = '') => {
    const reading = read([text, blob])
    await expect(reading).rejects.toThrow(UserError)
    await expect(reading).rejects.toThrow("input 'base-image': registry.test/base:1: ")
    await expect(reading).rejects.toThrow(message)
  })
})

describe('a real registry, with images as skopeo pushes them', () => {
  let registry: Awaited<ReturnType<typeof startRegistry>>
  let scratch: string
  const client = createRegistryClient({ credentials: () => Promise.resolve(undefined) })

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'base-'))
    registry = await startRegistry()
  })

  afterAll(async () => {
    await registry.close()
    await rm(scratch, { recursive: true })
  })

  /** Files of its own for each image: skopeo takes layers that it knows to be in the registry as they are. */
  async function push(name: string, options: readonly string[]): Promise<ImageReference> {
    const layout = join(scratch, name)
    await run('umoci', 'init', '--layout', layout)
    await run('umoci', 'new', '--image', `${layout}:1`)
    const layers = {
      lower: [{ name: 'etc/passwd', content: `old ${name}` }, { name: 'etc/gone' }],
      upper: [{ name: 'etc/passwd', content: `new ${name}` }, { name: 'etc/.wh.gone' }],
    }
    for (const [layer, entries] of Object.entries(layers)) {
      const file = join(scratch, `${name}-${layer}.tar`)
      await writeFile(file, await tarOf(entries))
      await run('umoci', 'raw', 'add-layer', '--image', `${layout}:1`, file)
    }
    // It does not compress again what is compressed.
    const plain = `dir:${join(scratch, `${name}-plain`)}`
    await run('skopeo', 'copy', '--dest-decompress', `oci:${layout}:1`, plain)
    const destination = `${registry.host}/${name}:1`
    await run('skopeo', 'copy', '--dest-tls-verify=false', ...options, plain, `docker://${destination}`)
    return parseReference(destination)
  }

  test.each([
    ['oci', ['--format', 'oci'], 'gzip'],
    ['docker', ['--format', 'v2s2'], 'gzip'],
    ['zstd', ['--format', 'oci', '--dest-compress-format', 'zstd'], 'zstd'],
    ['zstd-chunked', ['--format', 'oci', '--dest-compress-format', 'zstd:chunked'], 'zstd'],
  ])('%s', async (name, options, compression) => {
    const pushed = await push(name, options)
    // umoci makes images for the machine that it runs on.
    const base = await readBase(pushed, machinePlatform(), client)
    expect(base.pinned).toEqual(await pinReference(pushed, client))
    const mediaType = `application/vnd.oci.image.layer.v1.tar+${compression}`
    expect(base.layers.map(({ descriptor }) => descriptor.mediaType)).toEqual([mediaType, mediaType])
    const files = await readBaseFiles(base.layers, (path) => path.startsWith('etc/'))
    expect(files.text('etc/passwd')).toBe(`new ${name}`)
    expect(files.get('etc/gone')).toBeUndefined()
  })

  test('a tag that is not there cannot be pinned; a digest needs no registry', async () => {
    await expect(pinReference(parseReference(`${registry.host}/base:none`), client)).rejects.toThrow(
      'the registry has no such image',
    )
    const pinned = parseReference(`nowhere.test/base:1@${digestOf('x')}`)
    expect(await pinReference(pinned, client)).toEqual(pinned)
  })
})
