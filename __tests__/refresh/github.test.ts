import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { adviceFor, explain } from '../../src/refresh/github-failure.ts'
import { rateLimitSeconds } from '../../src/refresh/rate-limit.ts'
import { startGitHub } from '../world/github/server.ts'

const place = { repository: 'org/app', origin: 'https://api.github.com' }

/** As `@octokit/request-error` throws it. */
function failure(status: number, data?: unknown, headers = {}) {
  return Object.assign(new Error('Unknown error'), {
    ...{ name: 'HttpError', status, request: { method: 'POST', url: 'https://api.github.com/x' } },
    ...(data !== undefined && { response: { headers, data } }),
  })
}

test.each([
  ['GitHub Actions is not permitted to create or approve pull requests.', 403, 'Workflow permissions'],
  ['Resource not accessible by integration', 403, '`contents: write` and `pull-requests: write`'],
  ['Resource not accessible by personal access token', 403, '"Contents" and "Pull requests"'],
  ['Permission to org/app.git denied to github-actions[bot].', 403, '`contents: write`'],
  ['Resource protected by organization SAML enforcement.', 403, 'single sign-on'],
  ['Repository was archived so is read-only.', 403, 'Unarchive'],
  ['error: GH006: Protected branch update failed for refs/heads/x.', undefined, "'sign-commits'"],
  ['remote: error: GH013: Repository rule violations found for refs/heads/x.', undefined, "'branch'"],
  ['Draft pull requests are not supported in this repository.', 422, "Leave 'draft' out"],
  ["Fork collab can't be granted by someone without permission", 422, 'maintainer-can-modify'],
  [
    'refusing to allow a GitHub App to create or update workflow `.github/workflows/a.yml` without `workflows` permission',
    undefined,
    '`workflows: write`',
  ],
  ['Bad credentials', 401, 'not valid'],
  ['Not Found', 404, 'org/app'],
  ['Server Error', 502, 'githubstatus'],
  ['API rate limit exceeded', undefined, 'Run the job again then'],
  // A firewall's, or a policy's.
  ['Blocked.', 403, '`contents: write` and `pull-requests: write`'],
] as const)('%s', (said, status, advice) => {
  expect(adviceFor(said, 'org/app', status)).toContain(advice)
})

describe('an answer', () => {
  test('is told with what its errors say, on one line that the runner does not obey', () => {
    const data = {
      message: 'Validation Failed',
      errors: [
        { resource: 'PullRequest', field: 'base', code: 'invalid' },
        { message: 'no\n::set-output name=a::b' },
        'text',
      ],
    }
    const error = explain(failure(422, data), 'it cannot be', place) as Error
    expect(error.message).toBe(
      "it cannot be: GitHub answered 422: Validation Failed; base is invalid; no ::set-output name=a::b; text (https://api.github.com)\nCheck what the inputs name, and what the token may do; if that is not GitHub's own answer, ask whoever runs the proxy or firewall on the way.",
    )
  })

  test('that never came is told as that', () => {
    const error = explain(failure(500), 'it cannot be', place) as Error
    expect(error.message).toContain('it cannot be: GitHub cannot be reached: Unknown error')
  })

  test('that is none stays what it is', () => {
    const bug = new TypeError('bug')
    expect(explain(bug, 'it cannot be', place)).toBe(bug)
  })

  test.each([
    ['31536000', '365 days'],
    ['7200', '2 hours'],
    ['2980', '50 minutes'],
    ['61', '61 seconds'],
    [new Date(0).toUTCString(), '1 second'],
  ])('that asks to wait until %s says when', (after, when) => {
    const limited = failure(429, { message: 'Too many requests' }, { 'retry-after': after })
    expect((explain(limited, 'it cannot be', place) as Error).message).toBe(
      `it cannot be: GitHub answered 429: Too many requests (https://api.github.com); its rate limit is used up, and the token may ask again in ${when}\nRun the job again then. A token of a GitHub App has a limit of its own.`,
    )
  })

  test('to GraphQL tells where it came from, and what to do', () => {
    const error = Object.assign(new Error('Something went wrong'), { name: 'GraphqlResponseError' })
    expect((explain(error, 'it cannot be', place) as Error).message).toMatch(
      /^it cannot be: GitHub answered: Something went wrong \(https:\/\/api\.github\.com\)\nCheck .*\.$/,
    )
  })
})

const now = Math.floor(Date.now() / 1000)

