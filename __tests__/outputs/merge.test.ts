import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import { assembleIndex, indexOf } from '../../src/image/image-index.ts'
import type { Blob, Descriptor } from '../../src/oci/descriptor.ts'
import { mergeDigests, pushImage, type Artifact } from '../../src/outputs/outputs.ts'
import { createRegistryClient, formatReference, type ImageReference } from '../../src/registry/registry.ts'
import { startRegistry } from '../registry/servers.ts'
import { blobOf, run, sampleImage, sampleIndex } from './sample.ts'

let registry: Awaited<ReturnType<typeof startRegistry>>
let other: Awaited<ReturnType<typeof startRegistry>>
beforeAll(async () => {
  ;[registry, other] = await Promise.all([startRegistry(), startRegistry()])
})
afterAll(() => Promise.all([registry.close(), other.close()]))
beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockReset().mockReturnValue(true)
})

const client = createRegistryClient({ credentials: () => Promise.resolve(undefined) })
let repositories = 0
const fresh = (host = registry.host): ImageReference => ({
  registry: host,
  repository: `merge/${++repositories}`,
})

/** Pushes by digest only, as a job for one platform does. */
async function pushed(artifact: Artifact, repository = fresh()): Promise<ImageReference> {
  const { digest } = await pushImage(artifact, [repository], client)
  return { ...repository, digest }
}
const image = (platform: string, salt = '') =>
  sampleImage('gzip', `${platform} ${salt}`, parsePlatform(platform))

const indexAt = async (reference: ImageReference) =>
  JSON.parse((await client.fetchManifest(reference)).bytes.toString()) as {
    manifests: Descriptor[]
    annotations?: Record<string, string>
  }

/** Everything below the reference is there, with its right bytes. */
async function copyAll(reference: ImageReference): Promise<void> {
  const to = `docker://${formatReference({ ...fresh(), tag: 'copy' })}`
  const tls = ['--src-tls-verify=false', '--dest-tls-verify=false']
  await run(
    'skopeo',
    'copy',
    '--all',
    '--preserve-digests',
    ...tls,
    `docker://${formatReference(reference)}`,
    to,
  )
}

