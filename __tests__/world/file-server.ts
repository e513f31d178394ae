import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { listen } from './loopback.ts'

/** A request, before it is answered. */
export interface FileRequest {
  readonly method: string
  /** Decoded, without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** How many requests with this method and path came before. */
  readonly before: number
}

/** What a request gets instead of its file: another answer, or the file's first bytes and then a broken connection. */
export type FileDisturbance =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | { readonly cutAfter: number }

/** What the log says of a request that is over. */
export interface ServedRequest {
  readonly method: string
  /** Decoded, without the query. */
  readonly path: string
  readonly status: number
  /** Bytes of the body that were sent. */
  readonly bytes: number
  /** As the request had it. */
  readonly range?: string
}

/** A file, by its path or its content; or a refusal. */
export type FileAnswer =
  | string
  | Uint8Array
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }

export interface FileServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** In the order in which they ended. */
  readonly requests: ServedRequest[]
  /** Asked at the beginning of each request; set it to spoil some, or to let them wait. */
  disturb: (request: FileRequest) => FileDisturbance | undefined | Promise<FileDisturbance | undefined>
  stop(): Promise<void>
}

/**
 * A server of files: GET and HEAD, ranges with validators, so that a download can be taken up where it broke off.
 * @param find what is at a path; 404 when nothing is
 */
export async function serveFiles(
  find: (request: FileRequest) => FileAnswer | undefined | Promise<FileAnswer | undefined>,
): Promise<FileServer> {
  const requests: ServedRequest[] = []
  const counts = new Map<string, number>()
  const server = await listen(async (incoming, response) => {
    const { method = 'GET', headers } = incoming
    const path = decodeURIComponent((incoming.url ?? '/').replace(/\?.*$/s, ''))
    const before = counts.get(`${method} ${path}`) ?? 0
    counts.set(`${method} ${path}`, before + 1)
    const sent = { bytes: 0 }
    response.once('close', () => {
      const { range } = headers
      requests.push({ method, path, status: response.statusCode, ...sent, ...(range && { range }) })
    })
    const request = { method, path, headers, before }
    const disturbance = await files.disturb(request)
    const answer = disturbance && 'status' in disturbance ? disturbance : await find(request)
    const content = typeof answer === 'string' ? await readFile(answer).catch(() => undefined) : answer
    if (content === undefined) response.writeHead(404).end()
    else if (content instanceof Uint8Array) {
      const limit = disturbance && 'cutAfter' in disturbance ? disturbance.cutAfter : Infinity
      const etag = await etagOf(typeof answer === 'string' ? answer : content)
      await send(response, request, { content, etag }, sent, limit)
    } else response.writeHead(content.status, content.headers).end(content.body)
  })
  const files: FileServer = {
    url: `http://${server.host}`,
    requests,
    disturb: () => undefined,
    stop: () => server.stop(),
  }
  return files
}

/** Of a file by what its folder says of it, as usual servers do: hashing it at each request would be felt in measurements. */
async function etagOf(file: string | Uint8Array): Promise<string> {
  if (typeof file !== 'string') return `"${createHash('sha256').update(file).digest('hex').slice(0, 16)}"`
  const { ino, size, mtimeMs } = await stat(file)
  return `"${ino}-${size}-${mtimeMs}"`
}

/** A whole file or, if it is still the one that was asked for, the rest of it (RFC 9110, 13.1.5 and 14.2). */
async function send(
  response: ServerResponse,
  { method, headers }: FileRequest,
  { content, etag }: { readonly content: Uint8Array; readonly etag: string },
  sent: { bytes: number },
  limit: number,
): Promise<void> {
  const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
  const validator = headers['if-range']
  const isRest = from !== undefined && (validator === undefined || validator === etag)
  const start = isRest ? Number(from) : 0
  if (start > content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    return
  }
  response.writeHead(isRest ? 206 : 200, {
    'accept-ranges': 'bytes',
    'content-length': content.length - start,
    etag,
    ...(isRest && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
  })
  if (method === 'HEAD') {
    response.end()
    return
  }
  const body = content.subarray(start, start + limit)
  await new Promise((resolve) => response.write(body, resolve))
  sent.bytes = body.length
  if (limit < content.length - start) response.destroy()
  else response.end()
}
