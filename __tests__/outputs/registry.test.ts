import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import type { Image } from '../../src/oci/image.ts'
import { createBlobUploader, pushImage, TagFailure } from '../../src/outputs/outputs.ts'
import { createRegistryClient, formatReference, type ImageReference } from '../../src/registry/registry.ts'
import { serveBefore, startRegistry, type TestServer } from '../registry/servers.ts'
import { run, sampleImage, sampleIndex, sampleLayer } from './sample.ts'

let registry: Awaited<ReturnType<typeof startRegistry>>
let other: Awaited<ReturnType<typeof startRegistry>>
beforeAll(async () => {
  ;[registry, other] = await Promise.all([startRegistry(), startRegistry()])
})
afterAll(() => Promise.all([registry.close(), other.close()]))

const log = jest.spyOn(process.stdout, 'write')
beforeEach(() => {
  log.mockReset().mockReturnValue(true)
})
const servers: TestServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
async function through(
  host: string,
  spoil?: (request: IncomingMessage, response: ServerResponse) => boolean,
) {
  const server = await serveBefore(host, spoil)
  servers.push(server)
  return server
}

const client = () => createRegistryClient({ credentials: () => Promise.resolve(undefined) })
let repositories = 0
const fresh = (host: string, tag?: string): ImageReference => ({
  registry: host,
  repository: `push/${++repositories}`,
  ...(tag !== undefined && { tag }),
})
const methods = (server: TestServer) => server.requests.map((line) => line.split(' ')[0])

/** What skopeo reads of an image, all its bytes checked. */
async function inspect(reference: ImageReference) {
  const name = `docker://${formatReference(reference)}`
  return JSON.parse(await run('skopeo', 'inspect', '--tls-verify=false', name)) as {
    Digest: string
    Layers: string[]
  }
}

