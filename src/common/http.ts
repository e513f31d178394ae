import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { HttpClient } from '@actions/http-client'
import { messageOf } from './errors.ts'

/**
 * One HTTP client for channels, release mirrors and registries: proxies from the environment, keep-alive, retries
 * with backoff. Redirects are followed here and not by the library, so that credentials stay with their host.
 */
const client = new HttpClient('micromamba-image-action', [], {
  keepAlive: true,
  maxSockets: 32,
  allowRedirects: false,
  allowRetries: false,
  socketTimeout: 60_000,
})

export interface HttpRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: URL
  /** `authorization` and cookies are sent to the origin of `url` only, never to another that it redirects to. */
  headers?: OutgoingHttpHeaders
  /** A stream is given as a function that opens it anew for each try; say its `content-length` in the headers. */
  body?: string | Uint8Array | (() => NodeJS.ReadableStream)
  /** Default true for GET and HEAD, false otherwise. */
  followRedirects?: boolean
  /** Tries after the first; default 4. */
  retries?: number
}

export interface HttpResponse {
  status: number
  headers: IncomingHttpHeaders
  /** The address that answered, after redirects. */
  url: URL
  /** Must be read or destroyed. */
  body: IncomingMessage
}

/** The connection failed on every try, or the server answered 429 or 5xx to all of them. */
export class HttpFailure extends Error {
  readonly url: URL
  readonly status?: number

  constructor(message: string, url: URL, status?: number, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HttpFailure'
    this.url = url
    this.status = status
  }
}

/** Seconds of the first pause; a test sets the variable to 0. */
const firstPause = () => Number(process.env['MICROMAMBA_IMAGE_RETRY_SECONDS'] ?? 1)
const isTransient = (status: number) => status === 429 || status === 408 || status >= 500
const sensitive = new Set(['authorization', 'cookie', 'proxy-authorization'])

/**
 * Sends a request and resolves with the response as soon as its headers are there. Any status below 500 but 429 and
 * 408 is a response; those are tried again, as broken connections are, after 1, 2, 4, 8 s or what `Retry-After` says.
 * @throws HttpFailure when the last try failed as well
 */
export async function request(options: HttpRequest): Promise<HttpResponse> {
  const tries = 1 + (options.retries ?? 4)
  for (let attempt = 1; ; attempt++) {
    let retryAfter: string | undefined
    let failure: HttpFailure
    try {
      const response = await send(options)
      if (!isTransient(response.status)) return response
      retryAfter = response.headers['retry-after']
      response.body.destroy()
      failure = new HttpFailure(`the server answered ${response.status}`, response.url, response.status)
    } catch (error) {
      failure = new HttpFailure(messageOf(error), options.url, undefined, { cause: error })
    }
    if (attempt >= tries) throw failure
    await pause(attempt, retryAfter)
  }
}

/** Waits before try number `attempt + 1`: 1, 2, 4, 8 … s, or what `Retry-After` says, up to a minute. */
export async function pause(attempt: number, retryAfter?: string): Promise<void> {
  const asked = Number(retryAfter)
  const seconds = retryAfter && Number.isFinite(asked) ? asked : firstPause() * 2 ** (attempt - 1)
  await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 60) * 1000))
}

async function send(options: HttpRequest): Promise<HttpResponse> {
  const method = options.method ?? 'GET'
  const follow = options.followRedirects ?? (method === 'GET' || method === 'HEAD')
  let url = options.url
  let headers: OutgoingHttpHeaders = { ...options.headers }
  if (typeof options.body === 'string') headers['content-length'] = Buffer.byteLength(options.body)
  if (options.body instanceof Uint8Array) headers['content-length'] = options.body.byteLength
  for (let hops = 0; ; hops++) {
    const body = typeof options.body === 'function' ? options.body() : bytesAsStream(options.body)
    const { message } = await client.request(method, url.href, body, headers)
    const status = message.statusCode ?? 0
    const location = message.headers.location
    if (!follow || !location || ![301, 302, 303, 307, 308].includes(status)) {
      return { status, headers: message.headers, url, body: message }
    }
    message.destroy()
    if (hops === 10) throw new Error('more than 10 redirects')
    const target = new URL(location, url)
    if (url.protocol === 'https:' && target.protocol !== 'https:') {
      throw new Error(`refused a redirect from https to ${target.origin}`)
    }
    if (target.origin !== url.origin) {
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) => !sensitive.has(name.toLowerCase())),
      )
    }
    url = target
  }
}

/** The library sends strings without a length and no buffers at all: both go as a stream of one chunk. */
function bytesAsStream(body: string | Uint8Array | undefined): NodeJS.ReadableStream | null {
  return body === undefined ? null : Readable.from([Buffer.from(body)], { objectMode: false })
}

/** Reads a whole body, at most `limit` bytes of it (default 16 MiB), which bounds memory against a hostile server. */
export async function readBody(response: HttpResponse, limit = 16 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new HttpFailure(`the answer is larger than ${limit} bytes`, response.url)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
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
