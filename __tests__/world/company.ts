import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certify } from './certificates.ts'
import { passOn } from './pass-on.ts'
import { startTunnel } from './tunnel.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** A company's network: hosts by https, whose certificates are of an authority of its own, and which only its proxy can reach. */
export interface Company {
  /** The authority's certificate. */
  readonly certificate: string
  /** With user and password, without which it answers 407. */
  readonly proxy: string
  /** The places that connections were made to, `name:443`. */
  readonly connections: readonly string[]
  stop(): Promise<void>
}

export const proxyPassword = 'proxy-p@ss-81'

/**
 * @param hosts who answers for a name: a handler, or a server on this machine without https, `127.0.0.1:PORT`
 */
export async function startCompany(hosts: Readonly<Record<string, Handler | string>>): Promise<Company> {
  const folder = await mkdtemp(join(tmpdir(), 'company-'))
  const { key, cert, certificate } = await certify(
    folder,
    Object.keys(hosts).map((name) => `DNS:${name}`),
  )
  const secure = createServer({ key, cert }, (request, response) => {
    const host = hosts[(request.headers.host ?? '').replace(/:\d+$/, '')]
    request.headers['x-forwarded-proto'] = 'https'
    if (typeof host === 'function') void Promise.try(host, request, response).catch(() => response.destroy())
    else if (host !== undefined) void passOn(host, request, response, { sent: 0, received: 0 })
    else response.writeHead(502).end()
  })
  await once(secure.listen(0, '127.0.0.1'), 'listening')
  const { port } = secure.address() as AddressInfo // listening on TCP
  const tunnel = await startTunnel({
    login: { user: 'me', password: proxyPassword },
    portOf: (place) => (place.replace(/:443$/, '') in hosts ? port : undefined),
  })
  return {
    certificate,
    proxy: tunnel.url,
    connections: tunnel.made,
    async stop() {
      await tunnel.stop()
      secure.closeAllConnections()
      await new Promise((resolve) => secure.close(resolve))
      await rm(folder, { recursive: true })
    },
  }
}
