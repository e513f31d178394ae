import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import type { Blob, Descriptor } from '../../src/oci/descriptor.ts'
import { createRegistryClient, RegistryError, type ImageReference } from '../../src/registry/registry.ts'
import { sessionAddress } from '../../src/registry/session.ts'
import { serveBefore, startRegistry, type TestServer } from './servers.ts'

/** A real registry behind a server that gives it the habits of others, which the specification does not foresee. */

let registry: Awaited<ReturnType<typeof startRegistry>>
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

const servers: TestServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
type Spoiler = (request: IncomingMessage, response: ServerResponse) => boolean
async function through(spoil: Spoiler, change?: (headers: ServerResponse) => void) {
  const server = await serveBefore(registry.host, spoil, change)
  servers.push(server)
  return server
}

const client = () => createRegistryClient({ credentials: () => Promise.resolve(undefined) })
let repositories = 0
const fresh = (host: string): ImageReference => ({ registry: host, repository: `habits/${++repositories}` })

function randomBlob(): { descriptor: Descriptor; open: () => Promise<Readable> } {
  const bytes = randomBytes(10_000)
  return {
    descriptor: { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length },
    open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })),
  }
}

/** Pushes a blob, and gives it back as the registry itself has it. */
async function pushThrough(server: TestServer) {
  const { descriptor, open } = randomBlob()
  const target = fresh(server.host)
  const arrival = await client().uploadBlob(target, descriptor, open)
  await client().readBlob({ ...target, registry: registry.host }, descriptor)
  return arrival
}

/** Answers in place of the registry to some requests, once their bodies are read. */
function answer(
  matches: (request: IncomingMessage) => boolean,
  status: number,
  options: { times?: number; body?: object; headers?: Record<string, string> } = {},
): Spoiler {
  let left = options.times ?? Infinity
  return (request, response) => {
    if (left === 0 || !matches(request)) return false
    left--
    request.resume().on('end', () => {
      response.writeHead(status, options.headers).end(JSON.stringify(options.body ?? {}))
    })
    return true
  }
}
const isHeadOfBlob = ({ method, url = '' }: IncomingMessage) => method === 'HEAD' && url.includes('/blobs/')
const isCommit = ({ method, url = '' }: IncomingMessage) => method === 'PUT' && url.includes('/uploads/')
const methods = (server: TestServer) => server.requests.map((line) => line.split(' ')[0]).join(' ')

describe('looking for a blob', () => {
  test.each([400, 403, 405, 500, 501])('answered %d: it is uploaded', async (status) => {
    const server = await through(answer(isHeadOfBlob, status))
    expect(await pushThrough(server)).toBe('uploaded')
  })
  test('answered 501 is not tried again', async () => {
    const server = await through(answer(isHeadOfBlob, 501))
    await pushThrough(server)
    expect(methods(server)).toBe('HEAD POST PUT')
  })
  test.each([403, 405, 501])(
    'by somebody who would take it, answered %d: it is as good as not there',
    async (status) => {
      const server = await through(answer(isHeadOfBlob, status))
      expect(await client().hasBlob(fresh(server.host), randomBlob().descriptor)).toBe(false)
    },
  )
})

test.each([400, 403, 405, 501])('HEAD of a manifest answered %d: GET tells', async (status) => {
  const server = await through(
    answer(({ method, url = '' }) => method === 'HEAD' && url.includes('/manifests/'), status),
  )
  const bytes = Buffer.from(`{"schemaVersion":2,"manifests":[],"annotations":{"status":"${status}"}}`)
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
  const target = { ...fresh(server.host), tag: '1' }
  await client().putManifest(target, { descriptor, bytes })
  expect(await client().headManifest(target)).toEqual(descriptor)
  expect(await client().headManifest({ ...target, tag: '2' })).toBeUndefined()
})

