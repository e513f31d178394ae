import { afterEach, describe, expect, test } from '@jest/globals'
import { account, startRegistry, type Registry, type RegistryAuth } from './registry.ts'

const registries: Registry[] = []
afterEach(() => Promise.all(registries.splice(0).map((registry) => registry.stop())))

async function start(auth?: RegistryAuth): Promise<Registry> {
  const registry = await startRegistry({ ...(auth && { auth }) })
  registries.push(registry)
  return registry
}

const empty = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const login = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`

/** Uploads a blob of no bytes. */
async function upload(host: string, headers: Record<string, string> = {}): Promise<number> {
  const begun = await fetch(`http://${host}/v2/a/b/blobs/uploads/`, { method: 'POST', headers })
  const location = begun.headers.get('location')
  if (location === null) return begun.status
  const url = new URL(location)
  expect(url.host).toBe(host)
  url.searchParams.set('digest', empty)
  return (await fetch(url, { method: 'PUT', headers, body: '' })).status
}

test('blobs are uploaded through the front, found behind it, logged, and deleted', async () => {
  const registry = await start()
  expect(await upload(registry.host)).toBe(201)
  expect((await fetch(`http://${registry.backHost}/v2/a/b/blobs/${empty}`)).status).toBe(200)
  expect((await fetch(`http://${registry.host}/v2/a/b/blobs/${empty}`, { method: 'DELETE' })).status).toBe(
    202,
  )
  expect(registry.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
    'POST 202',
    'PUT 201',
    'DELETE 202',
  ])
})

test('without a front, the log is the registry’s own', async () => {
  const registry = await startRegistry({ direct: true })
  registries.push(registry)
  expect(registry.host).toBe(registry.backHost)
  expect(await upload(registry.host)).toBe(201)
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: empty, size: 0 },
    layers: [],
  })
  const to = `http://${registry.host}/v2/a/b/manifests/tag`
  const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }
  expect((await fetch(to, { method: 'PUT', headers, body: manifest })).status).toBe(201)
  expect((await fetch(to, { method: 'HEAD' })).status).toBe(404)
  await (await fetch(to, { headers: { accept: headers['content-type'] } })).text()
  await registry.settled()
  const { length } = manifest
  expect(
    registry.requests.map(({ method, status, sent, received }) => [method, status, sent, received]),
  ).toEqual([
    ['POST', 202, 0, 0],
    ['PUT', 201, 0, 0],
    ['PUT', 201, length, 0],
    ['HEAD', 404, 0, 0],
    ['GET', 200, 0, length],
  ])
})

test('two registries stand side by side and share nothing', async () => {
  const [one, other] = await Promise.all([start(), start()])
  expect(await upload(one.host)).toBe(201)
  expect((await fetch(`http://${other.host}/v2/a/b/blobs/${empty}`)).status).toBe(404)
})

test('a stopped registry leaves its port', async () => {
  const registry = await start()
  await registry.stop()
  await expect(fetch(`http://${registry.host}/v2/`)).rejects.toThrow()
  await expect(fetch(`http://${registry.backHost}/v2/`)).rejects.toThrow()
})

describe('disturbances', () => {
  test('answers in place of the registry, as often as a test wants', async () => {
    const registry = await start()
    registry.disturb = ({ before }) => (before < 2 ? { status: 503, body: 'later' } : undefined)
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await fetch(`http://${registry.host}/v2/`)).status)
    expect(statuses).toEqual([503, 503, 200])
  })

  test('a connection cut in the request reaches nobody', async () => {
    const registry = await start()
    registry.disturb = ({ method }) => (method === 'PUT' ? { cut: 'request', after: 10 } : undefined)
    const begun = await fetch(`http://${registry.host}/v2/a/b/blobs/uploads/`, { method: 'POST' })
    const body = Buffer.alloc(100_000)
    const location = begun.headers.get('location') ?? ''
    await expect(fetch(`${location}&digest=${empty}`, { method: 'PUT', body })).rejects.toThrow()
    expect(registry.requests.at(-1)).toMatchObject({ method: 'PUT', status: 0, sent: 10 })
  })

  test('a connection cut in the answer gives the beginning of it', async () => {
    const registry = await start()
    registry.disturb = () => ({ cut: 'response', after: 1 })
    const answer = await fetch(`http://${registry.host}/v2/`)
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow()
    expect(registry.requests).toMatchObject([{ status: 200, received: 1 }])
  })
})

describe('logins', () => {
  test('basic: the account, and no other', async () => {
    const { host } = await start('basic')
    const answer = await fetch(`http://${host}/v2/`)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect(await upload(host, { authorization: `Basic ${btoa('mamba:wrong')}` })).toBe(401)
    expect(await upload(host, { authorization: login })).toBe(201)
  })

  /** Asks the token service that a refusal names, for the scope it names. */
  async function token(host: string, path: string, method: string, headers: Record<string, string>) {
    const refused = await fetch(`http://${host}${path}`, { method })
    expect(refused.status).toBe(401)
    const challenge = refused.headers.get('www-authenticate') ?? ''
    const part = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? ''
    const query = new URLSearchParams({ service: part('service'), scope: part('scope') })
    const answer = await fetch(`${part('realm')}?${query.toString()}`, { headers })
    if (!answer.ok) return String(answer.status)
    return ((await answer.json()) as { token: string }).token
  }

  test('token: for the account, and what was asked', async () => {
    const { host } = await start('token')
    const path = '/v2/a/b/blobs/uploads/'
    expect(await token(host, path, 'POST', {})).toBe('401')
    expect(await token(host, path, 'POST', { authorization: `Basic ${btoa('mamba:wrong')}` })).toBe('401')
    const push = await token(host, path, 'POST', { authorization: login })
    expect(await upload(host, { authorization: `Bearer ${push}` })).toBe(201)
    const other = await fetch(`http://${host}/v2/c/tags/list`, {
      headers: { authorization: `Bearer ${push}` },
    })
    expect(other.status).toBe(401)
  })

  test('token: a mount needs the repository that it takes from', async () => {
    const { host } = await start('token')
    const path = `/v2/c/blobs/uploads/?mount=${empty}&from=a/b`
    const push = await token(host, '/v2/a/b/blobs/uploads/', 'POST', { authorization: login })
    await upload(host, { authorization: `Bearer ${push}` })
    const both = await token(host, path, 'POST', { authorization: login })
    const mount = (bearer: string) =>
      fetch(`http://${host}${path}`, { method: 'POST', headers: { authorization: `Bearer ${bearer}` } })
    expect((await mount(push)).status).toBe(401)
    expect((await mount(both)).status).toBe(201)
  })

  test('public: pulls for anyone', async () => {
    const { host } = await start('public')
    const pull = await token(host, '/v2/a/b/manifests/latest', 'GET', {})
    const headers = { authorization: `Bearer ${pull}` }
    expect((await fetch(`http://${host}/v2/a/b/manifests/latest`, { headers })).status).toBe(404)
    expect(await upload(host, headers)).toBe(401)
  })
})
