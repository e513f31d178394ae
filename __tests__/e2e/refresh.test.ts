import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { environmentFile } from './job.ts'
import { minimalDebian, pushBase } from '../world/base.ts'
import { proxyPassword, startCompany } from '../world/company.ts'
import { startRefreshWorld, type RefreshOutcome } from './refresh-job.ts'

let world: Awaited<ReturnType<typeof startRefreshWorld>>
const [branch, lockFile] = ['micromamba-image/refresh-locks', 'env.linux-64.lock']

beforeAll(async () => {
  world = await startRefreshWorld()
  await world.index({ name: 'app', version: '1.0', depends: ['lib'] }, { name: 'lib', version: '2.0' })
  await world.github.repository.commit('main', {
    'env.yaml': environmentFile(world.channel.url, ['app']),
    'README.md': 'app\n',
  })
})

afterAll(async () => {
  await world.stop()
})

function succeeded(outcome: RefreshOutcome): Readonly<Record<string, string>> {
  expect(outcome.exitCode === 0 || outcome.log).toBe(true)
  return outcome.outputs
}

/** What the log says of a run that stopped. */
function failed(outcome: RefreshOutcome): string {
  expect(outcome.exitCode).toBe(1)
  expect(outcome.log).not.toMatch(/this is a bug|^\s+at /m)
  return outcome.log
}

const lockOn = (ref: string) => world.github.repository.git(['show', `${ref}:${lockFile}`])
const tip = async (ref: string) => (await world.github.repository.resolve(ref)) ?? ''
const parentsOf = async (ref: string) =>
  (await world.github.repository.git(['log', '-1', '--format=%P', ref])).trim().split(' ')
const messageOf = (ref: string) => world.github.repository.git(['log', '-1', '--format=%B', ref])
const release = (version: string) =>
  world.index({ name: 'app', version, depends: ['lib'] }, { name: 'lib', version: '2.0' })
/** Requests that change something. */
const writes = () =>
  world.github.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('upload-pack')).length

/** What main has is what a refresh would give, and nothing is open. */
async function startOver(version: string): Promise<void> {
  const { github } = world
  world.github.disturb = () => undefined
  await github.repository.protect()
  for (const pull of github.open()) pull.state = 'closed'
  await github.repository.git(['update-ref', '-d', `refs/heads/${branch}`])
  await release(version)
  const { outputs } = await world.refresh()
  if (outputs['pull-request-operation'] === 'created')
    await github.merge(Number(outputs['pull-request-number']), 'squash')
  await github.repository.git(['update-ref', '-d', `refs/heads/${branch}`])
  expect(github.open()).toEqual([])
}

