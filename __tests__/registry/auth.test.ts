import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import { createRegistryClient, RegistryError, type Credential } from '../../src/registry/registry.ts'
import { maskedIn, serve, type TestServer } from './servers.ts'

const log = jest.spyOn(process.stdout, 'write')
beforeEach(() => {
  log.mockReset().mockReturnValue(true)
})
const servers: TestServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
async function start(handler: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = await serve(handler)
  servers.push(server)
  return server
}

const password: Credential = { type: 'password', username: 'octocat', password: 'secret' }
const basic = `Basic ${Buffer.from('octocat:secret').toString('base64')}`
const layer = { mediaType: 'application/octet-stream', digest: digestOf('layer'), size: 5 }

/**
 * A registry with a token service on another port. Its tokens are `<number>:<scopes>`; it answers a request that
 * carries a token for its repository, unless that token was revoked.
 */
async function startWithTokens(
  options: { challenge?: (realm: string) => string; expires_in?: number; empty?: string } = {},
) {
  const revoked = new Set<string>()
  const asked: { authorization?: string; scopes: string[]; form?: string }[] = []
  const seen: (string | undefined)[] = []
  const service = await start((request, response) => {
    const url = new URL(request.url ?? '', 'http://service')
    let form = ''
    request.on('data', (chunk: Buffer) => (form += chunk.toString()))
    request.on('end', () => {
      const { authorization } = request.headers
      const scopes = form
        ? (new URLSearchParams(form).get('scope') ?? '').split(' ')
        : url.searchParams.getAll('scope')
      asked.push({ ...(authorization && { authorization }), scopes, ...(form && { form }) })
      const token = `${asked.length}:${scopes.join('+')}`
      const { expires_in = 300, empty } = options
      if (empty) response.end(JSON.stringify({ access_token: token, token, [empty]: '', expires_in }))
      else response.end(JSON.stringify(form ? { access_token: token, expires_in } : { token, expires_in }))
    })
  })
  const realm = `http://${service.host}/token`
  const registry = await start((request, response) => {
    request.resume()
    const { authorization } = request.headers
    seen.push(authorization)
    const [, repository = ''] = /^\/v2\/(.*)\/(?:blobs|manifests)\//.exec(request.url ?? '') ?? []
    const scope = `repository:${repository}:pull`
    if (!authorization?.includes(scope) || revoked.has(authorization)) {
      const challenge = options.challenge ?? ((at) => `Bearer realm="${at}",service="registry.test"`)
      response.writeHead(401, { 'www-authenticate': challenge(realm) }).end()
    } else if (request.method === 'POST') response.writeHead(201).end()
    else response.writeHead(200, { 'content-length': 5 }).end(request.method === 'HEAD' ? '' : 'layer')
  })
  return {
    registry,
    service,
    asked,
    seen,
    revoked,
    repository: { registry: registry.host, repository: 'a/b' },
  }
}

const clientWith = (credential?: Credential) =>
  createRegistryClient({ credentials: () => Promise.resolve(credential) })

