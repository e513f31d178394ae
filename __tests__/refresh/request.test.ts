import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { inputVariables, readInputs } from '../../script/lib/action-metadata.ts'
import { readRefreshRequest } from '../../src/refresh/request.ts'

const declared = await readInputs('refresh/action.yml')
const variables = { ...process.env }
let workspace: string

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'request-'))
  await mkdir(join(workspace, '.git'))
  await writeFile(join(workspace, '.git', 'HEAD'), 'ref: refs/heads/develop\n')
})

afterEach(async () => {
  process.env = { ...variables }
  await rm(workspace, { recursive: true })
})

function read(inputs: Readonly<Record<string, string>> = {}, environment: NodeJS.ProcessEnv = {}) {
  process.env = { ...variables, ...inputVariables(declared, { token: 'secret', ...inputs }) }
  return readRefreshRequest({ GITHUB_WORKSPACE: workspace, GITHUB_REPOSITORY: 'org/app', ...environment })
}

test('the defaults', () => {
  const { target, commit, pullRequest, repository, isJobToken, locking } = read({ platforms: 'linux/amd64' })
  expect(target).toEqual({ kind: 'own', branch: 'micromamba-image/refresh-locks', base: 'develop' })
  expect(commit).toMatchObject({ author: { name: 'github-actions[bot]' }, signoff: false, sign: false })
  expect(pullRequest).toMatchObject({
    draft: 'false',
    deleteBranch: true,
    maintainerCanModify: true,
    labels: [],
  })
  expect(repository).toEqual({ owner: 'org', repo: 'app', server: 'https://github.com' })
  expect(isJobToken).toBe(false)
  expect(locking).toMatchObject({ workspace, lock: { mode: 'update' }, environmentFiles: ['env.yaml'] })
})

test('lists, people and teams as others write them', () => {
  const { pullRequest, commit } = read({
    labels: 'a b, c\n c\n',
    assignees: '@ada',
    'team-reviewers': '@org/team\nother',
    milestone: '3',
    draft: 'always-true',
    title: 'Two\n lines',
    author: 'Ada Lovelace <ada@example.org>',
  })
  expect(pullRequest).toMatchObject({
    ...{ labels: ['a b', 'c'], assignees: ['ada'], teamReviewers: ['team', 'other'] },
    ...{ milestone: 3, draft: 'always-true', title: 'Two lines' },
  })
  expect(commit.author).toEqual({ name: 'Ada Lovelace', email: 'ada@example.org' })
})

describe('the base', () => {
  test('is the branch of the run where a commit is checked out', async () => {
    await writeFile(join(workspace, '.git', 'HEAD'), `${'0'.repeat(40)}\n`)
    expect(read({}, { GITHUB_REF_TYPE: 'branch', GITHUB_REF_NAME: 'main' }).target).toMatchObject({
      base: 'main',
    })
    expect(() => read({}, { GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v1' })).toThrow(
      "input 'base': a commit is checked out",
    )
  })

  test('is that of a linked worktree', async () => {
    await rm(join(workspace, '.git'), { recursive: true })
    await mkdir(join(workspace, 'elsewhere'))
    await writeFile(join(workspace, '.git'), 'gitdir: elsewhere\n')
    await writeFile(join(workspace, 'elsewhere', 'HEAD'), 'ref: refs/heads/a/b\n')
    expect(read().target).toMatchObject({ base: 'a/b' })
  })
})

test.each([
  [{ branch: 'develop' }, "input 'branch': 'develop' is the base too"],
  [{ branch: '--force' }, "input 'branch': '--force' is not the name of a branch"],
  [{ branch: 'a..b' }, 'not the name of a branch'],
  [{ branch: 'a:refs/heads/main' }, 'not the name of a branch'],
  [{ base: 'a b' }, "input 'base': 'a b' is not the name of a branch"],
  [{ milestone: 'v1' }, "input 'milestone': 'v1' is not a number"],
  [{ author: 'ada' }, "input 'author': 'ada' is not a name with an address"],
  [{ committer: 'a\nb <c@d>' }, "input 'committer'"],
  [{ draft: 'yes' }, "input 'draft': 'yes' is not one of its values"],
  [{ token: '' }, "input 'token': it is empty"],
])('%j is refused', (inputs, message) => {
  expect(() => read(inputs)).toThrow(message)
})

test('without a repository there is nothing to do', () => {
  expect(() => read({}, { GITHUB_REPOSITORY: '' })).toThrow('GITHUB_REPOSITORY')
})
