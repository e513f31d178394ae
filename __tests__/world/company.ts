import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certify } from './certificates.ts'
import { passOn } from './pass-on.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** A company's network: hosts by https, whose certificates are of an authority of its own, and which only its proxy can reach. */
export interface Company {
  /** The authority's certificate. */
  readonly certificate: string
  /** With user and password, without which it answers 407. */
  readonly proxy: string
  /** The places that connections were made to, `name:443`. */
  readonly connections: string[]
  stop(): Promise<void>
}

export const proxyPassword = 'proxy-p@ss-81'

/**
 * @param hosts who answers for a name: a handler, or a server on this machine without https, `127.0.0.1:PORT`
 */
export async function startCompany(hosts: Readonly<Record<string, Handler | string>>): Promise<Company> {
  const folder = await mkdtemp(join(tmpdir(), 'company-'))
  const { key, cert, certificate } = await certify(
    folder,
    Object.keys(hosts).map((name) => `DNS:${name}`),
  )
  const secure = createServer({ key, cert }, (request, response) => {
    const host = hosts[(request.headers.host ?? '').replace(/:\d+$/, '')]
    request.headers['x-forwarded-proto'] = 'https'
    if (typeof host === 'function') void Promise.try(host, request, response).catch(() => response.destroy())
    else if (host !== undefined) void passOn(host, request, response, { sent: 0, received: 0 })
    else response.writeHead(502).end()
  })
  const connections: string[] = []
  const sockets = new Set<Socket>()
  const proxy = createPlain((_, response) => response.writeHead(403).end('this proxy tunnels only'))
  const wanted = `Basic ${Buffer.from(`me:${proxyPassword}`).toString('base64')}`
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    const place = request.url ?? ''
    if (request.headers['proxy-authorization'] !== wanted) {
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="company"\r\nConnection: close\r\n\r\n',
      )
      return
    }
    if (!(place.replace(/:443$/, '') in hosts)) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    connections.push(place)
    const behind = connect((secure.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      socket.pipe(behind).pipe(socket)
    })
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
    }
  })
  for (const server of [secure, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = proxy.address() as AddressInfo // listening on TCP
  return {
    certificate,
    proxy: `http://me:${encodeURIComponent(proxyPassword)}@127.0.0.1:${port}`,
    connections,
    async stop() {
      for (const socket of sockets) socket.destroy()
      secure.closeAllConnections()
      proxy.closeAllConnections()
      await Promise.all([secure, proxy].map((server) => new Promise((resolve) => server.close(resolve))))
      await rm(folder, { recursive: true })
    },
  }
}