describe('pushImage', () => {
  test.each(['gzip', 'zstd'] as const)('skopeo agrees on an image with %s layers', async (compression) => {
    const image = await sampleImage(compression)
    const target = fresh(registry.host, '1')
    const report = await pushImage(image, [target], client())
    const { digest } = image.manifest.descriptor
    expect(await inspect(target)).toMatchObject({
      Digest: digest,
      Layers: image.layers.map(({ descriptor }) => descriptor.digest),
    })
    expect(report).toMatchObject({
      digest,
      images: [`${registry.host}/${target.repository}@${digest}`],
      tags: [formatReference(target)],
    })
    expect(report.transfers.map(({ arrival }) => arrival)).toEqual(['uploaded', 'uploaded', 'uploaded'])
    const blobs = [...image.layers, image.config].map(({ descriptor }) => descriptor.size)
    expect(report.bytesUploaded).toBe(blobs.reduce((sum, size) => sum + size))
  })

  test('a second time sends no blob', async () => {
    const image = await sampleImage()
    const server = await through(registry.host)
    const target = fresh(server.host, '1')
    await pushImage(image, [target], client())
    server.requests.length = 0
    const report = await pushImage(image, [target], client())
    expect(report.bytesUploaded).toBe(0)
    expect(methods(server)).toEqual(['HEAD', 'HEAD', 'HEAD', 'PUT'])
  })

  test('several tags, repositories and registries get the same image', async () => {
    const image = await sampleImage()
    const first = fresh(registry.host, '1')
    const targets = [first, { ...first, tag: '2' }, fresh(registry.host, '1'), fresh(other.host, '1')]
    const report = await pushImage(image, targets, client())
    expect(report.images).toHaveLength(3)
    expect(report.tags).toEqual(targets.map(formatReference))
    for (const target of targets) {
      expect((await inspect(target)).Digest).toBe(image.manifest.descriptor.digest)
    }
    // A registry gets the bytes once; its other repositories mount them.
    const arrivals = Map.groupBy(report.transfers, ({ arrival }) => arrival)
    expect(arrivals.get('uploaded')).toHaveLength(6)
    expect(arrivals.get('mounted')).toHaveLength(3)
  })

  test('a target without a tag gets the digest only', async () => {
    const image = await sampleImage()
    const server = await through(registry.host)
    const target = fresh(server.host)
    const report = await pushImage(image, [target], client())
    expect(report.tags).toEqual([])
    expect(server.requests.filter((line) => line.includes('/manifests/'))).toEqual([
      `PUT /v2/${target.repository}/manifests/${report.digest}`,
    ])
    const name = `docker://${formatReference({ ...target, digest: report.digest })}`
    expect(digestOf(await run('skopeo', 'inspect', '--raw', '--tls-verify=false', name))).toBe(report.digest)
  })

  test('layers of a base in the same registry are mounted, never opened', async () => {
    const image = await sampleImage()
    const base = fresh(registry.host)
    await pushImage(image, [base], client())
    const layers = image.layers.map((layer) => ({
      ...layer,
      origin: base,
      open: () => Promise.reject(new Error('opened')),
    }))
    const report = await pushImage({ ...image, layers }, [fresh(registry.host, '1')], client())
    expect(report.transfers.map(({ arrival }) => arrival)).toEqual(['mounted', 'mounted', 'uploaded'])
  })

  test('layers of a base in another registry stream through', async () => {
    const image = await sampleImage()
    const base = fresh(other.host)
    const reader = client()
    await pushImage(image, [base], reader)
    const layers = image.layers.map((layer) => ({
      ...layer,
      origin: base,
      open: () => reader.openBlob(base, layer.descriptor),
    }))
    const target = fresh(registry.host, '1')
    await pushImage({ ...image, layers }, [target], client())
    expect((await inspect(target)).Digest).toBe(image.manifest.descriptor.digest)
  })

  test('two layers with the same bytes are one blob', async () => {
    const image = await sampleImage()
    const [layer, ...rest] = image.layers
    const server = await through(registry.host)
    const layers = layer ? [layer, layer, ...rest] : []
    const report = await pushImage({ ...image, layers }, [fresh(server.host, '1')], client())
    expect(report.transfers).toHaveLength(3)
  })

  test('blobs come first in all targets, then digests, then tags', async () => {
    const image = await sampleImage()
    const sequence: string[] = []
    const note = (request: IncomingMessage) => {
      const { method, url = '' } = request
      if (method === 'PUT') {
        sequence.push(
          url.includes('/manifests/sha256:') ? 'digest' : url.includes('/manifests/') ? 'tag' : 'blob',
        )
      }
      return false
    }
    const [one, two] = await Promise.all([through(registry.host, note), through(other.host, note)])
    const targets = [fresh(one.host, '1'), fresh(two.host, '1'), fresh(two.host, '2')]
    await pushImage(image, targets, client())
    const blobs = Array.from({ length: 6 }, () => 'blob')
    expect(sequence).toEqual([...blobs, 'digest', 'digest', 'digest', 'tag', 'tag', 'tag'])
  })

  test.each<[string, (request: IncomingMessage) => boolean]>([
    ['a blob', ({ method, url }) => method === 'PUT' && url?.includes('/uploads/') === true],
    ['a manifest', ({ method, url }) => method === 'PUT' && url?.includes('/manifests/sha256:') === true],
  ])('when %s is refused by one target, no tag moves in any', async (_what, matches) => {
    const [before, after] = await Promise.all([sampleImage('gzip', 'before'), sampleImage('gzip', 'after')])
    const good = fresh(registry.host, 'latest')
    await pushImage(before, [good], client())
    const server = await through(other.host, (request, response) => {
      if (!matches(request)) return false
      request.resume().on('end', () => response.writeHead(403).end())
      return true
    })
    const bad = fresh(server.host, 'latest')
    await expect(pushImage(after, [good, bad], client())).rejects.toThrow(/answered 403/)
    expect((await inspect(good)).Digest).toBe(before.manifest.descriptor.digest)
    expect(await client().headManifest(bad)).toBeUndefined()
  })

  describe('when a tag is refused by one registry', () => {
    /** A registry that takes everything but tags. */
    const withoutTags = (host: string) =>
      through(host, (request, response) => {
        const { method, url = '' } = request
        if (method !== 'PUT' || !/\/manifests\/(?!sha256:)/.test(url)) return false
        request.resume().on('end', () => response.writeHead(403).end('{"errors":[{"code":"DENIED"}]}'))
        return true
      })
    const failureOf = (pushing: Promise<unknown>) =>
      pushing.then(
        () => undefined,
        (error: unknown) => error,
      )

    test('the error says which tags moved, and which did not', async () => {
      const image = await sampleImage('gzip', 'moved')
      const { digest } = image.manifest.descriptor
      const server = await withoutTags(other.host)
      const good = [fresh(registry.host, '1'), fresh(registry.host, '2')]
      const bad = [fresh(server.host, '1')]
      const failure = await failureOf(pushImage(image, [...good, ...bad], client()))
      expect(failure).toBeInstanceOf(TagFailure)
      expect(failure).toMatchObject({ digest, moved: good.map(formatReference) })
      const lines = (failure as TagFailure).message.split('\n') // checked above
      expect(lines[0]).toMatch(/cannot push .*:1: the registry answered 403 DENIED$/)
      expect(lines.at(-1)).toBe(
        `${good.map(formatReference).join(', ')} stand for ${digest} now; not moved: ${bad.map(formatReference).join()}.`,
      )
      for (const target of good) expect((await inspect(target)).Digest).toBe(digest)
      // All but the tag is there.
      for (const { registry: host, repository } of bad) {
        expect(await client().headManifest({ registry: host, repository, digest })).toMatchObject({ digest })
      }
    })
    test('where none has moved it says so', async () => {
      const server = await withoutTags(other.host)
      const target = fresh(server.host, '1')
      const targets = [target, { ...target, tag: '2' }]
      const failure = await failureOf(pushImage(await sampleImage(), targets, client()))
      expect(failure).toMatchObject({ moved: [] })
      expect(String(failure)).toContain(
        `None of the tags has moved: ${targets.map(formatReference).join(', ')}.`,
      )
    })
    test('and it is the only one, the error is the whole story', async () => {
      const server = await withoutTags(other.host)
      const failure = await failureOf(pushImage(await sampleImage(), [fresh(server.host, '1')], client()))
      expect(failure).toBeInstanceOf(UserError)
      expect(failure).not.toBeInstanceOf(TagFailure)
    })
  })

  test('an index brings its images, each blob once', async () => {
    const index = await sampleIndex()
    const sequence: string[] = []
    const server = await through(registry.host, ({ method, url }) => {
      if (method === 'PUT') sequence.push(url?.replace(/^.*\/manifests\//, '').replace(/^\/.*/, 'blob') ?? '')
      return false
    })
    const target = fresh(server.host, '1')
    const report = await pushImage(index, [target, { ...target, tag: '2' }], client())
    const { digest } = index.index.descriptor
    expect(report).toMatchObject({ digest, tags: [formatReference(target), expect.stringMatching(/:2$/)] })
    const images = index.images.map(({ manifest }) => manifest.descriptor.digest)
    // Two layers and two configs are the images' own, one layer is common.
    const order = [...Array.from({ length: 5 }, () => 'blob'), ...images, digest]
    expect(sequence.slice(0, -2)).toEqual(order)
    expect(sequence.slice(-2).sort()).toEqual(['1', '2'])

    const copy = ['copy', '--all', '--preserve-digests', '--src-tls-verify=false']
    const directory = await mkdtemp(join(tmpdir(), 'copied-'))
    try {
      await run('skopeo', ...copy, `docker://${formatReference(target)}`, `dir:${directory}`)
      expect(digestOf(await readFile(join(directory, 'manifest.json')))).toBe(digest)
    } finally {
      await rm(directory, { recursive: true })
    }
    for (const [architecture, manifest] of [
      ['amd64', images[0]],
      ['arm64', images[1]],
    ] as const) {
      const args = ['inspect', '--override-arch', architecture, '--config', '--tls-verify=false']
      const name = `docker://${formatReference(target)}`
      expect(JSON.parse(await run('skopeo', ...args, name))).toMatchObject({ architecture })
      const single = formatReference({ ...target, tag: undefined, digest: manifest })
      expect(JSON.parse(await run('skopeo', ...args, `docker://${single}`))).toMatchObject({ architecture })
    }
  })

  test('an index without a tag can be had by its digest only', async () => {
    const index = await sampleIndex()
    const target = fresh(registry.host)
    const { digest, images, tags } = await pushImage(index, [target], client())
    expect({ images, tags }).toEqual({ images: [formatReference({ ...target, digest })], tags: [] })
    expect(await client().headManifest({ ...target, digest })).toMatchObject({ digest })
    expect(await client().headManifest({ ...target, tag: 'latest' })).toBeUndefined()
  })

  test('says what was done', async () => {
    const target = fresh(registry.host, '1')
    await pushImage(await sampleImage(), [target], client())
    expect(log.mock.calls.join('')).toMatch(/push\/\d+: 3 blobs, 3 uploaded \(.*B\), 0 mounted \(0 B\)/)
  })
})

describe('a blob uploader', () => {
  test('takes layers before there is an image, each once', async () => {
    const image = await sampleImage()
    const server = await through(registry.host)
    const target = fresh(server.host, '1')
    const [registryClient, targets] = [client(), [target]]
    const uploader = createBlobUploader(registryClient, targets)
    for (const layer of image.layers) await uploader.add(layer)
    server.requests.length = 0
    const spent: Image = {
      ...image,
      layers: image.layers.map((layer) => ({ ...layer, open: () => Promise.reject(new Error('opened')) })),
    }
    const report = await pushImage(spent, targets, registryClient, { uploader })
    expect(methods(server)).toEqual(['HEAD', 'POST', 'PUT', 'PUT'])
    expect(report.transfers).toHaveLength(3)
  })

  test('keeps a failure that nobody awaited until the image is pushed', async () => {
    const image = await sampleImage()
    const targets = [fresh(registry.host, '1')]
    const uploader = createBlobUploader(client(), targets)
    const layer = await sampleLayer('gzip', 'a', 'b')
    const failed = uploader.add({ ...layer, open: () => Promise.reject(new Error('the file is gone')) })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await expect(
      pushImage({ ...image, layers: [...image.layers, layer] }, targets, client(), { uploader }),
    ).rejects.toThrow('the file is gone')
    await expect(failed).rejects.toThrow('the file is gone')
  })
})