describe('on a schedule', () => {
  test('the first run opens a pull request', async () => {
    const outcome = await world.refresh({
      labels: 'dependencies, locks',
      assignees: 'grace',
      reviewers: 'ada',
      milestone: '3',
      body: 'Made each night.',
      signoff: 'true',
    })
    expect(succeeded(outcome)).toMatchObject({
      'pull-request-number': '1',
      'pull-request-url': 'https://github.com/org/app/pull/1',
      'pull-request-operation': 'created',
      'pull-request-branch': branch,
      'pull-request-head-sha': await tip(branch),
      'lock-changed': 'true',
      'lock-diff': expect.stringContaining(lockFile) as unknown,
    })
    expect(outcome.summary).toContain('Pull request [#1](https://github.com/org/app/pull/1): created.')
    expect(outcome.summary).toContain(outcome.outputs['lock-diff'])
    const [pull] = world.github.open()
    expect(pull).toMatchObject({
      ...{ base: 'main', head: branch, draft: false, author: 'locks[bot]', milestone: 3 },
      ...{ labels: ['dependencies', 'locks'], assignees: ['grace'], reviewers: ['ada'] },
      title: 'Refresh locks: 1 new lockfile',
      body: expect.stringMatching(
        /^Made each night\.\n\n- `env.linux-64.lock` is new, with 2 packages\n/,
      ) as unknown,
    })
    const lock = await lockOn(branch)
    expect(lock).toContain('app-1.0-0.conda#sha256:')
    expect(lock).toContain(`@${world.world.base.digest}`)
    const log = await world.github.repository.git(['log', '--format=%an <%ae>%n%cn%n%P%n%B', '-1', branch])
    expect(log).toMatch(
      /^github-actions\[bot\] <41898282\+github-actions\[bot\]@users.noreply.github.com>\ngithub-actions\[bot\]\n/,
    )
    expect(log).toContain(`\n${await tip('main')}\nRefresh locks: 1 new lockfile\n\nLocks-Refreshed: sha256:`)
    expect(log).toContain('Signed-off-by: github-actions[bot] <')
    // The checkout is where it was; the lock is there for the steps after this one.
    expect(outcome.status).toBe(`## main...origin/main\n?? ${lockFile}\n`)
  })

  test('the second changes nothing, also when the base has moved on elsewhere', async () => {
    const [before, count] = [await tip(branch), writes()]
    await world.github.repository.commit('main', { 'README.md': 'app, longer\n' })
    expect(succeeded(await world.refresh())).toMatchObject({
      ...{ 'pull-request-operation': 'none', 'pull-request-number': '1', 'pull-request-head-sha': before },
      'lock-changed': 'true',
    })
    expect(await tip(branch)).toBe(before)
    expect(writes()).toBe(count)
  })

  test('after a new version appears in the channel the same one is updated, on the base as it is now', async () => {
    await release('1.1')
    expect(succeeded(await world.refresh())).toMatchObject({
      'pull-request-operation': 'updated',
      'pull-request-number': '1',
    })
    expect(await lockOn(branch)).toContain('app-1.1-0.conda')
    expect(await parentsOf(branch)).toEqual([await tip('main')])
    expect(world.github.state.pulls).toHaveLength(1)
  })

  test('after the lock is merged nothing is open, and the branch is gone', async () => {
    await world.github.merge(1, 'squash')
    expect(succeeded(await world.refresh())).toMatchObject({
      ...{ 'pull-request-operation': 'none', 'pull-request-number': '', 'pull-request-head-sha': '' },
      ...{ 'lock-changed': 'false', 'lock-diff': '' },
    })
    expect(world.github.open()).toEqual([])
    expect(await tip(branch)).toBe('')
  })

  test('when what changed has gone again, the pull request is closed with a word', async () => {
    await release('1.2')
    const opened = succeeded(await world.refresh({ draft: 'true' }))
    expect(opened).toMatchObject({ 'pull-request-operation': 'created', 'pull-request-number': '2' })
    expect(opened['lock-diff']).toMatch(/app.*1\.1.*1\.2/)
    expect(world.github.open()[0]).toMatchObject({
      draft: true,
      title: expect.stringMatching(/^Refresh locks: 1 upgraded; app 1.1 → 1.2/) as unknown,
    })
    await release('1.1')
    expect(succeeded(await world.refresh())).toMatchObject({
      ...{ 'pull-request-operation': 'closed', 'pull-request-number': '2', 'pull-request-head-sha': '' },
    })
    expect(world.github.open()).toEqual([])
    expect(world.github.state.pulls[1]?.comments).toHaveLength(1)
    expect(await tip(branch)).toBe('')
  })

  test('a base image that moved is a change', async () => {
    const { registry, base } = world.world
    const rootfs = await minimalDebian()
    await pushBase(registry, 'library/debian:bookworm', { rootfs, mediaTypes: 'docker' })
    const outputs = succeeded(await world.refresh())
    expect(outputs['lock-diff']).toContain(base.digest.slice(0, 19))
    expect(world.github.open()[0]?.title).toBe('Refresh locks: another base image')
    await pushBase(registry, 'library/debian:bookworm', { rootfs })
    expect(succeeded(await world.refresh())['pull-request-operation']).toBe('closed')
  })

  test('delete-branch: false leaves the branch', async () => {
    await release('1.2')
    succeeded(await world.refresh())
    await release('1.1')
    const outputs = succeeded(await world.refresh({ 'delete-branch': 'false' }))
    expect(outputs).toMatchObject({
      'pull-request-operation': 'closed',
      'pull-request-head-sha': await tip(branch),
    })
    expect(await tip(branch)).not.toBe('')
  })

  test('what a branch that was left behind has is written over', async () => {
    await release('1.3')
    expect(succeeded(await world.refresh())).toMatchObject({ 'pull-request-operation': 'created' })
    expect(await parentsOf(branch)).toEqual([await tip('main')])
    expect(await lockOn(branch)).toContain('app-1.3-0.conda')
  })

  test('several environments are one commit', async () => {
    const { repository } = world.github
    await repository.commit('main', {
      'tools.yaml': environmentFile(world.channel.url, ['lib']).replace('base', 'tools'),
    })
    const outputs = succeeded(await world.refresh({ 'environment-file': 'env.yaml\ntools.yaml' }))
    expect(outputs['pull-request-operation']).toBe('updated')
    const files = await repository.git(['diff', '--name-only', 'main', branch])
    expect(files).toBe('env.linux-64.lock\ntools.linux-64.lock\n')
    expect(world.github.open()[0]?.title).toMatch(/^Refresh locks: 1 new lockfile; 1 upgraded; app 1.1 → 1.3/)
  })
})

