import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { HttpFailure, pause, readBody, request, throughProxy } from '../../src/common/http.ts'
import { serve, type TestServer } from '../registry/servers.ts'

const servers: TestServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
async function start(...handlers: Parameters<typeof serve>) {
  const server = await serve(...handlers)
  servers.push(server)
  return { ...server, url: new URL(`http://${server.host}/start`) }
}

describe('retries', () => {
  test.each([429, 408, 500, 503])('%d is tried again', async (status) => {
    let calls = 0
    const { url } = await start((_request, response) => {
      response.writeHead(++calls < 3 ? status : 200).end('fine')
    })
    const response = await request({ url })
    expect(String(await readBody(response))).toBe('fine')
    expect(calls).toBe(3)
  })
  test('so is a connection that breaks', async () => {
    let calls = 0
    const { url } = await start((incoming, response) => {
      if (++calls < 3) incoming.socket.destroy()
      else response.end('fine')
    })
    expect(String(await readBody(await request({ url })))).toBe('fine')
  })
  test.each([404, 501])('%d is an answer', async (status) => {
    const { url, requests } = await start((_request, response) => response.writeHead(status).end())
    const response = await request({ url })
    expect(response.status).toBe(status)
    response.body.resume()
    expect(requests).toHaveLength(1)
  })
  test('the last failure tells what the server said', async () => {
    const { url, requests } = await start((_request, response) => {
      response.writeHead(429, { 'retry-after': '0' }).end('too many requests')
    })
    const failure = await request({ url, retries: 2 }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(HttpFailure)
    expect(failure).toMatchObject({ status: 429, answer: 'too many requests', retryAfter: '0' })
    expect(requests).toHaveLength(3)
  })
})

describe('Retry-After', () => {
  const variable = 'MICROMAMBA_IMAGE_RETRY_SECONDS'
  const before = process.env[variable]
  afterEach(() => {
    process.env[variable] = before
  })
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString()
  test.each([
    ['seconds', () => '1', 0.02],
    ['a date', () => inSeconds(2), 0.02],
    // Of the first pause; a year of waiting is a minute.
    ['a year', () => '31536000', 0.01],
    ['a year, as a date', () => inSeconds(31536000), 0.01],
  ])('of %s is waited for', async (_what, value, first) => {
    process.env[variable] = String(first)
    const start = performance.now()
    await pause(1, value())
    expect(performance.now() - start).toBeGreaterThan(500)
  })
  test.each(['soon', '-5', '', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, nonsense'])(
    "of '%s' is not, or is over",
    async (value) => {
      process.env[variable] = '0.01'
      await pause(1, value)
    },
  )
})

describe('redirects', () => {
  test.each([
    ['http://a.example/x?y', 'https://a.example:8443/', 'https://a.example:8443/x?y'],
    ['http://a.example:5000/x', 'https://a.example/', 'https://a.example/x'],
    ['http://b.example/x', 'https://a.example/', 'http://b.example/x'],
    ['http://a.example/x', 'http://a.example:5000/', 'http://a.example/x'],
    ['https://a.example/x', 'https://a.example:8443/', 'https://a.example/x'],
  ])('to %s, from %s, go to %s: a proxy may end TLS unknown to the server', (target, asked, reached) => {
    expect(throughProxy(new URL(target), new URL(asked)).href).toBe(reached)
  })
  test('a relative one is followed, with the credentials', async () => {
    const seen: unknown[] = []
    const { url, requests } = await start((incoming, response) => {
      seen.push(incoming.headers.authorization)
      if (incoming.url === '/start') response.writeHead(307, { location: 'end?x=1' }).end('moved')
      else response.end('here')
    })
    const response = await request({ url, headers: { authorization: 'secret' } })
    expect(String(await readBody(response))).toBe('here')
    expect(response.url.pathname).toBe('/end')
    expect(requests).toEqual(['GET /start', 'GET /end?x=1'])
    expect(seen).toEqual(['secret', 'secret'])
  })
  test('another origin, be it another port only, sees no credentials, nor does what comes after it', async () => {
    const seen: unknown[] = []
    const other = await start((incoming, response) => {
      seen.push([incoming.headers.authorization, incoming.headers.cookie, incoming.headers.accept])
      if (incoming.url === '/back') response.writeHead(302, { location: first.url.href }).end()
      else response.end('here')
    })
    let calls = 0
    const first = await start((incoming, response) => {
      seen.push(incoming.headers.authorization)
      const path = ++calls === 1 ? '/back' : '/end'
      response.writeHead(302, { location: `http://${other.host}${path}` }).end()
    })
    const response = await request({
      url: first.url,
      headers: { Authorization: 'secret', COOKIE: 'secret', Accept: 'text/plain' },
    })
    expect(String(await readBody(response))).toBe('here')
    const stripped = [undefined, undefined, 'text/plain']
    expect(seen).toEqual(['secret', stripped, undefined, stripped])
  })
  test('a circle comes to an end', async () => {
    const { url } = await start((_request, response) => response.writeHead(302, { location: '/start' }).end())
    await expect(request({ url, retries: 0 })).rejects.toThrow(/more than 10 redirects/)
  })
  test('a POST is not sent elsewhere', async () => {
    const { url, requests } = await start((_request, response) =>
      response.writeHead(307, { location: '/end' }).end(),
    )
    const response = await request({ method: 'POST', url, body: 'x' })
    expect(response.status).toBe(307)
    response.body.resume()
    expect(requests).toHaveLength(1)
  })
})

describe('bodies', () => {
  const echo = async (spoiled = 0) => {
    let calls = 0
    return start((incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const length = incoming.headers['content-length'] ?? 'none'
        response.writeHead(++calls > spoiled ? 200 : 503).end(`${length} ${Buffer.concat(chunks).toString()}`)
      })
    })
  }
  test.each([
    ['a string', 'häuser', '7 häuser'],
    ['bytes', Buffer.from('bytes'), '5 bytes'],
    ['nothing', '', '0 '],
  ])('%s goes with its length', async (_what, body, answer) => {
    const { url } = await echo()
    expect(String(await readBody(await request({ method: 'PUT', url, body })))).toBe(answer)
  })
  test('a stream is opened anew for each try', async () => {
    const { url } = await echo(2)
    let opened = 0
    const response = await request({
      method: 'PUT',
      url,
      headers: { 'content-length': 4 },
      body: async () => {
        opened++
        await sleep(0)
        return Readable.from([Buffer.from('ab'), Buffer.from('cd')])
      },
    })
    expect(String(await readBody(response))).toBe('4 abcd')
    expect(opened).toBe(3)
  })
  test('a stream that fails is the error, at once', async () => {
    const { url, requests } = await echo()
    const body = () =>
      Readable.from(
        (function* () {
          yield Buffer.from('ab')
          throw new Error('the disk is gone')
        })(),
      )
    await expect(request({ method: 'PUT', url, headers: { 'content-length': 4 }, body })).rejects.toThrow(
      /^the disk is gone$/,
    )
    expect(requests.length).toBeLessThan(2)
  })
  test('a stream that cannot be opened as well', async () => {
    const { url, requests } = await echo()
    const body = () => Promise.reject(new Error('no such file'))
    await expect(request({ method: 'PUT', url, body })).rejects.toThrow(/^no such file$/)
    expect(requests).toHaveLength(0)
  })
  test('a server that refuses before it has everything is heard, and the rest not read', async () => {
    const { url } = await start((_request, response) => response.writeHead(413).end('too big'))
    let read = 0
    const closed = Promise.withResolvers<undefined>()
    const body = () =>
      new Readable({
        read() {
          read++
          this.push(Buffer.alloc(64 * 1024))
        },
        destroy(error, done) {
          closed.resolve(undefined)
          done(error)
        },
      })
    const response = await request({ method: 'PUT', url, headers: { 'content-length': 1e12 }, body })
    expect(response.status).toBe(413)
    expect(String(await readBody(response))).toBe('too big')
    await closed.promise
    expect(read).toBeLessThan(1000)
  })
  test('an answer larger than expected is cut off', async () => {
    const { url } = await start((_request, response) => response.end('x'.repeat(1000)))
    await expect(readBody(await request({ url }), 999)).rejects.toThrow(/larger than 999 bytes/)
  })
})

