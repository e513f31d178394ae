import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { LoggedRequest } from './registry.ts'

/** `<client> - - [<time>] "<method> <path> HTTP/1.1" <status> <bytes of the answer>`, and more. */
const line = /^\S+ - - \[[^\]]*\] "(\S+) (\S+) [^"]*" (\d+) (\d+)/

/**
 * What docker-registry writes of the requests that it answered. It does not write how much a request brought, so that is
 * what the store has by the digest or the tag that the request names.
 */
export class RegistryLog {
  readonly requests: LoggedRequest[] = []
  readonly #blobs: string
  readonly #repositories: string
  readonly #waiting = new Map<string, () => void>()

  /** @param store the registry's `rootdirectory` */
  constructor(output: Readable, store: string) {
    this.#blobs = join(store, 'docker/registry/v2/blobs')
    this.#repositories = join(store, 'docker/registry/v2/repositories')
    createInterface({ input: output }).on('line', (text) => {
      this.#read(text)
    })
  }

  /** Until `requests` has all that were answered before now. @param host of the registry */
  async settled(host: string): Promise<void> {
    const path = `/v2/?${randomUUID()}`
    const logged = new Promise<void>((resolve) => this.#waiting.set(path, resolve))
    await (await fetch(`http://${host}${path}`)).arrayBuffer()
    await logged
  }

  #read(text: string): void {
    const [, method = '', path = '', status, received] = line.exec(text) ?? []
    const waiting = this.#waiting.get(path)
    if (waiting) {
      this.#waiting.delete(path)
      waiting()
    } else if (status !== undefined) {
      this.requests.push({
        method,
        path,
        status: Number(status),
        sent: method === 'PUT' && status === '201' ? this.#sizeOf(path) : 0,
        received: method === 'HEAD' ? 0 : Number(received),
      })
    }
  }

  #sizeOf(path: string): number {
    const { pathname, searchParams } = new URL(path, 'http://registry')
    const [, repository = '', tag = ''] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(pathname) ?? []
    const digest =
      searchParams.get('digest') ?? (tag.startsWith('sha256:') ? tag : this.#tagged(repository, tag))
    const hex = digest.slice('sha256:'.length)
    return statSync(join(this.#blobs, 'sha256', hex.slice(0, 2), hex, 'data')).size
  }

  #tagged(repository: string, tag: string): string {
    return readFileSync(join(this.#repositories, repository, '_manifests/tags', tag, 'current/link'), 'utf8')
  }
}
