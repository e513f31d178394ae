import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parsePackageLine } from '../../src/lock/package-line.ts'
import { archiveSizes } from '../../src/packages/archive-sizes.ts'

const seen: string[] = []
const server = createServer((request, response) => {
  seen.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`)
  if (request.url?.includes('gone')) response.writeHead(404).end()
  else if (request.url?.includes('broken')) request.socket.destroy()
  else if (request.url?.includes('slow')) return
  else response.writeHead(200, { 'content-length': 1234 }).end()
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // listening on TCP
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const locked = (address: string) => ({ ...parsePackageLine(`${address}#${'ab'.repeat(16)}`, false), line: 1 })

test('sizes are those that channels tell, with their credentials; what they do not tell is left out', async () => {
  const addresses = ['there', 'gone', 'broken'].map((name) => `${url}/noarch/${name}-1-0.conda`)
  const sizes = await archiveSizes(addresses.map(locked), (address) => ({
    url: address,
    headers: { authorization: 'Bearer x' },
  }))
  expect([...sizes]).toEqual([[addresses[0], { size: 1234 }]])
  expect(seen).toContain('HEAD /noarch/there-1-0.conda Bearer x')
})

test('a channel that takes its time is not waited for', async () => {
  const addresses = ['slow', 'there'].map((name) => `${url}/noarch/${name}-1-0.conda`)
  const sizes = await archiveSizes(addresses.map(locked), (address) => ({ url: address, headers: {} }), 300)
  expect([...sizes.keys()]).toEqual([addresses[1]])
})

test('a channel in a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sizes '))
  const file = pathToFileURL(join(folder, 'a-1-0.conda')).href
  await writeFile(new URL(file), 'abc')
  const address = file.replace('/a-1', '/noarch/a-1')
  // In the lock it stands below a folder of a platform; only the file itself is looked at.
  const sizes = await archiveSizes([{ ...locked(address), url: new URL(file) }], (opened) => ({
    url: opened,
    headers: {},
  }))
  expect([...sizes]).toEqual([[file, { size: 3 }]])
  await rm(folder, { recursive: true })
})
