import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  give,
  without,
  type Exchange,
  type Fault,
  type WholeAnswer,
} from '../../../__tests__/world/fault-proxy.ts'
import type { Stand } from './stand.ts'

/** What a network, a proxy on the way or a server can do to one request, whatever it is about. */
export interface NetworkFault {
  readonly name: string
  /** What of the exchange it spoils, and so which requests can meet it: those whose answers have a body; uploads; those that may be sent elsewhere. */
  readonly spoils: 'any' | 'answer' | 'upload' | 'place'
  /** Whether a client may well try again: what passes by itself has to be survived. */
  readonly passes: boolean
  /** Nothing is wrong: it has to be survived, be it for ever. */
  readonly harmless?: boolean
  /** Only a checksum tells: where there is none, it may be an error. */
  readonly unseen?: boolean
  /** It says how long to wait, and that is longer than any run may. */
  readonly asksTooMuch?: boolean
  /** For ever, other requests to the same server meet it too. */
  readonly spreads?: boolean
  /** @param forEver or once */
  readonly make: (stand: Stand, forEver: boolean) => Fault
}

/** What a signed address has in its query: it opens what it names. */
export const signature = 'sig-0f5d1c7e9b2a4863'

const always =
  (fault: Fault): NetworkFault['make'] =>
  () =>
    fault

const status = (code: number, headers: Record<string, string> = {}): NetworkFault['make'] =>
  always(async ({ request, response }) => {
    request.resume()
    await sleep(0)
    response.writeHead(code, { 'content-type': 'text/plain', ...headers }).end(`the proxy says ${code}`)
  })

/** The first half of the body, in as much of an answer as `head` makes of it. */
const half = (head: (answer: WholeAnswer) => WholeAnswer['headers'], end: (exchange: Exchange) => void) =>
  always(async (exchange) => {
    const answer = await exchange.forward()
    const { response } = exchange
    response.writeHead(answer.status, head(answer))
    await new Promise((resolve) => {
      response.write(answer.body.subarray(0, Math.ceil(answer.body.length / 2)), resolve)
    })
    end(exchange)
  })

const changed = (change: (answer: WholeAnswer) => WholeAnswer) =>
  always(async ({ response, forward }) => {
    give(response, change(await forward()))
  })

/** Sends the client elsewhere. @param to gives the address, of the right answer if need be */
const redirect = (
  to: (exchange: Exchange, stand: Stand) => Promise<string> | string,
): NetworkFault['make'] => {
  return (stand) => async (exchange) => {
    exchange.request.resume()
    const location = await to(exchange, stand)
    exchange.response.writeHead(307, { location, 'content-type': 'text/html' }).end('<a>moved</a>')
  }
}

const withLength = ({ headers, body }: WholeAnswer, length = body.length) => {
  const others = Object.entries(headers).filter(([name]) => name !== 'transfer-encoding')
  return { ...Object.fromEntries(others), 'content-length': String(length) }
}

const withoutLength = ({ headers }: WholeAnswer) => without(headers, 'content-length')

const portal = Buffer.from(
  '<!DOCTYPE html><html><head><title>Welcome to the network</title></head><body>Please log in.</body></html>',
)

const portalAnswer: WholeAnswer = {
  status: 200,
  headers: { 'content-type': 'text/html', 'content-length': String(portal.length) },
  body: portal,
}

/** Of a moment that a shortened clock takes for long. */
const step = 20