describe("people's commits on the branch", () => {
  const notes = { 'notes.md': 'looked at\n' }

  test('survive: the locks go on top of them', async () => {
    await startOver('2.0')
    await release('2.1')
    succeeded(await world.refresh())
    const theirs = await world.github.repository.commit(branch, notes, { message: 'Notes\n\n@org/team' })
    expect(succeeded(await world.refresh())['pull-request-operation']).toBe('none')
    await release('2.2')
    const outcome = await world.refresh()
    expect(succeeded(outcome)['pull-request-operation']).toBe('updated')
    expect(outcome.log).toContain(`${theirs.slice(0, 7)} "Notes" by Ada`)
    expect(await parentsOf(branch)).toEqual([theirs])
    expect(await lockOn(branch)).toContain('app-2.2-0.conda')
    // Again, with a commit of the action's on top of theirs.
    await release('2.3')
    succeeded(await world.refresh())
    expect(await world.github.repository.git(['show', `${branch}:notes.md`])).toBe('looked at\n')
  })

  test('keep the pull request open when the change has gone', async () => {
    const before = await tip(branch)
    await release('2.0')
    const outcome = await world.refresh()
    expect(succeeded(outcome)['pull-request-operation']).toBe('none')
    expect(outcome.log).toContain('"Notes" by Ada')
    expect(await tip(branch)).toBe(before)
    expect(world.github.open()).toHaveLength(1)
  })

  test('that were squashed into the base are gone with the branch', async () => {
    await release('2.3')
    succeeded(await world.refresh())
    await world.github.merge(world.github.open()[0]?.number ?? 0, 'squash')
    expect(succeeded(await world.refresh())['pull-request-operation']).toBe('none')
    expect(await tip(branch)).toBe('')
  })

  test('stop the run when they change the environment file, and nothing is touched', async () => {
    await release('2.4')
    succeeded(await world.refresh())
    await world.github.repository.commit(branch, {
      'env.yaml': environmentFile(world.channel.url, ['app <3']),
    })
    const [before, count] = [await tip(branch), writes()]
    await release('2.5')
    const log = failed(await world.refresh())
    expect(log).toContain(
      "has commits that this action did not make, and there env.yaml is another one than on 'main'",
    )
    expect(log).toContain('Merge the pull request')
    expect([await tip(branch), writes()]).toEqual([before, count])
  })

  test('stop the run when the base has other locks since', async () => {
    await startOver('2.5')
    await release('2.6')
    succeeded(await world.refresh())
    await world.github.repository.commit(branch, notes)
    const before = await tip(branch)
    await world.github.repository.commit('main', { [lockFile]: '@EXPLICIT\n' })
    expect(failed(await world.refresh())).toContain(`'main' has got another ${lockFile} since`)
    expect(await tip(branch)).toBe(before)
  })

  test('are also those by which they amended the commit of the action', async () => {
    await startOver('2.6')
    await release('2.7')
    succeeded(await world.refresh())
    const amended = await world.github.repository.commit(branch, { 'amended.md': 'more\n' }, { amend: true })
    await release('2.8')
    succeeded(await world.refresh())
    expect(await parentsOf(branch)).toEqual([amended])
  })

  test('are not the merges of the base by which a branch is brought up to date', async () => {
    await startOver('2.8')
    await release('2.9')
    succeeded(await world.refresh())
    const base = await world.github.repository.commit('main', { 'README.md': 'app, again\n' })
    const { repository } = world.github
    const tree = (await repository.git(['merge-tree', '--write-tree', base, branch])).trim()
    const merge = await repository.git(
      ['commit-tree', tree, '-p', await tip(branch), '-p', base, '-m', 'Merge'],
      {
        env: {
          GIT_AUTHOR_NAME: 'Ada',
          GIT_AUTHOR_EMAIL: 'a@b',
          GIT_COMMITTER_NAME: 'Ada',
          GIT_COMMITTER_EMAIL: 'a@b',
        },
      },
    )
    await repository.git(['update-ref', `refs/heads/${branch}`, merge.trim()])
    expect(succeeded(await world.refresh())['pull-request-operation']).toBe('none')
    await release('2.10')
    expect(succeeded(await world.refresh())['pull-request-operation']).toBe('updated')
    expect(await parentsOf(branch)).toEqual([base])
  })
})

