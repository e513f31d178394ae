import { randomUUID } from 'node:crypto'
import { createServer, request as send, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
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

export interface FaultProxy {
  /** `127.0.0.1:PORT`, where clients go. */
  readonly host: string
  /** The server behind. */
  readonly backHost: string
  /** All requests since the last `spoil`. */
  readonly requests: readonly ProxiedRequest[]
  /** Those that have met the fault. */
  readonly met: readonly ProxiedRequest[]
  /** From now on requests that fit meet this fault, and no other. Without one all is passed on. */
  spoil(fits?: (request: ProxiedRequest) => boolean, fault?: Fault): Promise<void>
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
export async function startFaultProxy(backHost: string, hostname = '127.0.0.1'): Promise<FaultProxy> {
  const counts = new Map<string, number>()
  const kept = new Map<string, WholeAnswer>()
  let requests: ProxiedRequest[] = []
  let met: ProxiedRequest[] = []
  let spoiled: { fits: (request: ProxiedRequest) => boolean; fault: Fault } | undefined
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
      withHost(
        await exchange(backHost, incoming, change(await bodyOf(incoming))),
        backHost,
        headers.host ?? proxy.host,
      )
    if (found || !spoiled?.fits(request)) {
      give(response, await forward())
      return
    }
    const times = met.length
    met.push(request)
    await spoiled.fault({ request: incoming, response, socket, proxy, times, forward })
  }

  const server = createServer((incoming, response) => {
    // A client that goes away, and a connection that is cut on purpose: neither is to hear more of it.
    incoming.on('error', () => undefined)
    response.on('error', () => undefined)
    answer(incoming, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  const open = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, hostname, resolve)
    })
  await open(0)
  const { port } = server.address() as AddressInfo // listening on TCP

  const proxy: FaultProxy = {
    host: hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`,
    backHost,
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
      if (!server.listening) await open(port)
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

/** A server names itself by the name that it knows. */
function withHost({ status, headers, body }: WholeAnswer, from: string, to: string): WholeAnswer {
  const changed = without(headers, 'connection', 'keep-alive')
  for (const name of ['location', 'www-authenticate'] as const) {
    const value = changed[name]
    if (value !== undefined) changed[name] = value.replaceAll(from, to)
  }
  if (!/json/.test(headers['content-type'] ?? '') || !body.includes(from)) {
    return { status, headers: changed, body }
  }
  const text = Buffer.from(body.toString().replaceAll(from, to))
  return { status, headers: { ...changed, 'content-length': String(text.length) }, body: text }
}
