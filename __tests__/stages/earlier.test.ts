import { Readable } from 'node:stream'
import { expect, jest, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import { fingerprintAnnotation } from '../../src/image/assemble.ts'
import type { EarlierImage } from '../../src/image/earlier.ts'
import { layerKeyAnnotation } from '../../src/layers/build.ts'
import { layerMediaTypes } from '../../src/oci/media-types.ts'
import { createBlobUploader } from '../../src/outputs/outputs.ts'
import { createRegistryClient, parseReference, type RegistryClient } from '../../src/registry/registry.ts'
import { findEarlierImages, openEarlierLayers, takeUnchanged } from '../../src/stages/earlier.ts'
import { serve } from '../registry/servers.ts'

const platform = parsePlatform('linux/amd64')
const origin = parseReference('ghcr.io/org/app')
const fingerprint = digestOf('all that it is made of')
const descriptorOf = (content: string) => ({
  mediaType: 'application/octet-stream',
  digest: digestOf(content),
  size: content.length,
})

const config = JSON.stringify({
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [digestOf('1'), digestOf('2')] },
  history: [{ comment: '' }, { comment: 'micromamba-image-action' }],
})
const earlier: EarlierImage = {
  origin,
  manifest: { descriptor: descriptorOf('manifest'), bytes: Buffer.from('manifest') },
  config: descriptorOf(config),
  layers: [
    descriptorOf('base'),
    {
      ...descriptorOf('ours'),
      mediaType: layerMediaTypes.zstd,
      annotations: { [layerKeyAnnotation]: 'the key' },
    },
  ],
  annotations: { [fingerprintAnnotation]: fingerprint },
}

/** A registry that has nothing but a config, or not even that, and says of every blob whether it is there. */
function registryWith({
  text = config,
  hasLayers = true,
}: { text?: string | UserError; hasLayers?: boolean } = {}) {
  const cannot = () => Promise.reject(new Error('nobody should ask for this'))
  const registry: RegistryClient = {
    fetchManifest: cannot,
    findManifest: cannot,
    headManifest: cannot,
    putManifest: cannot,
    checkPush: cannot,
    uploadBlob: cannot,
    openBlob: () => Promise.resolve(Readable.from([])),
    readBlob: () => (text instanceof UserError ? Promise.reject(text) : Promise.resolve(Buffer.from(text))),
    hasBlob: () => Promise.resolve(hasLayers),
  }
  const uploader = createBlobUploader(registry, [origin])
  return { registry, uploader }
}

test('an image of the same fingerprint is taken whole, and nothing of it is asked for again', async () => {
  const at = registryWith()
  const image = await takeUnchanged(earlier, fingerprint, platform, at)
  expect(image?.layers.map(({ from }) => from)).toEqual(['base', 'reused'])
  for (const { digest } of [earlier.config, ...earlier.layers, earlier.manifest.descriptor]) {
    expect(at.uploader.knows(origin, digest)).toBe(true)
  }
})

test.each<[string, EarlierImage | undefined, Parameters<typeof registryWith>[0]]>([
  ['no image', undefined, {}],
  ['one of another fingerprint', { ...earlier, annotations: { [fingerprintAnnotation]: 'sha256:0' } }, {}],
  ['one whose config is gone', earlier, { text: new UserError('the registry does not have it') }],
  ['one whose config is no config', earlier, { text: '{}' }],
  ['one whose config tells of other layers', { ...earlier, layers: [] }, {}],
])('%s is not taken', async (_, image, registry) => {
  expect(await takeUnchanged(image, fingerprint, platform, registryWith(registry))).toBeUndefined()
})

test('layers are found by their keys', async () => {
  const at = registryWith()
  const layers = await openEarlierLayers(earlier, platform, 'zstd', at)
  const found = await layers.find(['the key', 'another'])
  expect([...found].map(([key, { descriptor, diffId }]) => [key, descriptor.digest, diffId])).toEqual([
    ['the key', digestOf('ours'), digestOf('2')],
  ])
  expect(at.uploader.knows(origin, digestOf('ours'))).toBe(true)
})

test.each<[string, Parameters<typeof registryWith>[0]]>([
  ['the registry no longer has', { hasLayers: false }],
  ['belong to an image whose config is gone', { text: new UserError('it is gone') }],
])('layers that %s are not', async (_, registry) => {
  const at = registryWith(registry)
  const layers = await openEarlierLayers(earlier, platform, 'zstd', at)
  expect((await layers.find(['the key'])).size).toBe(0)
  expect(at.uploader.knows(origin, digestOf('ours'))).toBe(false)
})

test.each([
  [
    'an error',
    403,
    { errors: [{ code: 'DENIED', message: 'no\n::set-output name=digest::x\r##[add-mask]a' }] },
  ],
  [
    'a manifest',
    200,
    {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [{ mediaType: 'a\n::add-mask::b', digest: 'c\n::warning::d', size: 1 }],
    },
  ],
])('a registry whose %s holds workflow commands gives the runner none', async (_what, status, answer) => {
  const server = await serve((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const log = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    const request = {
      platforms: [platform],
      tags: [],
      push: false,
      cacheFrom: [parseReference(`${server.host}/org/app:1`)],
    }
    const registry = createRegistryClient({ credentials: () => Promise.resolve(undefined) })
    expect(await findEarlierImages(request, { registry })).toEqual([undefined])
    const lines = log.mock.calls.flatMap(([text]) => String(text).split(/[\r\n]/))
    expect(lines.join()).toContain('no ')
    expect(lines.filter((line) => line.trimStart().startsWith('::') || line.includes('##['))).toEqual([])
  } finally {
    log.mockRestore()
    await server.close()
  }
})
