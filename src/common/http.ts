import { subscribe } from 'node:diagnostics_channel'
import {
  request as requestPlain,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http'
import { request as requestSecure } from 'node:https'
import { pipeline } from 'node:stream'
import { HttpClient } from '@actions/http-client'
import { describeConnection, keepToHttps, wantsLogin } from './connection-failure.ts'
import { messageOf } from './errors.ts'
import { foreignText } from './foreign.ts'

/**
 * One HTTP client for channels, release mirrors and registries: proxies from the environment, keep-alive, retries
 * with backoff, redirects on which credentials stay with their host.
 *
 * The runner's own library contributes its connection pools, which know about proxies. It cannot send the requests:
 * an error of a body's stream would end the process there, and a pool of it serves one protocol only.
 */
const pools = { 'http:': createPool(), 'https:': createPool() }

function createPool(): HttpClient {
  return new HttpClient(undefined, [], { keepAlive: true, maxSockets: 32 })
}

export interface HttpRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: URL
  /** `authorization` and cookies are sent to the origin of `url` only, never to another that it redirects to. */
  headers?: OutgoingHttpHeaders
  /** A stream is given as a function that opens it anew for each try; say its `content-length` in the headers. */
  body?: string | Uint8Array | (() => NodeJS.ReadableStream | Promise<NodeJS.ReadableStream>)
  /** Default true for GET and HEAD, false otherwise. */
  followRedirects?: boolean
  /** Tries after the first; default 4. */
  retries?: number
  /**
   * Has all of an answer's body read within the tries, at most so many bytes of it: one that breaks off is had again. `readBody`
   * gives it.
   */
  read?: number
}

export interface HttpResponse {
  status: number
  headers: IncomingHttpHeaders
  /** The address that answered, after redirects. */
  url: URL
  /** Must be read or destroyed. */
  body: IncomingMessage
  /** What `read` has read. */
  bytes?: Buffer
}

/** The connection failed on every try, or the server answered 429 or 5xx to all of them. */
export class HttpFailure extends Error {
  readonly url: URL
  readonly status?: number
  /** The beginning of the last answer's body, which may tell the reason. */
  readonly answer?: string
  /** The last answer's. */
  readonly headers?: IncomingHttpHeaders
  /** What to do, where that is known. */
  readonly advice?: string

  constructor(
    message: string,
    url: URL,
    status?: number,
    options: ErrorOptions & { headers?: IncomingHttpHeaders; answer?: string; advice?: string } = {},
  ) {
    super(message, options)
    this.name = 'HttpFailure'
    this.url = url
    this.status = status
    this.headers = options.headers
    this.advice = options.advice
    this.answer = options.answer
  }

  /** How long the server wants to be left alone, in its words. */
  get retryAfter(): string | undefined {
    return this.headers?.['retry-after']
  }
}

/** What is no better the next time. */
class LastingFailure extends HttpFailure {}

/** Seconds of the first pause; a test sets the variable to 0. */
const firstPause = () => Number(process.env['MICROMAMBA_IMAGE_RETRY_SECONDS'] ?? 1)
/** Seconds of the longest, whatever `Retry-After` says: a minute. */
export const longestPause = () => 60 * firstPause()
// 501 says that it will never be otherwise.
export const isTransient = (status: number) =>
  status === 429 || status === 408 || (status >= 500 && status !== 501)
const sensitive = new Set(['authorization', 'cookie', 'proxy-authorization'])

/**
 * How long a connection may be silent; five times as long for uploads, after which a server stores before it answers. Who
 * wants to see what comes of a server that stalls shortens it by the variable, as `script/faults` does.
 */
export const silence = () => Number(process.env['MICROMAMBA_IMAGE_SILENCE_SECONDS'] ?? 60)
/** Bytes a second, over that time, below which a download counts as silent. libmamba's limit is the same. */
export const slowest = 30

/**
 * A proxy that takes a connection and does not say whether it makes a tunnel is not waited for without end: a request has no socket by then, the
 * silence of which it would notice. Those of the runner's libraries in this process are bounded by it too.
 */
subscribe('http.client.request.created', (message) => {
  const { request } = message as { request: ClientRequest } // Node's documentation of these channels
  if (request.method !== 'CONNECT') return
  const seconds = silence()
  request.setTimeout(seconds * 1000, () => request.destroy(new Error(`it was silent for ${seconds} s`)))
})

