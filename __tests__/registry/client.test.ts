import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import type { Blob, Descriptor } from '../../src/oci/descriptor.ts'
import { createRegistryClient, RegistryError, type ImageReference } from '../../src/registry/registry.ts'
import { serve, serveBefore, startRegistry, type TestServer } from './servers.ts'

let registry: Awaited<ReturnType<typeof startRegistry>>
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

const servers: TestServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
type Handler = (request: IncomingMessage, response: ServerResponse) => void
type Spoiler = (request: IncomingMessage, response: ServerResponse) => boolean
async function start(handler: Handler) {
  const server = await serve(handler)
  servers.push(server)
  return server
}
/** The registry, seen through a server that counts requests and may spoil them. */
async function through(spoil?: Spoiler) {
  const server = await serveBefore(registry.host, spoil)
  servers.push(server)
  return server
}

const client = () => createRegistryClient({ credentials: () => Promise.resolve(undefined) })

function blobOf(bytes: Buffer): { descriptor: Descriptor; open: () => Promise<Readable> } {
  return {
    descriptor: { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length },
    open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })),
  }
}
const randomBlob = (size = 100_000) => blobOf(randomBytes(size))

let repositories = 0
/** A repository that nothing was pushed to yet. */
const fresh = (host: string): ImageReference => ({ registry: host, repository: `test/${++repositories}` })

function emptyIndex(content: object = {}): Blob {
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: [], ...content }))
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}

describe('manifests', () => {
  test('are found by tag and by digest, as they were put', async () => {
    const target = { ...fresh(registry.host), tag: '1' }
    const manifest = emptyIndex({ annotations: { a: 'b' } })
    await client().putManifest(target, manifest)
    const { mediaType, digest } = manifest.descriptor
    for (const reference of [
      target,
      { ...target, tag: undefined, digest },
      { ...target, tag: 'other', digest },
    ]) {
      expect(await client().fetchManifest(reference)).toEqual({ mediaType, digest, bytes: manifest.bytes })
      expect(await client().headManifest(reference)).toEqual(manifest.descriptor)
    }
  })
  test('go under their digest when the reference has no tag', async () => {
    const server = await through()
    const target = fresh(server.host)
    const manifest = emptyIndex()
    await client().putManifest(target, manifest)
    expect(server.requests).toEqual([`PUT /v2/${target.repository}/manifests/${manifest.descriptor.digest}`])
  })
  test('that do not exist are undefined, or an error that names them', async () => {
    const reference = { ...fresh(registry.host), tag: 'missing' }
    expect(await client().headManifest(reference)).toBeUndefined()
    expect(await client().findManifest(reference)).toBeUndefined()
    const failure: unknown = await client()
      .fetchManifest(reference)
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UserError)
    expect(failure).toMatchObject({ status: 404 })
    expect(String(failure)).toContain(`${reference.repository}:missing`)
  })
  test('other than what the digest names are refused', async () => {
    const { host } = await start((_request, response) => response.end('{"other": true}'))
    const reading = client().fetchManifest({ registry: host, repository: 'a', digest: digestOf('{}') })
    await expect(reading).rejects.toThrow(/answered with other bytes, whose digest is sha256:/)
  })
  test('that are too large are refused', async () => {
    const { host } = await start((_request, response) => response.end(Buffer.alloc(5 * 1024 * 1024)))
    await expect(client().fetchManifest({ registry: host, repository: 'a', tag: 'b' })).rejects.toThrow(
      UserError,
    )
  })
  test('say what they are where the registry does not', async () => {
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const { host } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(JSON.stringify({ mediaType }))
    })
    expect(await client().fetchManifest({ registry: host, repository: 'a', tag: 'b' })).toMatchObject({
      mediaType,
    })
  })
  test('are read where HEAD does not tell their digest', async () => {
    const { host, requests } = await start((request, response) => {
      response.end(request.method === 'HEAD' ? '' : '{}')
    })
    const found = await client().headManifest({ registry: host, repository: 'a', tag: 'b' })
    expect(found).toMatchObject({ digest: digestOf('{}'), size: 2 })
    expect(requests).toHaveLength(2)
  })
  test('that the registry changed when it stored them are an error', async () => {
    const { host } = await start((request, response) => {
      request.resume()
      response.writeHead(201, { 'docker-content-digest': digestOf('other') }).end()
    })
    await expect(client().putManifest({ registry: host, repository: 'a' }, emptyIndex())).rejects.toThrow(
      /stored sha256:.* in place of/,
    )
  })
})

