import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createRegistryClient, RegistryError, type Credential } from '../../src/registry/registry.ts'
import { account, startRegistry, type Registry, type RegistryAuth } from '../world/registry.ts'
import { serve, type TestServer } from './servers.ts'

jest.spyOn(process.stdout, 'write').mockReturnValue(true)

let registries: Record<RegistryAuth, Registry>
beforeAll(async () => {
  const start = (auth: RegistryAuth) => startRegistry({ auth })
  const [none, basic, token, open] = await Promise.all([
    start('none'),
    start('basic'),
    start('token'),
    start('public'),
  ])
  registries = { none, basic, token, public: open }
})
afterAll(() => Promise.all(Object.values(registries).map((registry) => registry.stop())))

const servers: TestServer[] = []
const before = { ...process.env }
afterEach(async () => {
  process.env = { ...before }
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
async function start(handler: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const server = await serve((request, response) => {
    request.resume()
    handler(request, response)
  })
  servers.push(server)
  return server
}

const known: Credential = { type: 'password', ...account }
const wrong: Credential = { ...known, password: 'forgotten' }
const check = (host: string, credential?: Credential) =>
  createRegistryClient({ credentials: () => Promise.resolve(credential) }).checkPush({
    registry: host,
    repository: 'push/preflight',
  })

describe('with a real registry', () => {
  test.each<[RegistryAuth, string, Credential | undefined, string]>([
    ['none', 'no login', undefined, 'writable'],
    ['basic', 'the login', known, 'writable'],
    ['token', 'the login', known, 'writable'],
    ['public', 'the login', known, 'writable'],
    ['basic', 'no login', undefined, 'denied'],
    ['basic', 'a wrong login', wrong, 'denied'],
    ['token', 'no login', undefined, 'denied'],
    ['token', 'a wrong login', wrong, 'denied'],
    // Its tokens for the anonymous are for pulls only, whatever was asked.
    ['public', 'no login', undefined, 'denied'],
  ])('that asks for %s, and %s: %s', async (auth, _which, credential, kind) => {
    const permission = await check(registries[auth].host, credential)
    expect(permission.kind).toBe(kind)
    if (permission.kind !== 'writable') {
      expect(permission.reason).toBeInstanceOf(RegistryError)
      expect(permission.reason.message).toMatch(
        /cannot (push to .*\/push\/preflight|get a token for .*): .* 401[^]*\nLog in to/,
      )
    }
  })

  test('the upload that was begun is taken back, and nothing is pushed', async () => {
    const registry = registries.none
    const from = registry.requests.length
    await check(registry.host)
    await registry.settled()
    const made = registry.requests.slice(from).map(({ method, status }) => `${method} ${status}`)
    expect(made).toEqual(['POST 202', 'DELETE 204'])
  })
})

describe('what the registry answers', () => {
  const denied = JSON.stringify({ errors: [{ code: 'DENIED', message: 'permission_denied: write_package' }] })
  test.each<[number, string]>([
    [403, 'denied'],
    [404, 'denied'],
    [400, 'denied'],
    [405, 'unknown'],
    [429, 'unknown'],
    [503, 'unknown'],
    [200, 'unknown'],
  ])('%d: %s', async (status, kind) => {
    const { host } = await start((_request, response) => response.writeHead(status).end(denied))
    const permission = await check(host)
    expect(permission).toMatchObject({ kind, reason: { status, code: 'DENIED' } })
  })
  test('nothing at all: unknown', async () => {
    const { host } = await start((request) => request.socket.destroy())
    const permission = await check(host)
    expect(permission.kind).toBe('unknown')
    expect(permission).toHaveProperty('reason.message', expect.stringContaining('can be reached'))
  })
  test('an upload, and no way to take it back: writable', async () => {
    const { host, requests } = await start(({ method }, response) => {
      if (method === 'POST') response.writeHead(202, { location: '/v2/session' }).end()
      else response.writeHead(500).end()
    })
    expect(await check(host)).toEqual({ kind: 'writable' })
    expect(requests).toEqual(['POST /v2/push/preflight/blobs/uploads/', 'DELETE /v2/session'])
  })
  test('an upload without an address: writable', async () => {
    const { host, requests } = await start((_request, response) => response.writeHead(202).end())
    expect(await check(host)).toEqual({ kind: 'writable' })
    expect(requests).toHaveLength(1)
  })
})

describe("in a fork's pull request", () => {
  async function inFork<T>(work: () => Promise<T>): Promise<T> {
    const directory = await mkdtemp(join(tmpdir(), 'fork-'))
    const file = join(directory, 'event.json')
    const [head, base] = ['you/app', 'org/app'].map((name) => ({ repo: { full_name: name } }))
    await writeFile(file, JSON.stringify({ pull_request: { head, base } }))
    Object.assign(process.env, { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: file })
    try {
      return await work()
    } finally {
      await rm(directory, { recursive: true })
    }
  }

  test.each([401, 403])('a token that may only read, %d: read-only', async (status) => {
    const { host } = await start((_request, response) => response.writeHead(status).end())
    const permission = await inFork(() => check(host))
    expect(permission.kind).toBe('read-only')
    expect(permission).toHaveProperty('reason.message', expect.stringContaining('a pull request of a fork'))
  })
  test('a repository that lets everybody write: writable', async () => {
    expect(await inFork(() => check(registries.none.host))).toEqual({ kind: 'writable' })
  })
  test('a registry in trouble: unknown', async () => {
    const { host } = await start((_request, response) => response.writeHead(503).end())
    expect(await inFork(() => check(host))).toMatchObject({ kind: 'unknown' })
  })
})