describe('tokens', () => {
  test('one challenge, one token, whatever the number of requests at once', async () => {
    const { registry, asked, repository } = await startWithTokens()
    const client = clientWith(password)
    await Promise.all([1, 2, 3, 4].map(() => client.readBlob(repository, layer)))
    expect(asked).toEqual([{ authorization: basic, scopes: ['repository:a/b:pull'] }])
    expect(registry.requests).toHaveLength(5)
  })
  test('are masked, and the password stays with the token service', async () => {
    const { repository, seen } = await startWithTokens()
    await clientWith(password).readBlob(repository, layer)
    expect(maskedIn(log.mock.calls)).toContain('1:repository:a/b:pull')
    expect(seen).toEqual([undefined, 'Bearer 1:repository:a/b:pull'])
  })
  test.each(['token', 'access_token'])('are taken from the other field where %s is empty', async (empty) => {
    const { repository, seen } = await startWithTokens({ empty })
    await clientWith(password).readBlob(repository, layer)
    expect(seen.at(-1)).toBe('Bearer 1:repository:a/b:pull')
  })
  test('are bought with the login of the very repository and right', async () => {
    const { repository, asked } = await startWithTokens()
    const client = createRegistryClient({
      credentials: ({ repository: name, writes }) =>
        Promise.resolve({ type: 'password', username: `${name} ${writes}`, password: 'p' }),
    })
    const there = () => Promise.reject(new Error('it is there'))
    await client.readBlob(repository, layer)
    await client.uploadBlob(repository, layer, there)
    await client.readBlob({ ...repository, repository: 'c' }, layer)
    const users = asked.map(({ authorization = '' }) =>
      Buffer.from(authorization.replace('Basic ', ''), 'base64').toString(),
    )
    expect(users).toEqual(['a/b false:p', 'a/b true:p', 'c false:p'])
  })
  test('without a credential are asked for anonymously', async () => {
    const { repository, asked, service } = await startWithTokens()
    await clientWith().readBlob(repository, layer)
    expect(asked).toEqual([{ scopes: ['repository:a/b:pull'] }])
    expect(service.requests[0]).toMatch(/^GET \/token\?service=registry.test&scope=/)
  })
  test('are bought with an identity token by POST', async () => {
    const { repository, asked, service } = await startWithTokens()
    await clientWith({ type: 'identity-token', token: 'refresh' }).readBlob(repository, layer)
    expect(service.requests).toEqual(['POST /token'])
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.form))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'micromamba-image-action',
      refresh_token: 'refresh',
      scope: 'repository:a/b:pull',
      service: 'registry.test',
    })
    expect(asked[0]?.authorization).toBeUndefined()
  })
  test('are held for each scope, and one for pushing serves to pull', async () => {
    const { repository, asked } = await startWithTokens()
    const client = clientWith(password)
    await client.uploadBlob(repository, layer, () => Promise.reject(new Error('it is there')))
    await client.readBlob(repository, layer)
    await client.readBlob({ ...repository, repository: 'c' }, layer)
    expect(asked.map(({ scopes }) => scopes)).toEqual([['repository:a/b:pull,push'], ['repository:c:pull']])
  })
  test('for a mount cover both repositories', async () => {
    const { registry, service, asked } = await startWithTokens()
    const client = clientWith(password)
    const target = { registry: registry.host, repository: 'a/b' }
    // A HEAD that says no: this registry has blobs of five bytes only.
    await client.uploadBlob(target, { ...layer, size: 6 }, unreachable, { ...target, repository: 'base' })
    expect(asked.map(({ scopes }) => scopes)).toEqual([
      ['repository:a/b:pull,push'],
      ['repository:a/b:pull,push', 'repository:base:pull'],
    ])
    expect(service.requests[1]).toMatch(/scope=repository.*&scope=repository/)
  })
  test('are renewed when the registry no longer takes them', async () => {
    const { repository, asked, revoked, seen } = await startWithTokens()
    const client = clientWith(password)
    await client.readBlob(repository, layer)
    revoked.add('Bearer 1:repository:a/b:pull')
    await Promise.all([client.readBlob(repository, layer), client.readBlob(repository, layer)])
    expect(asked).toHaveLength(2)
    expect(seen.at(-1)).toBe('Bearer 2:repository:a/b:pull')
  })
  test('are renewed before they expire', async () => {
    const { repository, asked, registry } = await startWithTokens({ expires_in: 300 })
    const client = clientWith(password)
    await client.readBlob(repository, layer)
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 295_000)
    try {
      await client.readBlob(repository, layer)
    } finally {
      later.mockRestore()
    }
    expect(asked).toHaveLength(2)
    expect(registry.requests).toHaveLength(3)
  })
  test('that do not help end in an error, not in a loop', async () => {
    const service = await start((_request, response) => response.end('{"token":"useless"}'))
    const registry = await start((_request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${service.host}/"` }).end()
    })
    const failure: unknown = await clientWith(password)
      .readBlob({ registry: registry.host, repository: 'a' }, layer)
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RegistryError)
    expect(failure).toMatchObject({ status: 401 })
    expect(registry.requests).toHaveLength(2)
  })
  test('that are a web page: what may have answered', async () => {
    const service = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in.</html>')
    })
    const registry = await start((_request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${service.host}/"` }).end()
    })
    await expect(
      clientWith(password).readBlob({ registry: registry.host, repository: 'a' }, layer),
    ).rejects.toThrow(/cannot get a token for .*: it came as a web page\nA proxy, or a network/)
  })
  test('refused by the service: its answer, and what to do', async () => {
    const service = await start((_request, response) => {
      response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"bad password"}]}')
    })
    const registry = await start((_request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${service.host}/"` }).end()
    })
    await expect(
      clientWith(password).readBlob({ registry: registry.host, repository: 'a' }, layer),
    ).rejects.toThrow(/cannot get a token for .*403 DENIED: bad password\nLog in to/)
  })
})

