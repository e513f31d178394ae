import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createGitWriter } from '../../src/refresh/git.ts'
import { startGitHub } from '../world/github/server.ts'
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

const person = { name: 'Ada', email: 'a@b' }
const wishes = { author: person, committer: person, signoff: false, sign: false }

const change = { branch: 'locks', files: [{ path: 'b.txt', text: 'b' }], text: 'locks' }

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
  const writer = await createGitWriter(folder, repository, 'token-41', wishes)
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

test.each([
  [403, 'Give the job `permissions:` with `contents: write`'],
  [429, 'Run the job again; www.githubstatus.com'],
])(
  'what is said with %s about proxies and certificates is no complaint of the way there',
  async (status, advice) => {
    const server = await serve((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/plain' }).end('the certificate of a proxy')
    })
    const repository = { owner: 'org', repo: 'app', server: `http://${server.host}` }
    const writer = await createGitWriter(folder, repository, 'token-41', wishes)
    await expect(writer.commit({ ...change, parent: { branch: 'main', sha: 'a' } })).rejects.toThrow(advice)
  },
)

/** What a server may be silent for is shortened to a second. */
describe('time', () => {
  beforeEach(() => {
    process.env['MICROMAMBA_IMAGE_SILENCE_SECONDS'] = '1'
  })

  test('has a bound where an answer only trickles', async () => {
    const server = await serve(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-git-receive-pack-advertisement' })
      while (!response.destroyed) {
        response.write(' ')
        await setTimeout(80)
      }
    })
    const repository = { owner: 'org', repo: 'app', server: `http://${server.host}` }
    const writer = await createGitWriter(folder, repository, 'token-41', wishes)
    await expect(writer.commit({ ...change, parent: { branch: 'main', sha: 'a' } })).rejects.toThrow(
      new RegExp(
        `^http://${server.host}/org/app.git: git fetch failed with 128: .*Operation too slow.*\\n.*\\.$`,
        's',
      ),
    )
  }, 60_000)

  test('is given to a server that works on a push', async () => {
    const github = await startGitHub()
    try {
      const sha = await github.repository.commit('main', { 'a.txt': 'a' })
      const { GITHUB_SERVER_URL: server = '' } = github.environment
      const repository = { owner: 'org', repo: 'app', server }
      const writer = await createGitWriter(folder, repository, github.tokens.app, wishes)
      github.disturb = async ({ method, path }) => {
        if (method === 'POST' && path.endsWith('/git-receive-pack')) await setTimeout(3500)
        return undefined
      }
      const made = await writer.commit({ ...change, parent: { branch: 'main', sha } })
      expect(await github.repository.resolve('refs/heads/locks')).toBe(made)
      expect(github.requests.filter(({ path }) => path.endsWith('/git-receive-pack'))).toHaveLength(1)
    } finally {
      await github.stop()
    }
  }, 60_000)
})
