import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf, listen } from './loopback.ts'

/** A saved cache entry. */
export interface CacheEntry {
  readonly id: number
  readonly key: string
  /** A hash of paths and compression: entries of different versions never meet. */
  readonly version: string
  /** Its path in the store of blobs. */
  readonly blob: string
  readonly content: Buffer
}

export interface CacheService {
  /** What the runner sets for actions. `RUNNER_TEMP` and `GITHUB_WORKSPACE` are needed by `@actions/cache` as well. */
  readonly environment: Readonly<Record<string, string>>
  /** The entries whose upload was finished, the oldest first. */
  readonly entries: readonly CacheEntry[]
  /** `METHOD /path` of every request, without the query, in order. */
  readonly requests: readonly string[]
  /** With true, tokens may no longer write, as those of pull requests from forks. */
  readOnly: boolean
  stop(): Promise<void>
}

type Upload = Pick<CacheEntry, 'key' | 'version' | 'blob'>

/**
 * GitHub's cache service, version 2: Twirp calls in JSON, and a store of blobs that speaks as much of Azure's protocol
 * as uploads and downloads need (learn.microsoft.com/rest/api/storageservices: Put Blob, Put Block, Put Block List,
 * Get Blob). Everything is in memory.
 */
export async function startCacheService(options: { readOnly?: boolean } = {}): Promise<CacheService> {
  const token = `token-${randomUUID()}`
  const entries: CacheEntry[] = []
  const uploads: Upload[] = []
  const requests: string[] = []
  const blobs = new BlobStore()

  const calls: Record<string, (asked: Record<string, unknown>) => object> = {
    CreateCacheEntry({ key, version }) {
      if (service.readOnly) return { ok: false, message: 'cache write denied: the token is read-only' }
      const isSame = (other: { key: string; version: string }) =>
        other.key === key && other.version === version
      if (entries.some(isSame) || uploads.some(isSame)) {
        return { ok: false, message: 'cache entry with the same key, version, and scope already exists' }
      }
      const blob = `/account/caches/${randomUUID()}`
      uploads.push({ key: String(key), version: String(version), blob })
      return { ok: true, signed_upload_url: signedUrl(blob) }
    },
    FinalizeCacheEntryUpload({ key, version, size_bytes }) {
      const upload = uploads.find((it) => it.key === key && it.version === version)
      const content = upload && blobs.get(upload.blob)
      if (!content || content.length !== Number(size_bytes)) {
        return { ok: false, message: `not all of the ${String(size_bytes)} bytes were uploaded` }
      }
      uploads.splice(uploads.indexOf(upload), 1)
      const id = entries.length + 1
      entries.push({ id, ...upload, content })
      return { ok: true, entry_id: String(id) }
    },
    GetCacheEntryDownloadURL({ key, restore_keys, version }) {
      const newestFirst = entries.filter((entry) => entry.version === version).reverse()
      const keys = [key, ...((restore_keys as unknown[] | undefined) ?? [])].map(String)
      // The service takes the exact key first, then each key as a prefix, in the order given.
      const found =
        newestFirst.find((entry) => entry.key === keys[0]) ??
        keys.flatMap((prefix) => newestFirst.filter((entry) => entry.key.startsWith(prefix)))[0]
      return found
        ? {
            ok: true,
            signed_download_url: signedUrl(found.blob),
            matched_key: found.key,
          }
        : { ok: false }
    },
  }

  // Random, for clients mask signatures in the log, and with them whatever looks the same.
  const signedUrl = (blob: string) => `http://${server.host}${blob}?sig=${randomUUID()}`

  const server = await listen(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://loopback')
    requests.push(`${request.method ?? ''} ${pathname}`)
    const call = /^\/twirp\/github\.actions\.results\.api\.v1\.CacheService\/(\w+)$/.exec(pathname)?.[1]
    if (call === undefined) {
      await blobs.serve(request, response, pathname, searchParams)
      return
    }
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.headers.authorization !== `Bearer ${token}`) {
      answer(401, { code: 'unauthenticated', msg: 'not the token of this service' })
    } else if (!(call in calls)) {
      answer(404, { code: 'bad_route', msg: `there is no call ${call}` })
    } else {
      const asked = JSON.parse((await bodyOf(request)).toString()) as Record<string, unknown>
      answer(200, calls[call]?.(asked) ?? {})
    }
  })

  const service: CacheService = {
    environment: {
      ACTIONS_RESULTS_URL: `http://${server.host}/`,
      ACTIONS_RUNTIME_TOKEN: token,
      ACTIONS_CACHE_SERVICE_V2: 'true',
    },
    entries,
    requests,
    readOnly: options.readOnly ?? false,
    stop: () => server.stop(),
  }
  return service
}

/** Block blobs by path: put whole, or in blocks that a list then puts in order; got whole or in part. */
class BlobStore {
  readonly #blobs = new Map<string, Buffer>()
  readonly #blocks = new Map<string, Buffer>()

  get(path: string): Buffer | undefined {
    return this.#blobs.get(path)
  }

  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): Promise<void> {
    if (request.method === 'PUT') {
      this.#put(path, query, await bodyOf(request))
      response.writeHead(201, { etag: '"1"', 'x-ms-request-id': randomUUID() }).end()
      return
    }
    const content = this.#blobs.get(path)
    if (!content) {
      response.writeHead(404, { 'x-ms-error-code': 'BlobNotFound' }).end()
      return
    }
    const headers = { etag: '"1"', 'accept-ranges': 'bytes', 'x-ms-blob-type': 'BlockBlob' }
    const asked = request.headers['x-ms-range'] ?? request.headers.range
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(String(asked)) ?? []
    if (first === undefined) {
      response.writeHead(200, { ...headers, 'content-length': content.length })
      response.end(request.method === 'HEAD' ? undefined : content)
      return
    }
    const part = content.subarray(Number(first), last ? Number(last) + 1 : undefined)
    response.writeHead(206, {
      ...headers,
      'content-length': part.length,
      'content-range': `bytes ${first}-${Number(first) + part.length - 1}/${content.length}`,
    })
    response.end(part)
  }

  #put(path: string, query: URLSearchParams, body: Buffer): void {
    const block = (id: string) => `${path}#${id}`
    if (query.get('comp') === 'block') {
      this.#blocks.set(block(query.get('blockid') ?? ''), body)
      return
    }
    if (query.get('comp') !== 'blocklist') {
      this.#blobs.set(path, body)
      return
    }
    const ids = [...body.toString().matchAll(/<(Latest|Uncommitted|Committed)>([^<]+)<\/\1>/g)]
    const blocks = ids.map(([, , id = '']) => {
      const content = this.#blocks.get(block(id))
      if (!content) throw new Error(`the list names block ${id}, which was not put`)
      this.#blocks.delete(block(id))
      return content
    })
    this.#blobs.set(path, Buffer.concat(blocks))
  }
}
