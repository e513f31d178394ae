import { readFile } from 'node:fs/promises'
import { afterEach, expect, test } from '@jest/globals'
import { addRelease, fetchChecksums, formatTable } from '../../script/lib/checksums.ts'
import { knownChecksums } from '../../src/micromamba/known-checksums.ts'
import { serve, type TestServer } from '../registry/servers.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function release(files: Record<string, string>) {
  server = await serve((request, response) => {
    const text = files[request.url ?? '']
    if (text === undefined) response.writeHead(404).end()
    else response.end(text)
  })
  return `http://${server.host}`
}

const sha256 = 'ab'.repeat(32)

test('the table is as script/update-checksums writes it', async () => {
  const file = new URL('../../src/micromamba/known-checksums.ts', import.meta.url)
  expect(formatTable(knownChecksums)).toBe(await readFile(file, 'utf8'))
})

test('a release is added before the older ones', async () => {
  const location = await release({
    '/10.0.0-0/micromamba-linux-64.sha256': sha256,
    '/10.0.0-0/micromamba-win-64.sha256': sha256.toUpperCase(),
  })
  const table = addRelease({ '9.0.0-0': {} }, '10.0.0-0', await fetchChecksums(location, '10.0.0-0'))
  expect(table).toEqual({ '9.0.0-0': {}, '10.0.0-0': { 'linux-64': sha256, 'win-64': sha256 } })
  expect(formatTable(table).indexOf("'10.0.0-0'")).toBeLessThan(formatTable(table).indexOf("'9.0.0-0'"))
})

test('a known checksum stays, and others join it', () => {
  const other = 'cd'.repeat(32)
  const table = { v: { 'linux-64': sha256 } }
  expect(addRelease(table, 'v', { 'linux-64': sha256, 'osx-64': other })).toEqual({
    v: { 'linux-64': sha256, 'osx-64': other },
  })
  expect(() => addRelease(table, 'v', { 'linux-64': other })).toThrow(`was ${sha256} and is now ${other}`)
})

test('a release that is not there, or not a checksum, is an error', async () => {
  const location = await release({ '/2-0/micromamba-linux-64.sha256': '<html>' })
  await expect(fetchChecksums(location, '1-0')).rejects.toThrow('there is no release 1-0')
  await expect(fetchChecksums(location, '2-0')).rejects.toThrow('holds no sha256')
})
