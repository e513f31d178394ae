import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { serveGit } from '../world/github/http-backend.ts'
import { createRepository, type BareRepository } from '../world/github/repository.ts'
import { listen, type LoopbackServer } from '../world/loopback.ts'
import { servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { sourceFiles } from '../world/wheels/backend.ts'
import { makeSdist, makeWheel } from '../world/wheels/make.ts'
import { environmentFile } from './job.ts'
import { startRefreshWorld, type RefreshOutcome } from './refresh-job.ts'

/** Locks whose sources have to be built to be locked, refreshed. */

let world: Awaited<ReturnType<typeof startRefreshWorld>>
let index: PythonIndex
let tool: BareRepository
let git: LoopbackServer
const branch = 'micromamba-image/refresh-locks'
const inputs = () => ({ 'pip-index-url': index.url })

beforeAll(async () => {
  world = await startRefreshWorld({ packages: 'with pip' })
  const wheel = (version: string) =>
    makeWheel({ name: 'plain', version, files: { 'plain.py': `version = "${version}"\n` } })
  const sdist = await makeSdist({
    name: 'teller',
    version: '1.0',
    files: sourceFiles('teller', '1.0', { 'teller.py': '' }, ['plain <2']),
  })
  index = await servePythonIndex([wheel('1.0'), wheel('1.1'), wheel('2.0'), sdist])
  tool = await createRepository('tool')
  await tool.commit('main', sourceFiles('tool', '3.1', { 'tool.py': 'answer = 43\n' }, ['plain ==1.0']))
  git = await listen((request, response) =>
    serveGit(request, response, { root: tool.root, user: 'somebody' }),
  )
  const list = `  - pip:\n    - teller\n    - tool @ git+http://${git.host}/owner/tool.git@main\n`
  await world.github.repository.commit('main', {
    'env.yaml': environmentFile(world.channel.url, ['python', 'pip'], list),
  })
})

afterAll(async () => {
  await Promise.all([world.stop(), index.stop(), git.stop(), tool.remove()])
})

function succeeded(outcome: RefreshOutcome): RefreshOutcome {
  expect(outcome.exitCode === 0 || outcome.log).toBe(true)
  return outcome
}

const lockOn = (ref: string) => world.github.repository.git(['show', `${ref}:env.linux-64.lock`])
const versionOf = async (ref: string) => /plain-([\d.]+)-py3/.exec(await lockOn(ref))?.[1]

test('what sources require is found by building them, in one file system, and the pull request has it', async () => {
  const outcome = succeeded(await world.refresh(inputs()))
  expect(outcome.outputs).toMatchObject({ 'pull-request-operation': 'created', 'lock-changed': 'true' })
  expect(outcome.log).toContain('pip wheel teller')
  expect(outcome.log).toContain('pip wheel tool')
  expect(outcome.log.match(/ runs the builds of 'pip:'/g) ?? []).toHaveLength(1)
  const lock = await lockOn(branch)
  expect(lock).toMatch(/^# pip teller @ .*teller-1\.0\.tar\.gz#sha256=/m)
  expect(lock).toContain(
    `# pip tool @ git+http://${git.host}/owner/tool.git@${(await tool.resolve('main')) ?? ''}`,
  )
  expect(await versionOf(branch)).toBe('1.0')
  // No image is made, and nothing is left but the lock.
  expect(outcome.status).toBe('## main...origin/main\n?? env.linux-64.lock\n')
})

test('a commit that requires something else is in the next one, and what has not changed is no reason for any', async () => {
  await world.github.merge(1, 'squash')
  expect(succeeded(await world.refresh(inputs())).outputs['pull-request-operation']).toBe('none')
  await tool.commit('main', sourceFiles('tool', '3.2', { 'tool.py': 'answer = 44\n' }, ['plain >=1.1']))
  const { outputs } = succeeded(await world.refresh(inputs()))
  expect(outputs['pull-request-operation']).toBe('created')
  expect(outputs['lock-diff']).toMatch(/plain.*1\.0.*1\.1/)
  expect(await versionOf(branch)).toBe('1.1')
})

test('a source that cannot be built opens nothing', async () => {
  const count = world.github.state.pulls.length
  await tool.commit('main', { 'in_tree_backend.py': 'raise RuntimeError("no way")\n' })
  const { exitCode, log } = await world.refresh(inputs())
  expect(exitCode).toBe(1)
  expect(log).toMatch(/env\.yaml:\d+: the wheel of tool cannot be built: exit code 1/)
  expect(log).toContain('RuntimeError: no way')
  expect(log).not.toContain('No tag was moved')
  expect(world.github.state.pulls).toHaveLength(count)
})

test('refused, it is named, and nothing is built', async () => {
  const { exitCode, log } = await world.refresh({ ...inputs(), 'pip-build': 'refuse' })
  expect(exitCode).toBe(1)
  expect(log).toMatch(/- teller 1\.0, /)
  expect(log).toMatch(/- tool [^\n]*, git /)
  expect(log).not.toContain('pip wheel')
})