describe('a body that is read within the tries', () => {
  test('is had again when it breaks off', async () => {
    let calls = 0
    const { url } = await start((incoming, response) => {
      response.writeHead(200, { 'content-length': 4 })
      if (++calls < 3) response.write('ha', () => incoming.socket.destroy())
      else response.end('half')
    })
    const response = await request({ url, read: 100 })
    expect(String(await readBody(response))).toBe('half')
    expect(calls).toBe(3)
  })
  test('is not when it is too large', async () => {
    const { url, requests } = await start((_request, response) => response.end('x'.repeat(1000)))
    await expect(request({ url, read: 999 })).rejects.toThrow(/larger than 999 bytes/)
    expect(requests).toHaveLength(1)
  })
})

describe('a server that is too slow', () => {
  beforeEach(() => {
    process.env['MICROMAMBA_IMAGE_SILENCE_SECONDS'] = '0.2'
  })
  afterEach(() => {
    delete process.env['MICROMAMBA_IMAGE_SILENCE_SECONDS']
  })
  test('to begin, or to go on, is given up', async () => {
    const { url } = await start(() => undefined)
    await expect(request({ url, retries: 1 })).rejects.toThrow(/silent for 0.2 s/)
    const half = await start((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half')
    })
    await expect(readBody(await request({ url: half.url }))).rejects.toThrow(/0.2 s/)
  })
  test('since it sends a byte now and then, is given up', async () => {
    const { url } = await start((_request, response) => {
      response.writeHead(200, { 'content-length': 10_000 })
      const timer = setInterval(() => response.write('x'), 80)
      response.on('close', () => {
        clearInterval(timer)
      })
    })
    await expect(readBody(await request({ url }))).rejects.toThrow(/sent \d bytes in 0.2 s/)
  })
  test('is not a reader that takes its time', async () => {
    const { url } = await start((_request, response) => response.end(Buffer.alloc(200_000)))
    const response = await request({ url })
    let size = 0
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size === chunk.length) await sleep(500)
    }
    expect(size).toBe(200_000)
  })
})

