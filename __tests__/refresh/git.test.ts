import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createGitWriter } from '../../src/refresh/git.ts'
import { listen, type LoopbackServer } from '../world/loopback.ts'

const before = { ...process.env }
let folder: string
const servers: LoopbackServer[] = []
beforeEach(async () => {
  process.env['MICROMAMBA_IMAGE_RETRY_SECONDS'] = '0'
  folder = await mkdtemp(join(tmpdir(), 'git-'))
})
afterEach(async () => {
  process.env = { ...before }
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  await rm(folder, { recursive: true })
})

async function serve(...handler: Parameters<typeof listen>): Promise<LoopbackServer> {
  const server = await listen(...handler)
  servers.push(server)
  return server
}

test('git does not go where a server leads it, and gives the token to nobody there', async () => {
  const strangers: string[] = []
  const elsewhere = await serve(({ url = '' }, response) => {
    strangers.push(url)
    response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' })
    response.end(
      '001e# service=git-upload-pack\n0000004895dcfa3633004da0049d3d0fa03f80589cbcaf31 refs/heads/main\0\n0000',
    )
  })
  const asked: string[] = []
  const server = await serve(({ url = '' }, response) => {
    asked.push(url)
    response.writeHead(301, { location: `http://${elsewhere.host}${url}` }).end()
  })
  const repository = { owner: 'org', repo: 'app', server: `http://${server.host}` }
  const person = { name: 'Ada', email: 'a@b' }
  const writer = await createGitWriter(folder, repository, 'token-41', {
    author: person,
    committer: person,
    signoff: false,
    sign: false,
  })
  const commit = writer.commit({
    branch: 'locks',
    expected: undefined,
    parent: { branch: 'main', sha: '95dcfa3633004da0049d3d0fa03f80589cbcaf31' },
    files: [],
    text: 'locks',
  })
  await expect(commit).rejects.toThrow(/returned error: 301\nIt leads elsewhere/)
  expect(asked).toHaveLength(1)
  expect(strangers).toEqual([])
})