describe.each(['false', 'true'])('at the same time, sign-commits: %s', (sign) => {
  const inputs = { 'sign-commits': sign }

  test('two refreshes end with one pull request', async () => {
    await startOver('3.0')
    await release('3.1')
    const outcomes = await Promise.all([world.refresh(inputs), world.refresh(inputs)])
    const operations = outcomes.map((outcome) => succeeded(outcome)['pull-request-operation'])
    expect(world.github.open()).toHaveLength(1)
    expect(operations.filter((operation) => operation === 'created')).toHaveLength(1)
    expect(await parentsOf(branch)).toEqual([await tip('main')])
  })

  test('what a person pushes while the run writes is kept', async () => {
    await release('3.2')
    let theirs = ''
    world.github.disturb = async ({ method, path, before }) => {
      const isWrite = path.endsWith('/git-receive-pack') || path === '/api/graphql'
      if (method === 'POST' && isWrite && theirs === '' && before >= 0) {
        theirs = await world.github.repository.commit(branch, { 'late.md': 'late\n' })
      }
      return undefined
    }
    const outcome = await world.refresh(inputs)
    expect(succeeded(outcome)['pull-request-operation']).toBe('updated')
    expect(outcome.log).toContain('was moved by somebody else')
    expect(await parentsOf(branch)).toEqual([theirs])
    expect(await lockOn(branch)).toContain('app-3.2-0.conda')
  })
})

describe('sign-commits', () => {
  test('the commit is made by the API, verified, and moves as others do', async () => {
    await startOver('4.0')
    await release('4.1')
    const inputs = { 'sign-commits': 'true', 'commit-message': 'Locks\n\nof tonight', draft: 'always-true' }
    const outcome = await world.refresh(inputs)
    expect(succeeded(outcome)['pull-request-operation']).toBe('created')
    expect(outcome.log).not.toContain('has not signed')
    expect(await world.github.repository.git(['log', '-1', '--format=%an', branch])).toBe('locks[bot]\n')
    expect(await messageOf(branch)).toMatch(/^Locks\n\nof tonight\n\nLocks-Refreshed: sha256:[0-9a-f]{64}\n/)
    await release('4.2')
    const [pull] = world.github.open()
    if (pull) pull.draft = false
    expect(succeeded(await world.refresh(inputs))['pull-request-operation']).toBe('updated')
    expect(await parentsOf(branch)).toEqual([await tip('main')])
    expect(pull?.draft).toBe(true)
    await release('4.0')
    expect(succeeded(await world.refresh(inputs))['pull-request-operation']).toBe('closed')
    expect(await tip(branch)).toBe('')
  })

  test("a person's token gets a warning, since GitHub does not sign for it", async () => {
    await release('4.3')
    const outcome = await world.refresh({ 'sign-commits': 'true', token: world.github.tokens.person })
    succeeded(outcome)
    expect(outcome.log).toContain('GitHub has not signed the commit (unsigned)')
  })

  test('a branch that no token may write is explained', async () => {
    await startOver('4.4')
    await release('4.5')
    const log = failed(await world.refresh({ 'sign-commits': 'true', token: world.github.tokens.reads }))
    expect(log).toContain('GitHub answered 403: Resource not accessible by integration')
    expect(log).toContain('`contents: write` and `pull-requests: write`')
  })
})