/**
 * Sends a request and resolves with the response as soon as its headers are there. Any status below 500 but 429 and
 * 408 is a response, and 501; the others are tried again, as broken connections are, after 1, 2, 4, 8 s or what `Retry-After` says.
 * @throws HttpFailure when the last try failed as well; an error of the body's own stream is thrown as it is, at once
 */
export async function request(options: HttpRequest): Promise<HttpResponse> {
  const tries = 1 + (options.retries ?? 4)
  for (let attempt = 1; ; attempt++) {
    let failure: HttpFailure
    try {
      const response = await send(options)
      if (!isTransient(response.status)) {
        return options.read === undefined
          ? response
          : { ...response, bytes: await readBody(response, options.read) }
      }
      failure = await failureOf(response)
    } catch (error) {
      if (error instanceof BodyError) throw error.cause
      failure = error instanceof HttpFailure ? error : failureOfConnection(error, options.url)
      if (failure instanceof LastingFailure) throw failure
    }
    if (attempt >= tries) throw failure
    await pause(attempt, failure.retryAfter)
  }
}

/** Waits before try number `attempt + 1`. */
export async function pause(attempt: number, retryAfter?: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, retrySeconds(attempt, retryAfter) * 1000))
}

/** How long to wait before try number `attempt + 1`: 1, 2, 4, 8 … s, or what `Retry-After` says, up to a minute. */
export function retrySeconds(attempt: number, retryAfter?: string): number {
  const seconds = secondsUntil(retryAfter) ?? firstPause() * 2 ** (attempt - 1)
  return Math.min(seconds, longestPause())
}

/** Of a `Retry-After`, which is a number of seconds or a date (RFC 9110, 10.2.3); undefined for anything else. */
export function secondsUntil(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined
  if (/^\s*\d+\s*$/.test(retryAfter)) return Number(retryAfter)
  const date = /^[A-Z][a-z]+, .*\d/.test(retryAfter) ? Date.parse(retryAfter) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000)
}

/** The stream that a request was to send failed: the server has no part in that. */
class BodyError extends Error {}

function failureOfConnection(error: unknown, url: URL): HttpFailure {
  const known = describeConnection(error, url)
  if (!known) return new HttpFailure(messageOf(error), url, undefined, { cause: error })
  const { what, advice, passes } = known
  return new (passes ? HttpFailure : LastingFailure)(what, url, undefined, { cause: error, advice })
}

async function failureOf(response: HttpResponse): Promise<HttpFailure> {
  const answer = await readBody(response, 64 * 1024).catch(() => Buffer.alloc(0))
  return new HttpFailure(`the server answered ${response.status}`, response.url, response.status, {
    headers: response.headers,
    answer: answer.toString(),
  })
}

async function send(options: HttpRequest): Promise<HttpResponse> {
  const method = options.method ?? 'GET'
  const follow = options.followRedirects ?? (method === 'GET' || method === 'HEAD')
  let url = options.url
  let headers: OutgoingHttpHeaders = {
    'user-agent': 'micromamba-image-action',
    // Else a server may choose how to encode what it sends (RFC 9110, 12.5.3), and checksums are of what was sent.
    'accept-encoding': 'identity',
    ...options.headers,
  }
  for (let hops = 0; ; hops++) {
    const message = await exchange(method, url, headers, options.body)
    const response = { status: message.statusCode ?? 0, headers: message.headers, url, body: message }
    if (response.status === 407) {
      const { what, advice } = wantsLogin(url)
      message.destroy()
      throw new LastingFailure(what, url, undefined, { advice })
    }
    const location = message.headers.location
    if (!follow || !location || ![301, 302, 303, 307, 308].includes(response.status)) return response
    // Read, not thrown away, so that the connection serves again.
    await readBody(response, 64 * 1024)
    if (hops === 10) throw new LastingFailure('more than 10 redirects', url)
    const target = throughProxy(new URL(location, url), url)
    if (url.protocol === 'https:' && target.protocol !== 'https:') {
      throw new LastingFailure(`refused a redirect from https to ${target.origin}`, url, undefined, {
        advice: keepToHttps,
      })
    }
    if (target.origin !== url.origin) {
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) => !sensitive.has(name.toLowerCase())),
      )
    }
    url = target
  }
}

