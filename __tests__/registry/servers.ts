import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import {
  createServer,
  request as sendRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Servers on loopback for the tests of everything that speaks to registries. */

// Retries without pauses.
process.env['MICROMAMBA_IMAGE_RETRY_SECONDS'] = '0'
// Whatever event the tests themselves run for.
delete process.env['GITHUB_EVENT_PATH']

export interface TestServer {
  /** `127.0.0.1:port` */
  readonly host: string
  /** `METHOD /path?query` of every request, in order. */
  readonly requests: string[]
  close(): Promise<void>
}

export async function serve(handler: RequestListener): Promise<TestServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`)
    handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP
  return {
    host: `127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Debian's docker-registry with an empty store, on a free port. */
export async function startRegistry(): Promise<{ host: string; close(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'registry-'))
  const config = join(root, 'config.yml')
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'info' },
      storage: { filesystem: { rootdirectory: join(root, 'store') } },
      http: { addr: '127.0.0.1:0', secret: 'test' },
    }),
  )
  const child = spawn('docker-registry', ['serve', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  })
  const host = await new Promise<string>((resolve, reject) => {
    let log = ''
    const look = (text: Buffer) => {
      log += text.toString()
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1]
      if (address) resolve(address)
    }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    child.on('error', reject)
    child.on('exit', () => {
      reject(new Error(`docker-registry ended: ${log}`))
    })
  })
  return {
    host,
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
      await rm(root, { recursive: true })
    },
  }
}

/**
 * A server before another one, whose requests can be counted and spoiled.
 * @param spoil answers in place of the server behind, and says so with true
 * @param change changes the status and headers of an answer of the server behind
 */
export async function serveBefore(
  host: string,
  spoil: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
  change: (response: ServerResponse) => void = () => undefined,
): Promise<TestServer> {
  const [hostname = '', port = ''] = host.split(':')
  return serve((request, response) => {
    if (spoil(request, response)) return
    const { method, url, headers } = request
    const behind = sendRequest({ hostname, port, method, path: url, headers }, (answer) => {
      response.statusCode = answer.statusCode ?? 502
      for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value ?? '')
      change(response)
      answer.pipe(response)
    })
    behind.on('error', () => response.destroy())
    request.pipe(behind)
  })
}

/** Everything written to the log, which is where the runner finds `::add-mask::`. */
export function maskedIn(written: readonly unknown[][]): string[] {
  return written
    .map(([text]) => /^::add-mask::(.*)/.exec(String(text))?.[1])
    .filter((mask) => mask !== undefined)
}
