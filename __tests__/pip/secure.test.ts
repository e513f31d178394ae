import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { certify, type Flaw } from '../world/certificates.ts'
import { listen, type LoopbackServer } from '../world/loopback.ts'
import { pipReleases } from '../world/pip.ts'
import { openAsking } from './asking.ts'

/** What pip, whose client is not ours, does over https. */

const asking = openAsking()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secure-'))
})
afterAll(() => rm(folder, { recursive: true }))

let server: Server
let plain: LoopbackServer
let connections: number
let strangers: string[]

/** An index that leads to one by plain http. */
async function serve(flaw?: Flaw) {
  const { key, cert, certificate } = await certify(folder, ['DNS:localhost'], flaw)
  connections = 0
  strangers = []
  plain = await listen(({ url = '' }, response) => {
    strangers.push(url)
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html>')
  })
  server = createServer({ key, cert }, ({ url = '' }, response) => {
    response.writeHead(302, { location: `http://${plain.host}${url}` }).end()
  })
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // listening on TCP
  return { certificates: certificate, indexes: { index: `https://localhost:${port}/simple/` } }
}
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await plain.stop()
})

describe.each(pipReleases)('the pip of %s', (release) => {
  test('follows nothing to plain http', async () => {
    const error = await asking.failure(release, ['plain'], await serve())
    expect(error).toContain(`refused a redirect from https to http://${plain.host}`)
    expect(error).toContain('Nothing was sent there.')
    expect(strangers).toEqual([])
  })

  test.each([
    ['expired', /certificate has expired[^]*Have the certificate renewed/],
    ['self-signed', /self.signed certificate[^]*NODE_EXTRA_CA_CERTS/],
  ] as const)('does not try again where a certificate is no good: %s', async (flaw, says) => {
    const error = await asking.failure(release, ['plain'], await serve(flaw))
    expect(error).toMatch(says)
    expect(connections).toBe(1)
  })
})