/** One request and the head of its response. */
async function exchange(
  method: string,
  url: URL,
  headers: OutgoingHttpHeaders,
  content: HttpRequest['body'],
): Promise<IncomingMessage> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`${url.protocol} is not a protocol of downloads`)
  }
  const isSecure = url.protocol === 'https:'
  const agent = pools[url.protocol].getAgent(url.href)
  // Agents that tunnel through a proxy do not know it, and would take 80.
  const defaultPort = isSecure ? 443 : 80
  const send = isSecure ? requestSecure : requestPlain
  const body = typeof content === 'function' ? await openBody(content) : content
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, headers, agent, defaultPort })
    let isAnswered = false
    const seconds = content === undefined ? silence() : 5 * silence()
    outgoing.setTimeout(seconds * 1000, () => {
      // Once there is an answer its pace counts: who reads slowly lets the connection rest as well.
      if (!isAnswered) outgoing.destroy(new Error(`the server was silent for ${seconds} s`))
    })
    outgoing.on('error', reject)
    outgoing.on('response', (message) => {
      isAnswered = true
      watchPace(message)
      // A server that answers before it has all of the body, with a refusal that is, does not want the rest.
      message.once('end', () => {
        if (!outgoing.writableFinished) outgoing.destroy()
      })
      resolve(message)
    })
    if (body === undefined) outgoing.end()
    else if (typeof body === 'string' || body instanceof Uint8Array) {
      outgoing.setHeader('content-length', Buffer.byteLength(body))
      outgoing.end(body)
    } else {
      body.on('error', (error: unknown) => {
        reject(new BodyError('the body could not be read', { cause: error }))
      })
      // The callback has nothing to add: either end of the pipeline reports its errors above.
      pipeline(body, outgoing, () => undefined)
    }
  })
}

/** Ends an answer of which next to nothing comes, while it is waited for. */
function watchPace(message: IncomingMessage): void {
  const { socket } = message
  const seconds = silence()
  let before = socket.bytesRead
  const timer = setInterval(() => {
    const count = socket.bytesRead - before
    before = socket.bytesRead
    if (message.readableLength > 0 || count >= slowest * seconds) return
    message.destroy(new Error(`the server sent ${count} bytes in ${seconds} s`))
  }, seconds * 1000)
  message.once('close', () => {
    clearInterval(timer)
  })
}

async function openBody(open: () => NodeJS.ReadableStream | Promise<NodeJS.ReadableStream>) {
  try {
    return await open()
  } catch (error) {
    throw new BodyError('the body could not be opened', { cause: error })
  }
}

/**
 * Reads a whole body, at most `limit` bytes of it (default 16 MiB), which bounds memory against a hostile server.
 * @throws HttpFailure when it is longer, or the connection breaks
 */
export async function readBody(response: HttpResponse, limit = 16 * 1024 * 1024): Promise<Buffer> {
  if (response.bytes) return response.bytes
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > limit) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw new HttpFailure(`the answer broke off: ${messageOf(error)}`, response.url, undefined, {
      cause: error,
    })
  }
  if (size > limit) throw new LastingFailure(`the answer is larger than ${limit} bytes`, response.url)
  return Buffer.concat(chunks)
}

/**
 * What is odd about an answer that is not what was asked for, though the status says that all is well: proxies and networks that want a
 * login answer in a server's place.
 * @returns undefined when nothing is
 */
export function oddityOf({ headers }: Pick<HttpResponse, 'headers'>): string | undefined {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity')
    return `it came in the encoding ${foreignText(encoding)}, which was not asked for`
  return headers['content-type']?.startsWith('text/html') ? 'it came as a web page' : undefined
}

/** Whether plain http may be spoken to this host: loopback only. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname === '::1' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  )
}

/**
 * An address that a server gave of itself, as it is reached from here: behind a proxy that ends TLS it may think that it is
 * spoken to in plain http, at a port of its own.
 * @param asked the address that it answered at
 */
export function throughProxy(target: URL, asked: URL): URL {
  if (target.hostname !== asked.hostname || target.protocol !== 'http:' || asked.protocol !== 'https:') {
    return target
  }
  const reached = new URL(target)
  reached.protocol = asked.protocol
  reached.port = asked.port
  return reached
}