describe('where credentials go', () => {
  const refusing = (challenge: string) =>
    start((_request, response) => response.writeHead(401, { 'www-authenticate': challenge }).end())

  test.each(['http://tokens.example/', 'ftp://localhost/', 'nonsense'])(
    'not to a token service at %s',
    async (realm) => {
      const registry = await refusing(`Bearer realm="${realm}"`)
      await expect(
        clientWith(password).readBlob({ registry: registry.host, repository: 'a' }, layer),
      ).rejects.toThrow(/not an https address/)
    },
  )

  test('not to where the registry redirects, even when that asks for them', async () => {
    const seen: (string | undefined)[] = []
    const thief = await start((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="give"' }).end()
    })
    const registry = await start((request, response) => {
      if (request.headers.authorization !== basic) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
      } else response.writeHead(307, { location: `http://${thief.host}/blob?signature=s3cr3t` }).end()
    })
    const reading = clientWith(password).readBlob({ registry: registry.host, repository: 'a' }, layer)
    await expect(reading).rejects.toThrow(/answered 401/)
    await expect(reading).rejects.not.toThrow(/s3cr3t/)
    expect(seen).toEqual([undefined])
  })

  test('not to an upload session on another host, and nothing at all over http that leaves the machine', async () => {
    const seen: (string | undefined)[] = []
    const storage = await start((request, response) => {
      seen.push(request.headers.authorization)
      request.resume().on('end', () => response.writeHead(201).end())
    })
    let location = `http://${storage.host}/session`
    const registry = await start((request, response) => {
      request.resume()
      if (request.headers.authorization !== basic) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
      } else if (request.method === 'HEAD') response.writeHead(404).end()
      else response.writeHead(202, { location }).end()
    })
    const repository = { registry: registry.host, repository: 'a' }
    const upload = () => clientWith(password).uploadBlob(repository, layer, opened('layer'))
    expect(await upload()).toBe('uploaded')
    expect(seen).toEqual([undefined])
    location = 'http://storage.example/session'
    await expect(upload()).rejects.toThrow(/not an https address/)
  })
})

describe('Basic', () => {
  const guarded = () =>
    start((request, response) => {
      if (request.headers.authorization === basic) response.writeHead(200).end('layer')
      else {
        response
          .writeHead(401, { 'www-authenticate': 'Basic realm="r"' })
          .end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}')
      }
    })
  test('is sent once asked for, and then at once', async () => {
    const registry = await guarded()
    const client = clientWith(password)
    const repository = { registry: registry.host, repository: 'a' }
    await client.readBlob(repository, layer)
    await client.readBlob(repository, layer)
    expect(registry.requests).toHaveLength(3)
  })
  test('without a credential: the error says to log in, after one request', async () => {
    const registry = await guarded()
    await expect(clientWith().readBlob({ registry: registry.host, repository: 'a' }, layer)).rejects.toThrow(
      /401 UNAUTHORIZED: authentication required\nLog in to .* with docker\/login-action/,
    )
    expect(registry.requests).toHaveLength(1)
  })
})