describe('the end of an upload', () => {
  test.each(['BLOB_UNKNOWN', 'BLOB_UPLOAD_UNKNOWN', 'NOT_FOUND'])(
    'answered 404 %s once: a new session',
    async (code) => {
      const server = await through(answer(isCommit, 404, { times: 1, body: { errors: [{ code }] } }))
      expect(await pushThrough(server)).toBe('uploaded')
      expect(methods(server)).toBe('HEAD POST PUT HEAD POST PUT')
    },
  )
  test('answered 404 for ever: what the registry said', async () => {
    const body = { errors: [{ code: 'BLOB_UNKNOWN', message: 'blob unknown to registry' }] }
    const server = await through(answer(isCommit, 404, { body }))
    await expect(pushThrough(server)).rejects.toThrow(/answered 404 BLOB_UNKNOWN: blob unknown/)
    expect(server.requests.filter((line) => line.startsWith('PUT'))).toHaveLength(5)
  })
  test('a repository that is not there is no lost session', async () => {
    const server = await through(answer(({ method }) => method === 'POST', 404))
    await expect(pushThrough(server)).rejects.toThrow(/answered 404\n.*made beforehand/)
    expect(methods(server)).toBe('HEAD POST')
  })

  /** The registry stores the blob; its answer comes out otherwise. */
  const stored = (status: number, digest?: string) =>
    through(
      () => false,
      (response) => {
        if (response.statusCode !== 201) return
        response.statusCode = status
        response.removeHeader('docker-content-digest')
        if (digest !== undefined) response.setHeader('docker-content-digest', digest)
      },
    )
  test.each([200, 202, 204])('answered %d, and the blob is there', async (status) => {
    const server = await stored(status)
    expect(await pushThrough(server)).toBe('uploaded')
  })
  test.each([200, 202])('answered %d with the digest: nothing is asked after', async (status) => {
    const { descriptor, open } = randomBlob()
    const server = await stored(status, descriptor.digest)
    expect(await client().uploadBlob(fresh(server.host), descriptor, open)).toBe('uploaded')
    expect(methods(server)).toBe('HEAD POST PUT')
  })
  test('answered 202 where the blob is not, nor comes', async () => {
    const server = await through(answer(isCommit, 202))
    const failure: unknown = await pushThrough(server).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RegistryError)
    expect(String(failure)).toMatch(/answered 202 .*but does not have it/)
  })
})

describe('the address of an upload session', () => {
  test.each([
    // A proxy that ends TLS, and a registry behind it that knows nothing of that.
    [
      'http://r.example/v2/a/blobs/uploads/1?s=x',
      'https://r.example/',
      'https://r.example/v2/a/blobs/uploads/1?s=x',
    ],
    ['http://r.example:5000/v2/a/1', 'https://r.example/', 'https://r.example/v2/a/1'],
    ['http://r.example/v2/a/1', 'https://r.example:8443/', 'https://r.example:8443/v2/a/1'],
    ['http://R.EXAMPLE/v2/a/1', 'https://r.example/', 'https://r.example/v2/a/1'],
    // A registry that leaves out its port.
    ['https://r.example/v2/a/1', 'https://r.example:8443/', 'https://r.example:8443/v2/a/1'],
    ['http://127.0.0.1/v2/a/1', 'http://127.0.0.1:5000/', 'http://127.0.0.1:5000/v2/a/1'],
    // Other places stay what they are.
    ['https://r.example/storage/1', 'https://r.example:8443/', 'https://r.example/storage/1'],
    ['https://r.example:9000/v2/a/1', 'https://r.example/', 'https://r.example:9000/v2/a/1'],
    ['http://127.0.0.1:9000/v2/a/1', 'http://127.0.0.1:5000/', 'http://127.0.0.1:9000/v2/a/1'],
    ['http://storage.example/1', 'https://r.example/', 'http://storage.example/1'],
    ['/v2/a/1', 'https://r.example:8443/', 'https://r.example:8443/v2/a/1'],
    ['1?s=x', 'https://r.example/', 'https://r.example/v2/b/1?s=x'],
    ['//storage.example/1', 'https://r.example/', 'https://storage.example/1'],
  ])('%s at %s is %s', (location, registryAddress, address) => {
    const asked = new URL('/v2/b/', registryAddress)
    expect(sessionAddress(location, asked)?.href).toBe(address)
  })
  test.each([undefined, 'http://[', ''])('%s is none', (location) => {
    expect(sessionAddress(location, new URL('https://r.example/v2/'))).toBeUndefined()
  })
  test('without the port: the push goes on at the port that was asked', async () => {
    const server = await through(
      () => false,
      (response) => {
        const location = response.getHeader('location')
        if (typeof location === 'string') {
          response.setHeader('location', location.replace(/^(http:\/\/[^/:]+):\d+/, '$1'))
        }
      },
    )
    expect(await pushThrough(server)).toBe('uploaded')
  })
})