describe("on somebody's pull request", () => {
  const theirs = 'dependabot/conda/app-5'
  const event = (fullName: string) => ({
    pull_request: {
      number: 77,
      html_url: 'https://github.com/org/app/pull/77',
      head: { ref: theirs, repo: { full_name: fullName } },
    },
  })

  test('the locks go on its branch', async () => {
    await startOver('5.0')
    const environment = environmentFile(world.channel.url, ['app >=5'])
    const update = await world.github.repository.commit(theirs, { 'env.yaml': environment }, { from: 'main' })
    const outcome = await world.refresh({}, { ref: theirs, event: event('Org/App') })
    expect(succeeded(outcome)).toMatchObject({
      ...{ 'pull-request-operation': 'updated', 'pull-request-number': '77', 'pull-request-branch': theirs },
      'pull-request-head-sha': await tip(theirs),
      'lock-changed': 'true',
    })
    expect(await parentsOf(theirs)).toEqual([update])
    expect(await lockOn(theirs)).toContain('# spec: app>=5')
    expect(world.github.open()).toEqual([])
  })

  test('once', async () => {
    const before = await tip(theirs)
    expect(succeeded(await world.refresh({}, { ref: theirs, event: event('org/app') }))).toMatchObject({
      ...{ 'pull-request-operation': 'none', 'pull-request-number': '77', 'lock-changed': 'false' },
    })
    expect(await tip(theirs)).toBe(before)
  })

  test('a checkout of something else is refused', async () => {
    const log = failed(await world.refresh({}, { event: event('org/app') }))
    expect(log).toContain(`env.yaml: on the branch '${theirs}' it is another one than in this checkout`)
    expect(log).toContain("its input 'ref'")
  })

  test('one from a fork is refused before anything is solved', async () => {
    const log = failed(await world.refresh({}, { ref: theirs, event: event('somebody/app') }))
    expect(log).toContain('pull request #77 comes from the fork somebody/app')
    expect(log).toContain('github.event.pull_request.head.repo.full_name == github.repository')
    expect(log).not.toContain('solved by')
  })
})