describe('a registry that hides what it has from the anonymous, and asks for no login there', () => {
  const tag = (host: string) => ({ registry: host, repository: 'a', tag: 'b' })
  /** Nexus and Artifactory, by how they are set up: what `/v2/` answers, and everything else. */
  const hiding = (status: number, atRoot: (response: ServerResponse) => unknown) =>
    start((request, response) => {
      request.resume()
      if (request.url === '/v2/') atRoot(response)
      else if (request.headers.authorization === basic) response.end('layer')
      else response.writeHead(status).end()
    })
  const asksForBasic = (response: ServerResponse) =>
    response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end()
  const asksForNothing = (response: ServerResponse) => response.end('{}')

  test.each(
    [400, 401, 403, 404].flatMap((status) => [
      [status, 'asks at /v2/', asksForBasic] as const,
      [status, 'asks nowhere', asksForNothing] as const,
    ]),
  )('%d, and it %s: the login that is there is shown', async (status, _where, atRoot) => {
    const registry = await hiding(status, atRoot)
    const client = clientWith(password)
    expect((await client.findManifest(tag(registry.host)))?.bytes.toString()).toBe('layer')
    await client.readBlob(tag(registry.host), layer)
    expect(registry.requests.filter((line) => line === 'GET /v2/')).toHaveLength(1)
    // The first without it, and never again.
    expect(registry.requests).toHaveLength(4)
  })

  test('without a login there is nothing to ask for', async () => {
    const registry = await hiding(404, asksForBasic)
    expect(await clientWith().findManifest(tag(registry.host))).toBeUndefined()
    expect(registry.requests).toHaveLength(1)
  })

  test('requests at the same time wait for what the first one learns', async () => {
    const registry = await hiding(403, asksForBasic)
    const client = clientWith(password)
    await Promise.all([1, 2, 3].map(() => client.readBlob(tag(registry.host), layer)))
    expect(registry.requests.filter((line) => line === 'GET /v2/')).toHaveLength(1)
    expect(registry.requests).toHaveLength(5)
  })

  test('so do those that come after public ones', async () => {
    const registry = await start((request, response) => {
      if (request.headers.authorization === basic || request.url?.includes('public')) response.end('layer')
      else if (request.url === '/v2/') asksForBasic(response)
      else response.writeHead(404).end()
    })
    const client = clientWith(password)
    await client.readBlob({ registry: registry.host, repository: 'public' }, layer)
    await Promise.all([1, 2, 3].map(() => client.readBlob(tag(registry.host), layer)))
    expect(registry.requests.filter((line) => line === 'GET /v2/')).toHaveLength(1)
  })

  test('a token service that only /v2/ names', async () => {
    const service = await start((_request, response) => response.end('{"token":"t"}'))
    const registry = await start((request, response) => {
      if (request.headers.authorization === 'Bearer t') response.end('layer')
      else if (request.url === '/v2/') {
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${service.host}/"` }).end()
      } else response.writeHead(404).end()
    })
    expect(String(await clientWith(password).readBlob(tag(registry.host), layer))).toBe('layer')
  })

  test.each([
    ['asks at /v2/', asksForBasic],
    ['asks nowhere', asksForNothing],
  ])('an outdated login does not turn what is not there into a failure; it %s', async (_where, atRoot) => {
    const registry = await start((request, response) => {
      if (request.url === '/v2/') atRoot(response)
      else if (request.headers.authorization) asksForBasic(response)
      else response.writeHead(404).end()
    })
    const client = clientWith(password)
    for (let look = 0; look < 3; look++) expect(await client.findManifest(tag(registry.host))).toBeUndefined()
    expect(registry.requests).toHaveLength(5)
  })

  test('a login that cannot be had is a warning there, for the registry may want none', async () => {
    const registry = await start((_request, response) => response.writeHead(404).end())
    const client = createRegistryClient({ credentials: () => Promise.reject(new UserError('no keychain')) })
    for (let look = 0; look < 2; look++) expect(await client.findManifest(tag(registry.host))).toBeUndefined()
    expect(log.mock.calls.filter(([text]) => String(text).startsWith('::warning::no keychain'))).toHaveLength(
      1,
    )
  })
})

test('a 401 that asks for nothing does not make the client forget what it knows', async () => {
  const registry = await start((request, response) => {
    if (request.url?.includes('odd')) response.writeHead(401).end()
    else if (request.headers.authorization === basic) response.end('layer')
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end()
  })
  const client = clientWith(password)
  await client.readBlob({ registry: registry.host, repository: 'a' }, layer)
  await expect(client.readBlob({ registry: registry.host, repository: 'odd' }, layer)).rejects.toThrow(/401/)
  await client.readBlob({ registry: registry.host, repository: 'a' }, layer)
  expect(registry.requests).toHaveLength(4)
})

test('a registry that wants nothing is sent nothing, and credentials are not even looked for', async () => {
  const registry = await start((request, response) => {
    response.writeHead(request.headers.authorization ? 500 : 200).end('layer')
  })
  const client = createRegistryClient({ credentials: () => Promise.reject(new Error('looked')) })
  expect(String(await client.readBlob({ registry: registry.host, repository: 'a' }, layer))).toBe('layer')
})

const opened = (text: string) => () => Promise.resolve(Readable.from([Buffer.from(text)]))
const unreachable = () => Promise.reject(new Error('not to be opened'))