export const networkFaults: readonly NetworkFault[] = [
  {
    name: 'connection refused',
    spoils: 'any',
    passes: true,
    spreads: true,
    make:
      (_, forEver) =>
      async ({ proxy }) =>
        proxy.close(forEver ? undefined : step),
  },
  {
    name: 'reset before the answer',
    spoils: 'any',
    passes: true,
    make: always(({ socket }) => {
      socket.resetAndDestroy()
    }),
  },
  {
    name: 'reset while the request is sent',
    spoils: 'upload',
    passes: true,
    make: always(async ({ request, socket }) => {
      await once(request, 'data')
      socket.resetAndDestroy()
    }),
  },
  {
    name: 'done, and reset before the answer',
    spoils: 'any',
    passes: true,
    make: always(async ({ socket, forward }) => {
      await forward()
      socket.resetAndDestroy()
    }),
  },
  {
    name: 'reset in the answer',
    spoils: 'answer',
    passes: true,
    make: half(withLength, ({ socket }) => socket.resetAndDestroy()),
  },
  {
    name: 'reset after the answer',
    spoils: 'any',
    passes: true,
    harmless: true,
    make: always(async ({ response, socket, forward }) => {
      give(response, await forward())
      response.on('finish', () => setTimeout(() => socket.resetAndDestroy(), step / 2))
    }),
  },
  {
    name: 'ends early, length said',
    spoils: 'answer',
    passes: true,
    make: half(withLength, ({ socket }) => socket.end()),
  },
  {
    name: 'ends early, length not said',
    spoils: 'answer',
    passes: true,
    unseen: true,
    make: always(async ({ socket, forward }) => {
      const answer = await forward()
      const lines = Object.entries(withoutLength(answer)).map(
        ([name, value]) => `${name}: ${String(value)}\r\n`,
      )
      socket.write(`HTTP/1.1 ${answer.status} OK\r\n${lines.join('')}connection: close\r\n\r\n`)
      socket.end(answer.body.subarray(0, Math.ceil(answer.body.length / 2)))
    }),
  },
  {
    name: 'ends early, in chunks',
    spoils: 'answer',
    passes: true,
    make: half(withoutLength, ({ socket }) => socket.end()),
  },
  {
    name: 'stalls before the answer',
    spoils: 'any',
    passes: true,
    make: always(() => new Promise(() => undefined)),
  },
  {
    name: 'stalls in the answer',
    spoils: 'answer',
    passes: true,
    make: half(withLength, () => undefined),
  },
  {
    name: 'comes slowly',
    spoils: 'answer',
    passes: true,
    harmless: true,
    make: always(async ({ response, forward }) => {
      const answer = await forward()
      response.writeHead(answer.status, withLength(answer))
      const size = Math.max(40, Math.ceil(answer.body.length / 10))
      for (let at = 0; at < answer.body.length; at += size) {
        response.write(answer.body.subarray(at, at + size))
        await sleep(step)
      }
      response.end()
    }),
  },
  {
    name: 'trickles without end',
    spoils: 'answer',
    passes: true,
    make: always(async ({ response, forward }) => {
      const answer = await forward()
      response.writeHead(answer.status, withLength(answer, answer.body.length + 100_000))
      for (let at = 0; !response.destroyed; at++) {
        response.write(answer.body.subarray(at, at + 1).length > 0 ? answer.body.subarray(at, at + 1) : ' ')
        await sleep(4 * step)
      }
    }),
  },
  ...[401, 403, 404].map((code) => ({
    name: `${code}`,
    spoils: 'any' as const,
    passes: false,
    make: status(code),
  })),
  ...[408, 500, 502, 503, 504].map((code) => ({
    name: `${code}`,
    spoils: 'any' as const,
    passes: true,
    make: status(code),
  })),
  ...[
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 1500).toUTCString()],
    ['a date long past', () => new Date(0).toUTCString()],
    ['nonsense', () => 'soon, -1e9'],
    ['a year', () => '31536000'],
  ].map(([name, value]) => ({
    name: `429, Retry-After: ${name as string}`,
    spoils: 'any' as const,
    passes: true,
    ...(name === 'a year' && { asksTooMuch: true }),
    make: (stand: Stand, forEver: boolean) =>
      status(429, { 'retry-after': (value as () => string)() })(stand, forEver),
  })),
  {
    name: 'length too large',
    spoils: 'answer',
    passes: true,
    make: always(async ({ response, socket, forward }) => {
      const answer = await forward()
      response.writeHead(answer.status, withLength(answer, answer.body.length + 100))
      await new Promise((resolve) => response.write(answer.body, resolve))
      socket.end()
    }),
  },
  {
    name: 'length too small',
    spoils: 'answer',
    passes: true,
    unseen: true,
    make: always(async ({ response, forward }) => {
      const answer = await forward()
      response.writeHead(answer.status, withLength(answer, Math.floor(answer.body.length / 2)))
      response.end(answer.body)
    }),
  },
  {
    name: 'other bytes',
    spoils: 'answer',
    passes: false,
    make: changed((answer) => {
      const body = Buffer.from(answer.body)
      const middle = Math.floor(body.length / 2)
      body[middle] = (body[middle] ?? 0) ^ 1
      return { ...answer, body }
    }),
  },
  {
    name: "gzip'd, which nobody asked for",
    spoils: 'answer',
    passes: false,
    make: changed((answer) => {
      const body = gzipSync(answer.body)
      const headers = { ...withLength({ ...answer, body }), 'content-encoding': 'gzip' }
      return { ...answer, headers, body }
    }),
  },
  {
    name: "a captive portal's page",
    spoils: 'any',
    passes: false,
    make: always(({ request, response }) => {
      request.resume()
      give(response, portalAnswer)
    }),
  },
  {
    name: 'redirect to a captive portal',
    spoils: 'any',
    passes: false,
    make: redirect((_, { elsewhere }) => `http://${elsewhere.host}${elsewhere.keep(portalAnswer)}`),
  },
  {
    name: 'redirect to another host, by a signed address',
    spoils: 'place',
    passes: true,
    harmless: true,
    make: redirect(
      async ({ forward }, { elsewhere }) =>
        `http://${elsewhere.host}${elsewhere.keep(await forward())}?X-Amz-Signature=${signature}`,
    ),
  },
  {
    name: 'redirect by a signed address that is refused',
    spoils: 'any',
    passes: false,
    make: redirect((_, { elsewhere }) => {
      const body = Buffer.from('<Error><Code>AccessDenied</Code></Error>')
      const path = elsewhere.keep({ status: 403, headers: { 'content-type': 'application/xml' }, body })
      return `http://${elsewhere.host}${path}?X-Amz-Signature=${signature}`
    }),
  },
  {
    name: 'redirect to a relative path',
    spoils: 'place',
    passes: true,
    harmless: true,
    make: redirect(async ({ forward, proxy }) => proxy.keep(await forward())),
  },
  {
    name: 'redirect in a circle',
    spoils: 'any',
    passes: false,
    make: redirect(({ request }) => request.url ?? '/'),
  },
  {
    name: 'redirect to a host that is not there',
    spoils: 'any',
    passes: false,
    make: redirect(() => `http://gone.invalid/there?X-Amz-Signature=${signature}`),
  },
  {
    name: 'redirect to nonsense',
    spoils: 'any',
    passes: false,
    make: redirect(() => 'http://[nowhere'),
  },
]
