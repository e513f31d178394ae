import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { listen } from './loopback.ts'
import { passOn, type Cut, type Passed } from './pass-on.ts'
import { Gate, type RegistryAuth } from './registry-auth.ts'
import { startRegistryProcess } from './registry-process.ts'

export { account, type RegistryAuth } from './registry-auth.ts'

/** A request as the front of the registry sees it. */
export interface RegistryRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** How many requests with this method and path came before. */
  readonly before: number
}

/** What a request meets instead of the registry, or on the way to it or back: the connection is cut after some bytes. */
export type Disturbance =
  { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | Cut

/** What the log says of a request that is over. */
export interface LoggedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** 0 when the connection ended before there was an answer. */
  readonly status: number
  /** Bytes of the request's body and of the answer's, as far as they came. */
  readonly sent: number
  readonly received: number
}

export interface Registry {
  /** `127.0.0.1:PORT`, where clients go */
  readonly host: string
  /** The registry behind the front: no login, no log, no disturbance. For setting the world up, and for looking at it. */
  readonly backHost: string
  /** In the order in which they ended. */
  readonly requests: LoggedRequest[]
  /** Until `requests` has all that are over. */
  settled(): Promise<void>
  /** Asked by the front at the beginning of each request; set it to spoil some. */
  disturb: (request: RegistryRequest) => Disturbance | undefined
  stop(): Promise<void>
}

export interface RegistryOptions {
  readonly auth?: RegistryAuth
  /** Without the front, whose work would be felt in measurements: clients talk to the registry, and the log is its own. */
  readonly direct?: boolean
}

/** Debian's docker-registry with an empty store, deletes allowed, and before it what a test wants to see or to spoil. */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const back = await startRegistryProcess()
  if (options.direct) {
    const { host } = back
    const log = back.readLog()
    return {
      host,
      backHost: host,
      requests: log.requests,
      settled: () => log.settled(host),
      disturb: () => undefined,
      stop: () => back.stop(),
    }
  }
  const requests: LoggedRequest[] = []
  const counts = new Map<string, number>()
  const gate = new Gate(options.auth ?? 'none')

  const front = await listen(async (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request
    const before = counts.get(`${method} ${path}`) ?? 0
    counts.set(`${method} ${path}`, before + 1)
    const passed = { sent: 0, received: 0 }
    response.once('close', () => {
      requests.push({ method, path, status: response.headersSent ? response.statusCode : 0, ...passed })
    })
    const disturbance = registry.disturb({ method, path, headers, before })
    if (disturbance && 'status' in disturbance) answer(request, response, passed, disturbance)
    else {
      const refused = gate.answer(front.host, method, path, headers)
      if (refused) answer(request, response, passed, refused)
      else await passOn(back.host, request, response, passed, disturbance)
    }
  })

  const registry: Registry = {
    host: front.host,
    backHost: back.host,
    requests,
    settled: () => Promise.resolve(),
    disturb: () => undefined,
    async stop() {
      await front.stop()
      await back.stop()
    },
  }
  return registry
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  passed: Passed,
  { status, headers, body = '' }: { status: number; headers?: Record<string, string>; body?: string },
): void {
  request.on('data', (chunk: Buffer) => (passed.sent += chunk.length))
  passed.received = request.method === 'HEAD' ? 0 : Buffer.byteLength(body)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}