describe('what nobody is to see, and what nobody is to do', () => {
  test('the token is in no argument, log, output, state, summary or commit', async () => {
    await startOver('5.5')
    await release('5.6')
    const home = await mkdtemp(join(tmpdir(), 'shim-'))
    const seen = join(home, 'arguments')
    await writeFile(
      join(home, 'git'),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> '${seen}'\nPATH="$REST" exec git "$@"\n`,
      {
        mode: 0o755,
      },
    )
    const rest = process.env['PATH'] ?? ''
    // Credentials of the machine's own, beside which GitHub would refuse the token.
    const GIT_CONFIG_GLOBAL = join(home, 'gitconfig')
    const server = world.github.environment['GITHUB_SERVER_URL'] ?? ''
    await writeFile(GIT_CONFIG_GLOBAL, `[http "${server}/"]\n  extraheader = AUTHORIZATION: basic b2xk\n`)
    const own = {
      GIT_CONFIG_GLOBAL,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.name',
      GIT_CONFIG_VALUE_0: 'x',
    }
    const outcome = await world.refresh(
      {},
      { environment: { ...own, PATH: `${home}:${rest}`, REST: rest, RUNNER_DEBUG: '1' } },
    )
    succeeded(outcome)
    const args = await readFile(seen, 'utf8')
    expect(args).toContain('push --quiet --force-with-lease')
    const token = world.github.tokens.app
    const commit = await world.github.repository.git(['log', '-1', '--patch', branch])
    const everything = [args, JSON.stringify(outcome), JSON.stringify(world.github.state.pulls), commit].join(
      '\n',
    )
    for (const secret of [token, Buffer.from(`x-access-token:${token}`).toString('base64')]) {
      expect(everything).not.toContain(secret)
    }
    await rm(home, { recursive: true })
  })

  test('a package whose name would close an issue does not', async () => {
    await world.index(
      { name: 'app', version: '5.7', depends: ['gh-12', 'lib'] },
      { name: 'gh-12', version: '1' },
      { name: 'lib', version: '2.0' },
    )
    const outputs = succeeded(await world.refresh())
    expect(outputs['lock-diff']).toContain('`gh-12`')
    const message = await messageOf(branch)
    expect(`${message}${world.github.open()[0]?.title ?? ''}`).not.toContain('gh-12')
  })

  test('a package whose build is a command is refused, and obeyed by nobody', async () => {
    const before = await tip(branch)
    await world.index(
      {
        name: 'app',
        version: '5.8',
        depends: ['lib'],
        build: '0\n::set-output name=pull-request-url::evil\n##[error]',
      },
      { name: 'lib', version: '2.0' },
    )
    const outcome = await world.refresh()
    failed(outcome)
    expect(outcome.outputs['pull-request-url']).toBeUndefined()
    expect(outcome.log).not.toMatch(/^\s*::|##\[/m)
    expect(await tip(branch)).toBe(before)
  })
})

describe("GitHub's answers are explained", () => {
  beforeAll(async () => {
    await startOver('6.0')
    await release('6.1')
  })

  test('no token', async () => {
    expect(failed(await world.refresh({ token: '' }))).toContain("input 'token': it is empty")
  })

  test('a token that is not valid', async () => {
    const log = failed(await world.refresh({ token: 'ghs_expired' }))
    expect(log).toContain('GitHub answered 401: Bad credentials')
    expect(log).toContain('no longer')
    expect(log).not.toContain('solved by')
  })

  test('a token that may only read', async () => {
    const log = failed(await world.refresh({ token: world.github.tokens.reads }))
    expect(log).toContain('Permission to org/app.git denied to github-actions[bot]')
    expect(log).toContain('`contents: write` and `pull-requests: write`')
    expect(await tip(branch)).toBe('')
  })

  test('a protected branch', async () => {
    await world.github.repository.protect(branch)
    const log = failed(await world.refresh())
    await world.github.repository.protect()
    expect(log).toContain(`GH006: Protected branch update failed for refs/heads/${branch}`)
    expect(log).toContain("Choose a 'branch' that no branch protection or ruleset covers")
  })

  test('a repository whose Actions may open no pull requests; the outputs are set all the same', async () => {
    world.github.state.actionsMayOpen = false
    const outcome = await world.refresh({ token: world.github.tokens.job })
    world.github.state.actionsMayOpen = true
    const log = failed(outcome)
    expect(log).toContain(
      'GitHub answered 403: GitHub Actions is not permitted to create or approve pull requests.',
    )
    expect(log).toContain('Settings → Actions → General → Workflow permissions')
    expect(outcome.outputs['lock-changed']).toBe('true')
  })

  test("the job's own token starts no checks: log and pull request say so, which the next run opens", async () => {
    const outcome = await world.refresh({
      token: world.github.tokens.job,
      'github-token': world.github.tokens.job,
    })
    expect(succeeded(outcome)['pull-request-operation']).toBe('created')
    expect(outcome.log).toContain('GitHub starts no checks for pull request #')
    expect(world.github.open()[0]?.body).toContain('GitHub starts no checks for it')
  })

  test('a pull request from the branch to another base', async () => {
    await world.github.repository.commit('stable', {}, { from: 'main' })
    const log = failed(await world.refresh({ base: 'stable' }, { ref: 'stable' }))
    expect(log).toMatch(/pull request #\d+ from this branch is for 'main', not for 'stable'/)
  })

  test("a branch whose name another branch's stands in the way of", async () => {
    const log = failed(await world.refresh({ branch: 'main/locks' }))
    expect(log).toContain("'refs/heads/main' exists; cannot create")
    expect(log).toContain("Choose another 'branch'")
  })

  test('a base that is not there', async () => {
    expect(failed(await world.refresh({ base: 'nowhere' }))).toContain(
      "input 'base': there is no branch 'nowhere'",
    )
  })

  test('people who cannot review or be assigned, a milestone that is not there: the pull request is, with a warning', async () => {
    await startOver('6.1')
    await release('6.2')
    const outcome = await world.refresh({
      assignees: 'nobody,ada',
      reviewers: 'nobody',
      'team-reviewers': '@org/team',
      milestone: '99',
    })
    expect(succeeded(outcome)['pull-request-operation']).toBe('created')
    expect(outcome.log).toContain('GitHub has not assigned nobody')
    expect(outcome.log).toContain('Reviews may only be requested from collaborators')
    expect(outcome.log).toContain('GITHUB_TOKEN never can')
    expect(outcome.log).toContain(
      'the milestone 99 cannot be set: GitHub answered 422: Validation Failed; milestone is invalid',
    )
  })

  test('rate limits: what is asked for is waited for, what takes too long is said', async () => {
    await release('6.3')
    const limit = {
      message: 'You have exceeded a secondary rate limit.',
      documentation_url: 'https://docs.github.com',
    }
    world.github.disturb = ({ method, path, before }) =>
      method === 'PATCH' && path.includes('/pulls/') && before === 0
        ? { status: 403, headers: { 'retry-after': '0' }, body: limit }
        : path.endsWith('/compare') && before === 0
          ? { status: 502, body: {} }
          : undefined
    const outcome = await world.refresh()
    expect(succeeded(outcome)['pull-request-operation']).toBe('updated')
    expect(outcome.log).toContain('GitHub asks to wait 0 s')

    const reset = String(Math.ceil(Date.now() / 1000) + 2980)
    world.github.disturb = () => ({
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
      body: { message: 'API rate limit exceeded' },
    })
    const log = failed(await world.refresh())
    world.github.disturb = () => undefined
    expect(log).toContain('the token may ask again in 50 minutes')
  })

  test.each(['false', 'true'])(
    "a company's Enterprise Server, behind its proxy and with its certificate; sign-commits: %s",
    async (signs) => {
      await startOver(signs === 'true' ? '7.2' : '7.0')
      await release(signs === 'true' ? '7.3' : '7.1')
      const host = new URL(world.github.environment['GITHUB_SERVER_URL'] ?? '').host
      const company = await startCompany({ 'github.company.test': host })
      try {
        const server = 'https://github.company.test'
        const outcome = await world.refresh(
          { 'sign-commits': signs },
          {
            environment: {
              GITHUB_SERVER_URL: server,
              GITHUB_API_URL: `${server}/api/v3`,
              GITHUB_GRAPHQL_URL: `${server}/api/graphql`,
              HTTPS_PROXY: company.proxy,
              NO_PROXY: '127.0.0.1',
              SSL_CERT_FILE: company.certificate,
              NODE_EXTRA_CA_CERTS: undefined,
            },
          },
        )
        expect(succeeded(outcome)['pull-request-operation']).toBe('created')
        expect(new Set(company.connections)).toEqual(new Set(['github.company.test:443']))
        expect(JSON.stringify(outcome)).not.toContain(proxyPassword)
      } finally {
        await company.stop()
      }
    },
  )

  test('GitHub cannot be reached', async () => {
    const log = failed(
      await world.refresh({}, { environment: { GITHUB_API_URL: 'http://127.0.0.1:9/api/v3' } }),
    )
    expect(log).toContain('GitHub cannot be reached')
  })
})
