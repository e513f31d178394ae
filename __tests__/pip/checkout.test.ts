import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Credential } from '../../src/channels/grant.ts'
import { checkOut } from '../../src/pip/checkout.ts'
import { certify } from '../world/certificates.ts'
import { serveGit } from '../world/github/http-backend.ts'
import { createRepository, type BareRepository } from '../world/github/repository.ts'
import { listen, type LoopbackServer } from '../world/loopback.ts'
import { basic } from '../world/python-index.ts'

const login = { user: 'ada', password: 'hunter 2' }
const byPassword: Credential = { type: 'basic', ...login }
let repository: BareRepository
let commit: string
let server: LoopbackServer
let secure: Server
let certificates: string
let certificate: string
let stranger: LoopbackServer
/** What the server wants to see, and whom it sends where, at once or only with that shown. */
let wanted: string | undefined
let leads: (path: string) => string | undefined
let leadsAtOnce: boolean
/** What either was shown. */
let shown: string[]
let shownToStranger: string[]
let folder: string

beforeAll(async () => {
  repository = await createRepository('tool')
  commit = await repository.commit('main', { 'setup.py': '' })
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { authorization } = request.headers
    if (authorization !== undefined) shown.push(authorization)
    const location = leads(request.url ?? '')
    const isOpen = wanted === undefined || authorization === wanted
    if (location !== undefined && (leadsAtOnce || isOpen)) response.writeHead(301, { location }).end()
    else if (!isOpen) response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    else await serveGit(request, response, { root: repository.root, user: 'somebody' })
  }
  server = await listen(answer)
  certificates = mkdtempSync(join(tmpdir(), 'checkout-'))
  const { key, cert, certificate: file } = await certify(certificates, ['DNS:localhost'])
  certificate = file
  secure = createServer({ key, cert }, (request, response) => void answer(request, response))
  await once(secure.listen(0, '127.0.0.1'), 'listening')
  stranger = await listen(({ headers }, response) => {
    shownToStranger.push(headers.authorization ?? 'nothing')
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
  })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkout-'))
  wanted = basic(login)
  leads = () => undefined
  leadsAtOnce = true
  ;[shown, shownToStranger] = [[], []]
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})
afterAll(async () => {
  secure.closeAllConnections()
  secure.close()
  await Promise.all([server.stop(), stranger.stop(), repository.remove()])
  rmSync(certificates, { recursive: true })
})

const clone = (credential: Credential, { origin = `http://${server.host}`, path = '/owner/tool.git' } = {}) =>
  checkOut({ vcs: 'git', repository: `${origin}${path}`, commit }, join(folder, 'clone'), {
    grants: [{ place: new URL(origin).host, credentials: [credential] }],
    secrets: [],
    variables: { PATH: process.env['PATH'], HOME: folder, GIT_SSL_CAINFO: certificate },
    at: { file: 'env.lock', line: 7 },
  })

test.each([
  login,
  { user: 'token', password: '' },
  { user: '', password: 'a name that git does not take' },
  { user: 'ada', password: 'a\nquit=1' },
  { user: 'Ä"da', password: String.raw`'$(exit 1)%s\n"` + '`:;' },
])('a login is shown to the server that wants one: %j', async (one) => {
  wanted = basic(one)
  await clone({ type: 'basic', ...one })
  expect(readdirSync(join(folder, 'clone'))).toContain('setup.py')
  expect([...new Set(shown)]).toEqual([wanted])
})

test("helpers of the user's are neither asked nor told what to keep", async () => {
  const file = join(folder, 'told')
  writeFileSync(join(folder, '.gitconfig'), `[credential]\n\thelper = "!cat >>${file}; echo >>${file}"\n`)
  await clone(byPassword)
  expect(readdirSync(folder)).not.toContain('told')
})

describe.each([
  ['whoever asks', true],
  ['who shows the login', false],
])('a server that leads %s', (_, atOnce) => {
  beforeEach(() => {
    leadsAtOnce = atOnce
  })

  test('to the same with .git, as GitLab does, is followed', async () => {
    leads = (path) => (path.includes('.git') ? undefined : path.replace('/tool/', '/tool.git/'))
    await clone(byPassword, { path: '/owner/tool' })
    expect(readdirSync(join(folder, 'clone'))).toContain('setup.py')
    expect([...new Set(shown)]).toEqual([wanted])
  })

  test('to another host: that one is not shown it', async () => {
    leads = (path) => `http://${stranger.host}${path}`
    await expect(clone(byPassword)).rejects.toThrow(
      /^env\.lock:7: git cannot get [^]*\n\| fatal: [^]*leads to another host, /,
    )
    expect(shownToStranger.length).toBeGreaterThan(0)
    expect(new Set(shownToStranger)).toEqual(new Set(['nothing']))
  })

  test('from https to plain http: nothing is shown there', async () => {
    const { port } = secure.address() as AddressInfo // listening on TCP
    leads = (path) => `http://${stranger.host.replace('127.0.0.1', 'localhost')}${path}`
    await expect(clone(byPassword, { origin: `https://localhost:${port}` })).rejects.toThrow(
      /\nIt leads to another host, |where it leads to another host/,
    )
    expect(new Set(shownToStranger)).toEqual(new Set(['nothing']))
  })

  test('to another place is not followed with a token', async () => {
    wanted = 'Bearer swordfish'
    leads = (path) => `http://${stranger.host}${path}`
    await expect(clone({ type: 'bearer', token: 'swordfish' })).rejects.toThrow(
      /returned error: 301\nIt leads elsewhere/,
    )
    expect(shownToStranger).toEqual([])
  })
})

test('a token is shown as one', async () => {
  wanted = 'Bearer swordfish'
  await clone({ type: 'bearer', token: 'swordfish' })
  expect(readdirSync(join(folder, 'clone'))).toContain('setup.py')
})