describe('uploads', () => {
  test('take a HEAD, a POST and a PUT, and nothing but a HEAD the next time', async () => {
    const server = await through()
    const target = fresh(server.host)
    const { descriptor, open } = randomBlob()
    expect(await client().uploadBlob(target, descriptor, open)).toBe('uploaded')
    expect(server.requests.map((line) => line.split(' ')[0])).toEqual(['HEAD', 'POST', 'PUT'])
    expect(await client().uploadBlob(target, descriptor, open)).toBe('existing')
    expect(server.requests).toHaveLength(4)
    expect(await client().hasBlob(target, descriptor)).toBe(true)
    expect(await client().hasBlob(target, { ...descriptor, size: 1 })).toBe(false)
  })
  test('of nothing work as well', async () => {
    const { descriptor, open } = randomBlob(0)
    expect(await client().uploadBlob(fresh(registry.host), descriptor, open)).toBe('uploaded')
  })
  test('are spared by a mount', async () => {
    const server = await through()
    const [base, target] = [fresh(server.host), fresh(server.host)]
    const { descriptor, open } = randomBlob()
    await client().uploadBlob(base, descriptor, open)
    server.requests.length = 0
    const neverOpened = () => Promise.reject(new Error('opened'))
    expect(await client().uploadBlob(target, descriptor, neverOpened, base)).toBe('mounted')
    expect(server.requests).toEqual([
      `HEAD /v2/${target.repository}/blobs/${descriptor.digest}`,
      `POST /v2/${target.repository}/blobs/uploads/?mount=${descriptor.digest}&from=${base.repository}`,
    ])
    expect(await client().hasBlob(target, descriptor)).toBe(true)
  })
  test('use the session that a registry opens in place of a mount', async () => {
    const server = await through()
    const { descriptor, open } = randomBlob()
    expect(await client().uploadBlob(fresh(server.host), descriptor, open, fresh(server.host))).toBe(
      'uploaded',
    )
    expect(server.requests.map((line) => line.split(' ')[0])).toEqual(['HEAD', 'POST', 'PUT'])
  })
  test.each([401, 403, 404, 405])('go on where a mount is answered with %d', async (status) => {
    const server = await through((request, response) => {
      const isMount = request.url?.includes('mount=') ?? false
      if (isMount) response.writeHead(status).end()
      return isMount
    })
    const { descriptor, open } = randomBlob()
    expect(await client().uploadBlob(fresh(server.host), descriptor, open, fresh(server.host))).toBe(
      'uploaded',
    )
  })
  test('do not try to mount from another registry', async () => {
    const server = await through()
    const { descriptor, open } = randomBlob()
    await client().uploadBlob(fresh(server.host), descriptor, open, fresh('ghcr.io'))
    expect(server.requests.join()).not.toContain('mount')
  })

  /** Spoils the first two requests that `matches` picks. */
  const twice = (matches: (request: IncomingMessage) => boolean, spoil: Handler): Spoiler => {
    let left = 2
    return (request, response) => {
      if (left === 0 || !matches(request)) return false
      left--
      spoil(request, response)
      return true
    }
  }
  test.each<[string, Handler]>([
    ['503', (request, response) => request.resume().on('end', () => response.writeHead(503).end())],
    ['429', (request, response) => request.resume().on('end', () => response.writeHead(429).end())],
    ['a closed connection', (request) => request.socket.destroy()],
    ['a connection that breaks in the middle', (request) => request.once('data', () => request.destroy())],
    [
      'a lost session',
      (request, response) =>
        request
          .resume()
          .on('end', () => response.writeHead(404).end('{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}')),
    ],
  ])('begin anew after a PUT that got %s', async (_what, spoil) => {
    const server = await through(twice(({ method }) => method === 'PUT', spoil))
    const { descriptor, open } = randomBlob(1_000_000)
    let opened = 0
    const counted = () => {
      opened++
      return open()
    }
    const target = fresh(server.host)
    expect(await client().uploadBlob(target, descriptor, counted)).toBe('uploaded')
    expect(opened).toBe(3)
    const methods = server.requests.map((line) => line.split(' ')[0]).join(' ')
    expect(methods).toBe('HEAD POST PUT HEAD POST PUT HEAD POST PUT')
    expect(await client().readBlob(target, descriptor)).toHaveLength(1_000_000)
  })
  test('notice that the blob arrived although the answer did not', async () => {
    const { descriptor, open } = randomBlob()
    let stored = false
    const { host, requests } = await start((request, response) => {
      request.resume()
      if (request.method === 'HEAD') response.writeHead(stored ? 200 : 404).end()
      else if (request.method === 'POST') response.writeHead(202, { location: '/session' }).end()
      else {
        request.on('end', () => {
          stored = true
          request.socket.destroy()
        })
      }
    })
    expect(await client().uploadBlob({ registry: host, repository: 'a' }, descriptor, open)).toBe('uploaded')
    expect(requests).toHaveLength(4)
  })
  test('give up after five tries with what the registry said', async () => {
    const { descriptor, open } = randomBlob()
    const { host, requests } = await start((request, response) => {
      request.resume()
      if (request.method === 'HEAD') response.writeHead(404).end()
      else response.writeHead(503).end('{"errors":[{"code":"UNAVAILABLE","message":"disk full"}]}')
    })
    await expect(client().uploadBlob({ registry: host, repository: 'a' }, descriptor, open)).rejects.toThrow(
      /answered 503 UNAVAILABLE: disk full[^]*try again later/,
    )
    expect(requests.filter((line) => line.startsWith('POST'))).toHaveLength(5)
  })
  test.each([
    ['/v2/a/session', '/v2/a/session?digest='],
    ['session?_state=a%2Bb+c%3D', '/v2/a/blobs/uploads/session?_state=a%2Bb+c%3D&digest='],
    ['?sig=x', '/v2/a/blobs/uploads/?sig=x&digest='],
  ])('go where the registry says: %s', async (location, address) => {
    const { descriptor, open } = randomBlob()
    const { host, requests } = await start((request, response) => {
      const status = { HEAD: 404, POST: 202 }[request.method ?? ''] ?? 201
      request.resume().on('end', () => response.writeHead(status, { location }).end())
    })
    await client().uploadBlob({ registry: host, repository: 'a' }, descriptor, open)
    expect(requests.at(-1)).toBe(`PUT ${address}${encodeURIComponent(descriptor.digest)}`)
  })
  test('that are denied tell what to do', async () => {
    const { descriptor, open } = randomBlob()
    const { host } = await start((request, response) => {
      request.resume()
      if (request.method === 'HEAD') response.writeHead(404).end()
      else response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"no such permission"}]}')
    })
    const failure: unknown = await client()
      .uploadBlob({ registry: host, repository: 'a' }, descriptor, open)
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RegistryError)
    expect(failure).toMatchObject({ status: 403, code: 'DENIED' })
    expect(String(failure)).toMatch(/no such permission\nLog in to .* with docker\/login-action/)
  })
  test('fail with the error of their own stream, untried again', async () => {
    const { descriptor } = randomBlob()
    const server = await through()
    const broken = () => Promise.reject(new Error('the disk is gone'))
    await expect(client().uploadBlob(fresh(server.host), descriptor, broken)).rejects.toThrow(
      'the disk is gone',
    )
    const short = () => Promise.resolve(Readable.from([Buffer.alloc(10)]))
    await expect(client().uploadBlob(fresh(server.host), descriptor, short)).rejects.toThrow(/does not have/)
    const long = () => Promise.resolve(Readable.from([Buffer.alloc(descriptor.size + 1)]))
    await expect(client().uploadBlob(fresh(server.host), descriptor, long)).rejects.toThrow(/does not have/)
  })
  test('of other bytes are refused by the registry', async () => {
    const { descriptor } = randomBlob()
    const { open } = randomBlob(descriptor.size)
    await expect(client().uploadBlob(fresh(registry.host), descriptor, open)).rejects.toThrow(
      /DIGEST_INVALID/,
    )
  })
  test('are not spared because a storage service refuses HEAD', async () => {
    const storage = await start((_request, response) => response.writeHead(403).end())
    const { descriptor, open } = randomBlob()
    const server = await through((request, response) => {
      if (request.method !== 'HEAD') return false
      response.writeHead(307, { location: `http://${storage.host}/signed` }).end()
      return true
    })
    expect(await client().uploadBlob(fresh(server.host), descriptor, open)).toBe('uploaded')
  })
})