describe('a manifest that is refused', () => {
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  function index(salt: string, content: object = {}): Blob {
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType, manifests: [], annotations: { salt }, ...content }),
    )
    return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
  }
  const isPut = ({ method, url = '' }: IncomingMessage) => method === 'PUT' && url.includes('/manifests/')
  const errors = (code: string, message: string) => ({ body: { errors: [{ code, message }] } })

  describe.each<[string, number, object]>([
    [
      'ECR',
      400,
      errors(
        'TAG_INVALID',
        "The image tag '1' already exists in the 'a' repository and cannot be overwritten because the repository is immutable.",
      ),
    ],
    [
      'Harbor',
      412,
      errors('PRECONDITION', "Failed to process request due to 'a:1' configured as immutable."),
    ],
    ['one that conflicts', 409, {}],
  ])('for its immutable tag, by %s', (_who, status, options) => {
    test('is there already: that will do', async () => {
      const manifest = index('same')
      const server = await through(answer(isPut, status, options))
      const target = { ...fresh(server.host), tag: '1' }
      await client().putManifest({ ...target, registry: registry.host }, manifest)
      await client().putManifest(target, manifest)
      expect(methods(server)).toBe('PUT HEAD')
    })
    test('while the tag stands for another: both digests are named', async () => {
      const [before, after] = [index('before'), index('after')]
      const server = await through(answer(isPut, status, options))
      const target = { ...fresh(server.host), tag: '1' }
      await client().putManifest({ ...target, registry: registry.host }, before)
      const failure: unknown = await client()
        .putManifest(target, after)
        .catch((error: unknown) => error)
      expect(failure).toMatchObject({ status })
      const [what, advice] = String(failure).split('\n')
      expect(what).toContain(`${target.repository}:1: it stands for ${before.descriptor.digest}, and`)
      expect(what).toContain(`move to ${after.descriptor.digest}; it answered ${status}`)
      expect(advice).toMatch(/^Push under another tag/)
    })
    test('while there is no such tag: what the registry said', async () => {
      const server = await through(answer(isPut, status, options))
      await expect(client().putManifest({ ...fresh(server.host), tag: '1' }, index('new'))).rejects.toThrow(
        `the registry answered ${status}`,
      )
    })
  })

  const image = (compression: string) =>
    index('types', {
      config: { mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: [1, 2].map(() => ({ mediaType: `application/vnd.oci.image.layer.v1.tar+${compression}` })),
    })
  test.each<[number, object]>([
    [400, errors('MANIFEST_INVALID', 'manifest invalid')],
    [404, errors('MANIFEST_INVALID', 'unknown layer type')],
    [415, {}],
    [400, {}],
  ])('for its types by %d: they are named, and what to do about zstd', async (status, options) => {
    const server = await through(answer(isPut, status, options))
    const put = (manifest: Blob) => client().putManifest({ ...fresh(server.host), tag: '1' }, manifest)
    const types =
      'It was sent as application/vnd.oci.image.index.v1+json with application/vnd.oci.image.config.v1+json, application/vnd.oci.image.layer.v1.tar+'
    await expect(put(image('zstd'))).rejects.toThrow(`${types}zstd`)
    await expect(put(image('zstd'))).rejects.toThrow('`compression: gzip`')
    await expect(put(image('gzip'))).rejects.toThrow(`${types}gzip`)
    await expect(put(image('gzip'))).rejects.not.toThrow('compression')
  })
  test('for another reason is not about types', async () => {
    const server = await through(answer(isPut, 400, errors('NAME_INVALID', 'invalid repository name')))
    await expect(client().putManifest({ ...fresh(server.host), tag: '1' }, image('zstd'))).rejects.toThrow(
      /NAME_INVALID: invalid repository name\nCheck the name/,
    )
  })
})