test('nobody is asked to encode what he sends', async () => {
  const seen: unknown[] = []
  const { url } = await start((incoming, response) => {
    seen.push(incoming.headers['accept-encoding'])
    response.end()
  })
  ;(await request({ url })).body.resume()
  expect(seen).toEqual(['identity'])
})

test('an answer that breaks off is a failure of the connection', async () => {
  const { url } = await start((incoming, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('half', () => incoming.socket.destroy())
  })
  await expect(readBody(await request({ url }))).rejects.toThrow(HttpFailure)
})

describe('a proxy', () => {
  let proxy: Awaited<ReturnType<typeof startProxy>> | undefined
  afterEach(() => {
    delete process.env['http_proxy']
    delete process.env['https_proxy']
    proxy?.close()
  })
  /** A proxy that tunnels to the server whatever host it is asked for. */
  async function startProxy(host: string) {
    const asked: string[] = []
    const proxy = createServer().on('connect', (incoming: IncomingMessage, socket: Socket) => {
      asked.push(`${incoming.url ?? ''} ${incoming.headers['proxy-authorization'] ?? ''}`)
      const [hostname = '', port = ''] = host.split(':')
      const behind = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.pipe(behind).pipe(socket)
      })
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo // listening on TCP
    return { asked, address: `127.0.0.1:${port}`, close: () => proxy.close() }
  }

  test('from the environment is used, but not for this machine', async () => {
    const server = await start((incoming, response) => response.end(incoming.headers.host))
    proxy = await startProxy(server.host)
    process.env['http_proxy'] = `http://user:pass@${proxy.address}`
    const through = await request({ url: new URL('http://registry.invalid/v2/') })
    expect(String(await readBody(through))).toBe('registry.invalid')
    expect(String(await readBody(await request({ url: server.url })))).toBe(server.host)
    // The server behind speaks no TLS: it is the port asked for that counts.
    process.env['https_proxy'] = process.env['http_proxy']
    await expect(request({ url: new URL('https://registry.invalid/'), retries: 0 })).rejects.toThrow(
      HttpFailure,
    )
    const basic = `Basic ${Buffer.from('user:pass').toString('base64')}`
    expect(proxy.asked).toEqual([`registry.invalid:80 ${basic}`, `registry.invalid:443 ${basic}`])
  })
})

test('other protocols are refused', async () => {
  await expect(request({ url: new URL('file:///etc/passwd'), retries: 0 })).rejects.toThrow(/file:/)
})
