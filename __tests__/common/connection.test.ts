import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createPlain, type Server } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { trustCertificates } from '../../src/common/certificates.ts'
import { HttpFailure, readBody, request } from '../../src/common/http.ts'
import { certify, type Flaw } from '../world/certificates.ts'

let folder: string
const servers: Server[] = []
const before = { ...process.env }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connection-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => {
  process.env['MICROMAMBA_IMAGE_RETRY_SECONDS'] = '0'
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
    Reflect.deleteProperty(process.env, name)
    Reflect.deleteProperty(process.env, name.toLowerCase())
  }
})
afterEach(async () => {
  process.env = { ...before }
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

/** The failure of a request, and how often its server was asked. */
async function failureOf(url: string): Promise<HttpFailure> {
  const outcome = await request({ url: new URL(url), read: 100 }).catch((error: unknown) => error)
  if (!(outcome instanceof HttpFailure)) throw new Error('it went well')
  return outcome
}

describe('a certificate', () => {
  async function serve(names: readonly string[], flaw?: Flaw) {
    const { key, cert, certificate } = await certify(folder, names, flaw)
    const server = createServer({ key, cert }, (_, response) => response.end('here'))
    let handshakes = 0
    server.on('connection', () => handshakes++)
    const port = await listening(server)
    return { url: `https://127.0.0.1:${port}/`, certificate, handshakes: () => handshakes }
  }

  test.each([
    [
      'is of an authority that nobody knows',
      'IP:127.0.0.1',
      undefined,
      /nobody who is trusted/,
      /NODE_EXTRA_CA/,
    ],
    ['signs itself', 'IP:127.0.0.1', 'self-signed', /signed by itself alone/, /NODE_EXTRA_CA_CERTS/],
  ] as const)('%s: said, and not tried again', async (_, name, flaw, what, advice) => {
    const { url, handshakes } = await serve([name], flaw)
    const failure = await failureOf(url)
    expect(failure.message).toMatch(what)
    expect(failure.message).toContain(new URL(url).host)
    expect(failure.advice).toMatch(advice)
    expect(handshakes()).toBe(1)
  })

  test('does not count any more after a redirect to plain http: refused, at once, and nothing is sent there', async () => {
    const usual = getCACertificates('default')
    const { key, cert, certificate } = await certify(folder, ['IP:127.0.0.1'])
    let asked = 0
    let strangers = 0
    const plain = await listening(
      createPlain((_, response) => {
        strangers++
        response.end('here')
      }),
    )
    const port = await listening(
      createServer({ key, cert }, (_, response) => {
        asked++
        // Of this host it would be taken for what a proxy hides.
        response.writeHead(307, { location: `http://localhost:${plain}/` }).end()
      }),
    )
    try {
      await trustCertificates([certificate], {})
      const failure = await failureOf(`https://127.0.0.1:${port}/`)
      expect(failure.message).toContain(`refused a redirect from https to http://localhost:${plain}`)
      expect(failure.advice).toMatch(/Nothing was sent there/)
      expect({ asked, strangers }).toEqual({ asked: 1, strangers: 0 })
    } finally {
      setDefaultCACertificates(usual)
    }
  })

  test('is looked for in vain where plain http is spoken: said, and not tried again', async () => {
    let asked = 0
    const server = createPlain()
    server.on('connection', () => asked++)
    const port = await listening(server)
    const failure = await failureOf(`https://127.0.0.1:${port}/`)
    expect(failure.message).toBe(`what answers at 127.0.0.1:${port} speaks no https`)
    expect(failure.advice).toContain('begin with http://')
    expect(asked).toBe(1)
  })

  test('of an authority that is named is fine, unless it has expired or is for another name', async () => {
    const usual = getCACertificates('default')
    try {
      const good = await serve(['IP:127.0.0.1'])
      await trustCertificates([good.certificate], {})
      const answer = await request({ url: new URL(good.url) })
      expect((await readBody(answer)).toString()).toBe('here')
      const expired = await failureOf((await serve(['IP:127.0.0.1'], 'expired')).url)
      expect(expired.message).toMatch(/^the certificate of 127\.0\.0\.1:\d+ has expired$/)
      expect(expired.advice).toContain('renewed')
      const other = await failureOf((await serve(['DNS:elsewhere.test'])).url)
      expect(other.message).toMatch(/is for other names: .*elsewhere\.test/)
    } finally {
      setDefaultCACertificates(usual)
    }
  })
})

describe('a proxy', () => {
  const login = 'me:p%40ss-93'
  type Answer = (socket: Socket, login: string | undefined) => void
  const says =
    (head: string, body = ''): Answer =>
    (socket) =>
      socket.end(`HTTP/1.1 ${head}\r\n\r\n${body}`)

  // One for all: a process has the same proxies to its end.
  const server = createPlain((_, response) => response.writeHead(403).end())
  let host: string
  let answer: Answer
  let asked: number
  server.on('connect', ({ headers }, socket: Socket) => {
    asked++
    socket.on('error', () => undefined)
    answer(socket, headers['proxy-authorization'])
  })
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  beforeEach(() => {
    asked = 0
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY']) process.env[name] = `http://${login}@${host}`
  })

  test('that wants a login is named, without one that was given, and not asked again', async () => {
    answer = says('407 Proxy Authentication Required')
    for (const protocol of ['https', 'http']) {
      const failure = await failureOf(`${protocol}://registry.test/v2/`)
      expect(failure.message).toBe(`the proxy ${host} wants a login, or another one (407)`)
      expect(failure.advice).toContain('http://USER:PASSWORD@HOST:PORT')
    }
    expect(asked).toBe(2)
  })

  test('gets the login in its address, decoded', async () => {
    let given: string | undefined
    answer = (socket, header) => {
      given = header
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    }
    await failureOf('https://registry.test/v2/')
    expect(given).toBe(`Basic ${Buffer.from('me:p@ss-93').toString('base64')}`)
  })

  test.each([
    ['refuses the host', says('403 Forbidden'), /would not connect to registry\.test: it answered 403/, 1],
    ['has a problem', says('503 Busy'), /it answered 503/, 5],
    [
      'answers with a page',
      says('200 OK\r\nContent-Type: text/html', '<html>Please log in'),
      /would not connect to registry\.test: it gave an answer of its own/,
      1,
    ],
  ] as const)('that %s is named', async (_, itAnswers, what, times) => {
    answer = itAnswers
    const failure = await failureOf('https://registry.test/v2/')
    expect(failure.message).toMatch(what)
    expect(failure.message).toContain(host)
    expect(`${failure.message}${failure.advice ?? ''}`).not.toContain('p@ss')
    expect(asked).toBe(times)
  })

  test('that says nothing is not waited for without end', async () => {
    process.env['MICROMAMBA_IMAGE_SILENCE_SECONDS'] = '0.1'
    answer = (socket) => socket.resume().once('end', () => socket.end())
    for (const protocol of ['https', 'http']) {
      const failure = await failureOf(`${protocol}://registry.test/v2/`)
      // How long it says depends on which of the test files in this process has subscribed first.
      expect(failure.message).toContain(`the proxy ${host} cannot be reached: it was silent for `)
    }
    expect(asked).toBeGreaterThan(0)
  })

  test('that is dead is named, and NO_PROXY goes without it', async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    const failure = await failureOf('https://registry.test/v2/')
    expect(failure.message).toMatch(/^the proxy 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/)
    expect(failure.advice).toContain('NO_PROXY')
    process.env['NO_PROXY'] = 'registry.test'
    const direct = await failureOf('https://registry.test/v2/')
    expect(direct.message).not.toContain('proxy')
  })
})