describe('a manifest that is put', () => {
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const index = (salt: string): Blob => {
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType, manifests: [], annotations: { salt } }),
    )
    return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
  }
  const isPut = ({ method, url = '' }: IncomingMessage) => method === 'PUT' && url.includes('/manifests/')
  /** Has the registry do it, and answers something else. */
  const doneBut = (then: (response: ServerResponse) => void): Spoiler => {
    return (incoming, response) => {
      if (!isPut(incoming)) return false
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const headers = { 'content-type': mediaType }
        void fetch(`http://${registry.host}${incoming.url}`, {
          method: 'PUT',
          headers,
          body: Buffer.concat(chunks),
        }).then(() => {
          then(response)
        })
      })
      return true
    }
  }

  test('is not there when a stranger answers 200', async () => {
    const server = await through(answer(isPut, 200, { headers: { 'content-type': 'text/html' } }))
    await expect(client().putManifest({ ...fresh(server.host), tag: '1' }, index('a'))).rejects.toThrow(
      /the answer was 200, and nothing is there\nA proxy, or a network that wants a login/,
    )
  })
  test.each<[string, (response: ServerResponse) => void]>([
    ['the answer is always lost', (response) => response.destroy()],
    ['a gateway does not wait for the answer', (response) => response.writeHead(504).end()],
    ['the registry does not say what it stored', (response) => response.writeHead(201).end()],
  ])('is there though %s', async (_what, then) => {
    const server = await through(doneBut(then))
    const target = { ...fresh(server.host), tag: '1' }
    await client().putManifest(target, index('b'))
    expect(await client().headManifest({ ...target, registry: registry.host })).toEqual(index('b').descriptor)
  })
})

describe('a blob whose upload', () => {
  test('was damaged on its way is uploaded again', async () => {
    const body = { errors: [{ code: 'DIGEST_INVALID', message: 'provided digest did not match' }] }
    const server = await through(answer(isCommit, 400, { times: 1, body }))
    expect(await pushThrough(server)).toBe('uploaded')
  })
  test('came to other bytes, by what the registry says, is an error', async () => {
    const headers = { 'docker-content-digest': digestOf('other') }
    const server = await through(answer(isCommit, 201, { headers }))
    await expect(pushThrough(server)).rejects.toThrow(/stored sha256:.* in place of the blob .*\nIt may not/)
  })
})

test('a manifest that ends early, of whose length nothing was said, is read again', async () => {
  const bytes = Buffer.from('{"schemaVersion":2,"manifests":[]}')
  const target = fresh(registry.host)
  const descriptor = {
    mediaType: 'application/vnd.oci.image.index.v1+json',
    digest: digestOf(bytes),
    size: bytes.length,
  }
  await client().putManifest(target, { descriptor, bytes })
  let left = 1
  const server = await through((incoming, response) => {
    if (incoming.method !== 'GET' || left-- !== 1) return false
    response.end(bytes.subarray(0, 10))
    return true
  })
  const found = await client().fetchManifest({ ...target, registry: server.host, digest: descriptor.digest })
  expect(found.bytes.equals(bytes)).toBe(true)
})

test("a registry's message begins no line of the log", async () => {
  const message = 'denied\n::set-output name=digest::sha256:0\r::add-mask::a ##[add-path]/tmp'
  const code = 'DENIED\n::stop-commands::x'
  const server = await through(answer(() => true, 403, { body: { errors: [{ code, message }] } }))
  const failure: unknown = await client()
    .fetchManifest({ ...fresh(server.host), tag: '1' })
    .catch((error: unknown) => error)
  const lines = String(failure).split(/[\r\n]/)
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain(
    'answered 403 DENIED ::stop-commands::x: denied ::set-output name=digest::sha256:0 ::add',
  )
  expect(lines[1]).toMatch(/^Log in to/)
  expect(String(failure)).not.toContain('##[')
})