describe('downloads', () => {
  const content = randomBytes(300_000)
  const { descriptor } = blobOf(content)
  const from = (host: string) => client().readBlob({ registry: host, repository: 'a' }, descriptor)

  test('follow the registry to its storage', async () => {
    const storage = await start((_request, response) => response.end(content))
    const { host } = await start((_request, response) => {
      response.writeHead(307, { location: `http://${storage.host}/signed?x=1` }).end()
    })
    expect(digestOf(await from(host))).toBe(descriptor.digest)
  })
  test.each([
    ['a server that knows ranges', true],
    ['one that does not', false],
  ])('resume where a connection breaks, with %s', async (_what, ranges) => {
    let calls = 0
    const asked: (string | undefined)[] = []
    const { host } = await start((request, response) => {
      calls++
      const { range } = request.headers
      asked.push(range)
      const offset = ranges ? Number(/\d+/.exec(range ?? '0')?.[0]) : 0
      response.writeHead(offset > 0 ? 206 : 200, { 'content-length': content.length - offset })
      const end = calls * 90_000
      if (end >= content.length) response.end(content.subarray(offset))
      else response.write(content.subarray(offset, end), () => request.socket.destroy())
    })
    expect(digestOf(await from(host))).toBe(descriptor.digest)
    expect(asked[0]).toBeUndefined()
    expect(asked.at(-1)).toMatch(/^bytes=\d+-$/)
  })
  test('give up when tries bring nothing', async () => {
    const { host, requests } = await start((request, response) => {
      response.writeHead(200, { 'content-length': content.length })
      response.flushHeaders()
      setImmediate(() => request.socket.destroy())
    })
    await expect(from(host)).rejects.toThrow(RegistryError)
    expect(requests).toHaveLength(5)
  })
  test.each([
    ['other bytes', randomBytes(content.length), /the blob's digest is sha256:/],
    ['too many', Buffer.concat([content, Buffer.from('x')]), /longer than 300000 bytes/],
  ])('fail at %s', async (_what, bytes, message) => {
    const { host } = await start((_request, response) => response.end(bytes))
    await expect(from(host)).rejects.toThrow(UserError)
    await expect(from(host)).rejects.toThrow(message)
  })
  test('that nobody has are an error before a stream is there', async () => {
    const opening = client().openBlob(fresh(registry.host), descriptor)
    await expect(opening).rejects.toThrow(/404/)
  })
  test('that the reader gives up are not asked for again', async () => {
    const { host, requests } = await start((_request, response) =>
      response.write(content.subarray(0, 100_000)),
    )
    const stream = await client().openBlob({ registry: host, repository: 'a' }, descriptor)
    await new Promise((resolve) => {
      stream.once('data', () => stream.destroy(new Error('enough')))
      stream.once('error', () => undefined)
      stream.once('close', resolve)
    })
    expect(requests).toHaveLength(1)
  })
  test('of a size that nobody expects are not begun', async () => {
    const { host, requests } = await start((_request, response) => response.end())
    await expect(
      client().readBlob({ registry: host, repository: 'a' }, { ...descriptor, size: 1e12 }),
    ).rejects.toThrow(UserError)
    expect(requests).toHaveLength(0)
  })
})

test('a registry that cannot be reached is an error that names it', async () => {
  const gone = await serve(() => undefined)
  await gone.close()
  await expect(client().headManifest({ registry: gone.host, repository: 'a', tag: 'b' })).rejects.toThrow(
    /cannot read 127.*:b: .*ECONNREFUSED[^]*can be reached/,
  )
})
