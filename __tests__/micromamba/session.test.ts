import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Subdir } from '../../src/common/platform.ts'
import { parseEnvironment } from '../../src/environment/parse.ts'
import { createSession, type SolveSession } from '../../src/micromamba/session.ts'
import { defaultVirtualPackages, solve } from '../../src/micromamba/solve.ts'
import { startChannel, type Channel } from '../world/channel/server.ts'
import type { FileDisturbance, FileRequest } from '../world/file-server.ts'
import { standInEnvironment, writeStandIn } from '../world/micromamba/stand-in.ts'

const platforms: Subdir[] = ['linux-64', 'linux-aarch64', 'linux-s390x']
let folder: string
let channel: Channel
let log: string
const environment = { ...process.env }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'session-'))
  await writeStandIn(join(folder, 'micromamba'))
  for (const subdir of [...platforms, 'noarch']) {
    const record = (name: string, depends: string[]) => ({
      name,
      version: '1.0',
      build: '0',
      build_number: 0,
      depends,
      subdir,
      sha256: createHash('sha256').update(name).digest('hex'),
    })
    const native = subdir !== 'noarch' && { 'lib-1.0-0.conda': record('lib', []) }
    const noarch = subdir === 'noarch' && { 'app-1.0-0.conda': record('app', ['lib']) }
    await mkdir(join(folder, 'channel', subdir), { recursive: true })
    await writeFile(
      join(folder, 'channel', subdir, 'repodata.json'),
      JSON.stringify({ info: { subdir }, packages: {}, 'packages.conda': { ...native, ...noarch } }),
    )
  }
  channel = await startChannel({ folder: join(folder, 'channel') })
  await mkdir(join(folder, 'run'))
  Object.assign(process.env, standInEnvironment, {
    RUNNER_TEMP: join(folder, 'temp'),
    MICROMAMBA_IMAGE_RETRY_SECONDS: '0',
  })
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...environment }
  await channel.stop()
  await rm(folder, { recursive: true })
})

function ask(
  spec: string,
  session: SolveSession = createSession(join(folder, 'run')),
  platform: Subdir = 'linux-64',
) {
  return solve(
    { path: join(folder, 'micromamba') },
    {
      environment: parseEnvironment(`channels: [${channel.url}]\ndependencies: [${spec}]`, `${spec}.yaml`, {})
        .environment,
      platform,
      virtualPackages: defaultVirtualPackages(platform),
      session,
    },
  )
}
const names = (solved: Awaited<ReturnType<typeof ask>>) => solved.map(({ name }) => name).join(' ')

test('solves at once share one download of each index, and say how long they took', async () => {
  const session = createSession(join(folder, 'run'))
  const solved = await Promise.all(
    ['app', 'lib'].flatMap((spec) => platforms.map((platform) => ask(spec, session, platform))),
  )
  expect(solved.map(names)).toEqual(['lib app', 'lib app', 'lib app', 'lib', 'lib', 'lib'])
  const asked = channel.requests.map(({ path }) => path).sort()
  expect(asked).toEqual([...platforms, 'noarch'].map((subdir) => `/${subdir}/repodata.json`).sort())
  expect(log).toMatch(/^micromamba solved app.yaml for linux-aarch64 in \d+\.\d s$/m)
  expect(await readdir(join(folder, 'run'))).toEqual(['pkgs'])
})

describe('an index that does not come at first', () => {
  const spoiled = (how: FileDisturbance, times: number) => {
    channel.disturb = ({ path, before }: FileRequest) =>
      path === '/noarch/repodata.json' && before < times ? how : undefined
  }

  test.each<[string, FileDisturbance]>([
    ['5xx', { status: 503 }],
    ['a reset', { cutAfter: 0 }],
    ['half of it', { cutAfter: 20 }],
    ['something else', { status: 200, body: '{"packages": ' }],
  ])('comes at another try: %s', async (_, how) => {
    spoiled(how, 2)
    expect(names(await ask('app'))).toBe('lib app')
  })

  test('is tried three times more, and then what it met is told', async () => {
    spoiled({ status: 503 }, 100)
    await expect(ask('app')).rejects.toThrow('a channel cannot be used: its server answered 503')
    expect(channel.requests.filter(({ path }) => path.startsWith('/noarch')).length).toBe(4)
    expect(log).toContain(
      'An index could not be loaded, which is tried again (3 of 3): Transfer finalized, status: 503',
    )
  })

  test.each([401, 404])('is not tried again when the server answers %i', async (status) => {
    spoiled({ status }, 100)
    await expect(ask('app')).rejects.toThrow(`its server answered ${status}`)
    expect(channel.requests.filter(({ path }) => path.startsWith('/noarch')).length).toBe(1)
  })

  test('does not keep others waiting', async () => {
    spoiled({ status: 404 }, 1)
    const session = createSession(join(folder, 'run'))
    const outcomes = await Promise.allSettled([ask('app', session), ask('lib', session)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

test('the index that one run has loaded is not shown to the next', async () => {
  await ask('app')
  const index = join(folder, 'channel/noarch/repodata.json')
  await writeFile(index, (await readFile(index, 'utf8')).replaceAll('1.0', '2.0'))
  await mkdir(join(folder, 'next'))
  const solved = await ask('app', createSession(join(folder, 'next')))
  expect(solved.map(({ version }) => version)).toContain('2.0')
})