test.each([
  [403, { 'retry-after': '30' }, 'secondary', 30],
  [429, { 'retry-after': '0' }, '', 0],
  [429, { 'retry-after': new Date((now + 300) * 1000).toUTCString() }, '', 300],
  [429, { 'retry-after': new Date(0).toUTCString() }, '', 0],
  [429, { 'retry-after': 'soon, -1e9' }, '', 60],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now - 5) }, '', 1],
  [403, {}, 'You have exceeded a secondary rate limit', 60],
  [429, {}, 'Too many', 60],
  [403, { 'x-ratelimit-remaining': '12' }, 'Resource not accessible by integration', undefined],
  [500, { 'retry-after': '1' }, '', undefined],
])('%s with %j waits', (status, headers, message, seconds) => {
  const waits = rateLimitSeconds(status, headers, message)
  // A date is some moments nearer by now.
  if (seconds === 300) expect([298, 299, 300]).toContain(waits)
  else expect(waits).toBe(seconds)
})

const github = await startGitHub()
afterAll(() => github.stop())
// Octokit looks at it when it is loaded.
Object.assign(process.env, github.environment)
const { connect } = await import('../../src/refresh/github.ts')
const { tipOf } = await import('../../src/refresh/remote.ts')
const { requireTip } = await import('../../src/refresh/target.ts')
const { propose } = await import('../../src/refresh/proposal.ts')
const { open } = await import('../../src/refresh/pull-request.ts')

describe('GitHub, at an address of its own,', () => {
  const { GITHUB_SERVER_URL: server = '' } = github.environment
  const connection = connect(github.tokens.app, { owner: 'org', repo: 'app', server })
  const clock = 'MICROMAMBA_IMAGE_RETRY_SECONDS'
  const before = process.env[clock]
  beforeEach(() => {
    process.env[clock] = '0.01'
  })
  afterEach(() => {
    process.env[clock] = before
    github.disturb = () => undefined
  })

  test('names it where a branch is missing', async () => {
    await expect(requireTip(connection, { kind: 'own', branch: 'locks', base: 'nowhere' })).rejects.toThrow(
      `input 'base': there is no branch 'nowhere' that this token can see (${server})`,
    )
  })

  test.each([
    ['a.txt', 'it is another one than in this checkout'],
    ['b.txt', 'it is missing, unlike in this checkout'],
  ])('names it where it has not the %s of the checkout', async (path, what) => {
    const commit = await github.repository.commit('main', { 'a.txt': 'a' })
    const fresh = { locks: [], sources: [{ path, text: 'b' }] }
    await expect(propose(connection, fresh, { commit, branch: 'main' })).rejects.toThrow(
      `${path}: on the branch 'main' ${what}, from which the locks were solved (${server})\n`,
    )
  })

  test('is not taken for what else answers 404', async () => {
    github.disturb = () => ({ status: 404, body: '<html>' })
    await expect(tipOf(connection, 'main')).rejects.toThrow(
      /^the branch 'main' cannot be read: GitHub answered 404: .* \(http:\/\/127.0.0.1:\d+\)\n/,
    )
  })

  test.each([
    ['408', { status: 408 }],
    ['a limit until nobody knows when', { status: 429, headers: { 'retry-after': 'soon' } }],
    ['a limit until a date', { status: 403, headers: { 'retry-after': new Date(0).toUTCString() } }],
  ])('is asked again after %s', async (_what, answer) => {
    await github.repository.commit('main', { 'a.txt': 'a' })
    await github.repository.commit('locks', { 'a.txt': 'b' }, { from: 'main' })
    let asked = 0
    github.disturb = ({ method }) =>
      method === 'POST' && asked++ === 0 ? { ...answer, body: {} } : undefined
    const words = { title: 'Locks', body: '' }
    const wishes = {
      ...{ labels: [], assignees: [], reviewers: [], teamReviewers: [] },
      ...{ draft: 'false' as const, maintainerCanModify: false, deleteBranch: true },
    }
    const opened = await open(connection, { branch: 'locks', base: 'main' }, words, wishes)
    expect(asked).toBe(2)
    expect(opened?.title).toBe('Locks')
    github.state.pulls.splice(0)
  })

  test('is not asked again before a year is over', async () => {
    let asked = 0
    github.disturb = () => {
      asked++
      return { status: 429, headers: { 'retry-after': '31536000' }, body: { message: 'Too many' } }
    }
    await expect(tipOf(connection, 'main')).rejects.toThrow(
      `GitHub answered 429: Too many (${server}); its rate limit is used up, and the token may ask again in 365 days\nRun the job again then.`,
    )
    expect(asked).toBe(1)
  })
})
