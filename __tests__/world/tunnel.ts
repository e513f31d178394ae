import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'

/** What a request for a tunnel meets. @param before how many there were */
export type TunnelFault = (socket: Socket, before: number, pass: () => void) => void

/** A proxy that tunnels (RFC 9110, 9.3.6), and does nothing else. */
export interface Tunnel {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** With its login, where it wants one. */
  readonly url: string
  /** The places that tunnels were asked for, `name:443`. */
  readonly asked: readonly string[]
  /** Those to which there was one. */
  readonly made: readonly string[]
  /** From now on that becomes of requests. */
  meet(fault: TunnelFault): void
  /** From now on nobody is there. */
  close(): Promise<void>
  stop(): Promise<void>
}

export interface TunnelOptions {
  readonly login?: { readonly user: string; readonly password: string }
  /** The port of this machine at which a place is; undefined for places that are not reached. */
  readonly portOf: (place: string) => number | undefined
}

export async function startTunnel({ login, portOf }: TunnelOptions): Promise<Tunnel> {
  const asked: string[] = []
  const made: string[] = []
  const sockets = new Set<Socket>()
  let meet: TunnelFault = (_, __, pass) => {
    pass()
  }
  const wanted = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`

  const pass = (place: string, given: string | undefined, socket: Socket) => {
    if (given !== wanted) {
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="company"\r\nConnection: close\r\n\r\n',
      )
      return
    }
    const port = portOf(place)
    if (port === undefined) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    made.push(place)
    const behind = connect(port, '127.0.0.1', () => {
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
  }

  const server = createServer((_, response) => response.writeHead(403).end('this proxy tunnels only'))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.on('connect', ({ url: place = '', headers }: IncomingMessage, socket: Socket) => {
    meet(socket, asked.push(place) - 1, () => {
      pass(place, headers['proxy-authorization'], socket)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  return {
    host,
    url: login ? `http://${login.user}:${encodeURIComponent(login.password)}@${host}` : `http://${host}`,
    asked,
    made,
    meet(fault) {
      meet = fault
    },
    close,
    stop: close,
  }
}
