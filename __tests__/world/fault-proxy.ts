import { randomUUID } from 'node:crypto'
import { createServer, request as send, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { ServerResponse } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { createServer as createListener, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { bodyOf } from './loopback.ts'

/** An answer of the server behind, whole. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A request as the proxy sees it. */
export interface ProxiedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** How many requests with this method and path came before. */
  readonly before: number
}

/** What a request meets in place of its answer. It has the connection itself, and may do anything to it. */
export type Fault = (exchange: Exchange) => void | Promise<void>

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
  readonly proxy: FaultProxy
  /** How many requests have met the fault before. */
  readonly times: number
  /** Passes the request on, its body changed if need be, and waits for all of the answer. */
  readonly forward: (change?: (body: Buffer) => Buffer) => Promise<WholeAnswer>
}

/**
 * What a connection meets before anything is said on it.
 * @param pass has it served
 * @param before how many connections have met it
 */
export type ConnectionFault = (socket: Socket, pass: () => void, before: number) => void

export interface FaultProxyOptions {
  /** Where it listens; default: `127.0.0.1`. */
  readonly hostname?: string
  /** Has it speak https, by a name that leads here. */
  readonly secure?: { readonly name: string; readonly pair: KeyPair }
  /** Makes of an answer's addresses those that the client is to know; default: those of this proxy. */
  readonly rename?: (text: string) => string
}

export interface KeyPair {
  readonly key: Buffer
  readonly cert: Buffer
}

export interface FaultProxy {
  /** `127.0.0.1:PORT` or `NAME:PORT`, where clients go. */
  readonly host: string
  /** With `http://` or `https://`. */
  readonly origin: string
  /** The server behind. */
  readonly backHost: string
  /** All requests since the last `spoil`. */
  readonly requests: readonly ProxiedRequest[]
  /** Those that have met the fault. */
  readonly met: readonly ProxiedRequest[]
  /** How many connections there were since then. */
  readonly connections: number
  /** From now on requests that fit meet this fault, and no other. Without one all is passed on. */
  spoil(fits?: (request: ProxiedRequest) => boolean, fault?: Fault): Promise<void>
  /** Until the next `spoil` connections meet this fault, or another certificate. */
  spoilConnections(fault: ConnectionFault | KeyPair): void
  /** Keeps an answer for whoever asks for it. @returns its path */
  keep(answer: WholeAnswer): string
  /** Takes no connections for a while, and ends those that there are. @param milliseconds default: until the next `spoil` */
  close(milliseconds?: number): Promise<void>
  stop(): Promise<void>
}

/**
 * A server on loopback that passes everything on to another one, whole messages at a time, and spoils what it is told to. Addresses
 * in which the server behind names itself are made to name the proxy, as the client knows it.
 */
export async function startFaultProxy(
  backHost: string,
  { hostname = '127.0.0.1', secure, rename }: FaultProxyOptions = {},
): Promise<FaultProxy> {
  const counts = new Map<string, number>()
  const kept = new Map<string, WholeAnswer>()
  let requests: ProxiedRequest[] = []
  let met: ProxiedRequest[] = []
  let spoiled: { fits: (request: ProxiedRequest) => boolean; fault: Fault } | undefined
  let connections = 0
  let meet: ConnectionFault | undefined
  const sockets = new Set<Socket>()

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/', headers, socket } = incoming
    const before = counts.get(`${method} ${path}`) ?? 0
    counts.set(`${method} ${path}`, before + 1)
    const request = { method, path, headers, before }
    requests.push(request)
    const found = kept.get(path.replace(/\?.*/s, ''))
    const forward: Exchange['forward'] = async (change = (body) => body) =>
      found ??
      withNames(
        await exchange(backHost, incoming, change(await bodyOf(incoming))),
        rename ?? ((text) => text.replaceAll(backHost, headers.host ?? proxy.host)),
      )
    if (found || !spoiled?.fits(request)) {
      give(response, await forward())
      return
    }
    const times = met.length
    met.push(request)
    await spoiled.fault({ request: incoming, response, socket, proxy, times, forward })
  }

  const serve = (incoming: IncomingMessage, response: ServerResponse) => {
    // A client that goes away, and a connection that is cut on purpose: neither is to hear more of it.
    incoming.on('error', () => undefined)
    response.on('error', () => undefined)
    answer(incoming, response).catch(() => response.destroy())
  }
  const secured = secure && createSecure(secure.pair, serve)
  const served = secured ?? createServer(serve)
  served.keepAliveTimeout = 60_000
  const server = createListener((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    const pass = () => served.emit('connection', socket)
    const before = connections++
    if (meet) meet(socket, pass, before)
    else pass()
  })
  const open = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, hostname, resolve)
    })
  await open(0)
  const { port } = server.address() as AddressInfo // listening on TCP

  const host = `${secure?.name ?? (hostname.includes(':') ? `[${hostname}]` : hostname)}:${port}`
  const proxy: FaultProxy = {
    host,
    origin: `${secure ? 'https' : 'http'}://${host}`,
    backHost,
    get connections() {
      return connections
    },
    get met() {
      return met
    },
    get requests() {
      return requests
    },
    async spoil(fits, fault) {
      counts.clear()
      kept.clear()
      requests = []
      met = []
      spoiled = fits && fault && { fits, fault }
      connections = 0
      meet = undefined
      if (secure) secured?.setSecureContext(secure.pair)
      if (!server.listening) await open(port)
    },
    spoilConnections(fault) {
      if (typeof fault === 'function') meet = fault
      else secured?.setSecureContext(fault)
    },
    keep(answer) {
      const path = `/kept/${randomUUID()}`
      kept.set(path, answer)
      return path
    },
    async close(milliseconds) {
      server.close()
      for (const socket of sockets) socket.resetAndDestroy()
      if (milliseconds === undefined) return
      await sleep(milliseconds)
      if (!server.listening) await open(port)
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

/** Gives an answer as it is, with the length that it has. */
export function give(response: ServerResponse, { status, headers, body }: WholeAnswer): void {
  response.sendDate = false
  response.writeHead(status, without(headers, 'transfer-encoding')).end(body)
}

async function exchange(host: string, incoming: IncomingMessage, body: Buffer): Promise<WholeAnswer> {
  const { method, url: path, headers } = incoming
  const [hostname, port] = host.split(':')
  const rest = without(headers, 'transfer-encoding', 'connection')
  const length = body.length > 0 || 'content-length' in headers ? { 'content-length': body.length } : {}
  return new Promise((resolve, reject) => {
    const behind = send({ hostname, port, method, path, headers: { ...rest, host, ...length } })
    behind.on('error', reject)
    behind.on('response', (response) => {
      bodyOf(response).then(
        (content) => {
          resolve({ status: response.statusCode ?? 502, headers: response.headers, body: content })
        },
        (error: unknown) => {
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      )
    })
    behind.end(body)
  })
}

/** Headers without some. */
export function without(headers: IncomingHttpHeaders, ...names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

/** A server names itself by the address that it knows. */
function withNames({ status, headers, body }: WholeAnswer, rename: (text: string) => string): WholeAnswer {
  const changed = without(headers, 'connection', 'keep-alive')
  for (const name of ['location', 'www-authenticate'] as const) {
    const value = changed[name]
    if (value !== undefined) changed[name] = rename(value)
  }
  if (!/json/.test(headers['content-type'] ?? '')) return { status, headers: changed, body }
  const before = body.toString()
  const after = rename(before)
  if (after === before) return { status, headers: changed, body }
  const text = Buffer.from(after)
  return { status, headers: { ...changed, 'content-length': String(text.length) }, body: text }
}