describe('single images', () => {
  test.each([
    ['of the same repository', 'existing', (source: ImageReference) => source],
    ['of another repository', 'mounted', () => fresh()],
    ['of another registry', 'uploaded', () => fresh(other.host)],
  ])('%s come under one tag, their blobs %s', async (_what, arrival, choose) => {
    const images = await Promise.all([image('linux/arm64'), image('linux/amd64')])
    const source = fresh()
    const references = [await pushed(images[0], source), await pushed(images[1], source)]
    const target = { ...choose(source), tag: '1' }
    const report = await mergeDigests(references, [target], client)

    // The same as when one job had made both.
    expect(report.digest).toBe(assembleIndex(images, {}).index.descriptor.digest)
    expect(report.tags).toEqual([formatReference(target)])
    expect(await client.headManifest(target)).toMatchObject({ digest: report.digest })
    expect(new Set(report.transfers.map((transfer) => transfer.arrival))).toEqual(new Set([arrival]))
    await copyAll(target)
    for (const architecture of ['amd64', 'arm64']) {
      const args = ['inspect', '--config', '--override-arch', architecture, '--tls-verify=false']
      const config = await run('skopeo', ...args, `docker://${formatReference(target)}`)
      expect(JSON.parse(config)).toMatchObject({ architecture })
    }
  })

  test('come from several repositories and go to several, with annotations', async () => {
    const references = [
      await pushed(await image('linux/amd64')),
      await pushed(await image('linux/arm64'), fresh(other.host)),
    ]
    const targets = [
      { ...fresh(), tag: '1' },
      { ...fresh(other.host), tag: '1' },
      { ...fresh(), tag: '2' },
    ]
    const { digest } = await mergeDigests(references, targets, client, { annotations: { b: '2', a: '1' } })
    for (const target of targets) {
      expect(await client.headManifest(target)).toMatchObject({ digest })
      await copyAll(target)
    }
    const [target] = targets
    expect(target && (await indexAt(target)).annotations).toEqual({ a: '1', b: '2' })
  })

  test('as Docker writes them keep their bytes', async () => {
    const reference = await pushed(await image('linux/amd64'))
    const docker = { ...fresh(), tag: 'docker' }
    const tls = ['--src-tls-verify=false', '--dest-tls-verify=false']
    const names = [reference, docker].map((it) => `docker://${formatReference(it)}`)
    await run('skopeo', 'copy', '--format', 'v2s2', ...tls, ...names)
    const found = await client.headManifest(docker)
    expect(found?.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json')
    const target = { ...fresh(), tag: '1' }
    await mergeDigests([{ ...docker, digest: found?.digest }], [target], client)
    expect((await indexAt(target)).manifests).toEqual([
      { ...found, platform: { os: 'linux', architecture: 'amd64' } },
    ])
    await copyAll(target)
  })
})

test('levels of annotations: the index has its own, and its descriptors have theirs', async () => {
  const references = [await pushed(await image('linux/amd64')), await pushed(await image('linux/arm64'))]
  const target = { ...fresh(), tag: '1' }
  await mergeDigests(references, [target], client, {
    annotations: { a: '1' },
    descriptorAnnotations: { d: '2' },
  })
  const { annotations, manifests } = await indexAt(target)
  expect(annotations).toEqual({ a: '1' })
  expect(manifests.map((entry) => entry.annotations)).toEqual([{ d: '2' }, { d: '2' }])
})

test('without targets the digest is the same, and no registry is written to', async () => {
  const source = fresh()
  const references = [
    await pushed(await image('linux/amd64'), source),
    await pushed(await image('linux/arm64'), source),
  ]
  const { digest, pushed: isPushed, tags } = await mergeDigests(references, [], client)
  expect({ isPushed, tags }).toEqual({ isPushed: false, tags: [] })
  expect(await client.headManifest({ ...source, digest })).toBeUndefined()
  expect((await mergeDigests(references, [{ ...source, tag: '1' }], client)).digest).toBe(digest)
})

describe('platforms that are asked for', () => {
  const platforms = ['linux/amd64', 'linux/arm64'].map((text) => parsePlatform(text))

  test('are met', async () => {
    const references = [await pushed(await image('linux/arm64')), await pushed(await image('linux/amd64'))]
    const target = { ...fresh(), tag: '1' }
    const { digest } = await mergeDigests(references, [target], client, { platforms })
    expect(await client.headManifest(target)).toMatchObject({ digest })
  })

  test('and are not there stop it before anything is pushed', async () => {
    const target = { ...fresh(), tag: '1' }
    const references = [await pushed(await image('linux/amd64'))]
    await expect(mergeDigests(references, [target], client, { platforms })).rejects.toThrow(
      "input 'platforms': none of the images to merge is for linux/arm64; they are for linux/amd64",
    )
    expect(await client.headManifest(target)).toBeUndefined()
  })
})

describe('indexes', () => {
  test('give all their images, in order', async () => {
    const index = await sampleIndex('index')
    const single = await image('linux/s390x')
    const target = { ...fresh(), tag: '1' }
    const report = await mergeDigests([await pushed(single), await pushed(index)], [target], client)
    expect(report.digest).toBe(assembleIndex([single, ...index.images], {}).index.descriptor.digest)
    await copyAll(target)
  })

  test('bring the attestations of their images, which come last', async () => {
    const [first, second] = [await attested('linux/amd64'), await attested('linux/arm64')]
    const target = { ...fresh(), tag: '1' }
    await mergeDigests([first.reference, second.reference], [target], client)
    const { manifests } = await indexAt(target)
    expect(manifests).toEqual([
      first.image,
      { ...second.image, platform: { ...second.image.platform, variant: 'v8' } },
      first.attestation,
      second.attestation,
    ])
    for (const { digest } of manifests) await copyAll({ ...target, tag: undefined, digest })
  })
})

/** What BuildKit pushes for one platform: an index of the image and of how it was made. */
async function attested(platform: string) {
  const member = await image(platform, 'attested')
  const repository = fresh()
  await pushed(member, repository)
  const layer = blobOf('application/vnd.in-toto+json', { about: member.manifest.descriptor.digest })
  const config = blobOf('application/vnd.oci.image.config.v1+json', {
    architecture: 'unknown',
    os: 'unknown',
    rootfs: { type: 'layers', diff_ids: [layer.descriptor.digest] },
  })
  const statement = await putManifest(repository, config, [layer])
  const { os, architecture } = member.platform
  const listed = { ...member.manifest.descriptor, platform: { os, architecture } }
  const attestation = {
    ...statement,
    annotations: {
      'vnd.docker.reference.digest': listed.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
    platform: { os: 'unknown', architecture: 'unknown' },
  }
  const index = indexOf([listed, attestation])
  await client.putManifest(repository, index)
  return { reference: { ...repository, digest: index.descriptor.digest }, image: listed, attestation }
}

/** Puts a manifest with its blobs, whatever they are. */
async function putManifest(repository: ImageReference, config: Blob, layers: Blob[]): Promise<Descriptor> {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = blobOf(mediaType, {
    schemaVersion: 2,
    mediaType,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  })
  for (const { descriptor, bytes } of [config, ...layers]) {
    await client.uploadBlob(repository, descriptor, () =>
      Promise.resolve(Readable.from([bytes], { objectMode: false })),
    )
  }
  await client.putManifest(repository, manifest)
  return manifest.descriptor
}

describe('what is refused, before anything is pushed', () => {
  const config = 'application/vnd.oci.image.config.v1+json'
  const linux = (platform: string) => async () => pushed(await image(platform))
  const ofConfig = (mediaType: string, value: object) => async () => {
    const repository = fresh()
    const { digest } = await putManifest(repository, blobOf(mediaType, value), [])
    return { ...repository, digest }
  }
  const ofNoJson = async () => {
    const bytes = Buffer.from('no JSON')
    const descriptor = { mediaType: config, digest: digestOf(bytes), size: bytes.length }
    const repository = fresh()
    return { ...repository, digest: (await putManifest(repository, { descriptor, bytes }, [])).digest }
  }
  const ofIndex = (make: (repository: ImageReference) => Promise<Descriptor[]>) => async () => {
    const repository = fresh()
    const index = indexOf(await make(repository))
    await client.putManifest(repository, index)
    return { ...repository, digest: index.descriptor.digest }
  }
  const ofNested = ofIndex(async (repository) => {
    const index = await sampleIndex()
    await pushed(index, repository)
    return [index.index.descriptor]
  })
  const unrelated = ofIndex(async (repository) => {
    const unknown = blobOf(config, { os: 'unknown', architecture: 'unknown' })
    const statement = await putManifest(repository, unknown, [])
    const annotations = {
      'vnd.docker.reference.digest': digestOf('another'),
      'vnd.docker.reference.type': 'attestation-manifest',
    }
    return [{ ...statement, annotations }]
  })
  test.each<[string, (() => Promise<ImageReference>)[], RegExp]>([
    ['nothing', [], /no images to merge/],
    ['a tag', [() => Promise.resolve({ ...fresh(), tag: '1' })], /merge\/\d+:1: it has no digest/],
    ['what is not there', [() => Promise.resolve({ ...fresh(), digest: digestOf('') })], /has no .*@sha256:/],
    [
      'one platform twice',
      [linux('linux/amd64'), linux('linux/amd64')],
      /two images are for linux\/amd64: .* and /,
    ],
    [
      'one platform twice, in an index too',
      [async () => pushed(await sampleIndex()), linux('linux/arm64')],
      /two images are for linux\/arm64\/v8: .* and /,
    ],
    [
      'something of another system',
      [ofConfig(config, { os: 'windows', architecture: 'amd64' })],
      /windows\/amd64/,
    ],
    [
      'something with a workflow command in it',
      [ofConfig(config, { os: 'a\n::set-output name=b::', architecture: 'c\r::add-mask::d' })],
      /it is for a ::set-output name=b::\/c ::add-mask::d, not/,
    ],
    ['a config that is no JSON', [ofNoJson], /cannot be understood/],
    ['a config without a platform', [ofConfig(config, {})], /it is for undefined\/undefined/],
    [
      'something else',
      [ofConfig('application/vnd.cncf.helm.config.v1+json', {})],
      /holds application\/vnd.cncf.helm/,
    ],
    ['an index in an index', [ofNested], /an index in an index, not an image/],
    ['an index of nothing', [ofIndex(() => Promise.resolve([]))], /index without images/],
    ['an attestation of nothing there', [unrelated], /it is for unknown\/unknown/],
  ])('%s', async (_what, make, message) => {
    const references = await Promise.all(make.map((it) => it()))
    const target = { ...fresh(), tag: '1' }
    const merged = mergeDigests(references, [target], client)
    await expect(merged).rejects.toThrow(UserError)
    await expect(merged).rejects.toThrow(message)
    expect(await client.headManifest(target)).toBeUndefined()
  })
})
