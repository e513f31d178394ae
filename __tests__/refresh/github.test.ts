import { describe, expect, test } from '@jest/globals'
import { adviceFor, explain } from '../../src/refresh/github-failure.ts'
import { rateLimitSeconds } from '../../src/refresh/github.ts'

/** As `@octokit/request-error` throws it. */
function failure(status: number, data?: unknown) {
  return Object.assign(new Error('Unknown error'), {
    ...{ name: 'HttpError', status, request: { method: 'POST', url: 'https://api.github.com/x' } },
    ...(data !== undefined && { response: { headers: {}, data } }),
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
    const error = explain(failure(422, data), 'it cannot be', 'org/app') as Error
    expect(error.message).toBe(
      'it cannot be: GitHub answered 422: Validation Failed; base is invalid; no ::set-output name=a::b; text (https://api.github.com)',
    )
  })

  test('that never came is told as that', () => {
    const error = explain(failure(500), 'it cannot be', 'org/app') as Error
    expect(error.message).toContain('it cannot be: GitHub cannot be reached: Unknown error')
  })

  test('that is none stays what it is', () => {
    const bug = new TypeError('bug')
    expect(explain(bug, 'it cannot be', 'org/app')).toBe(bug)
  })
})

const now = Math.floor(Date.now() / 1000)

test.each([
  [403, { 'retry-after': '30' }, 'secondary', 30],
  [429, { 'retry-after': '0' }, '', 0],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now - 5) }, '', 1],
  [403, {}, 'You have exceeded a secondary rate limit', 60],
  [429, {}, 'Too many', 60],
  [403, { 'x-ratelimit-remaining': '12' }, 'Resource not accessible by integration', undefined],
  [500, { 'retry-after': '1' }, '', undefined],
])('%s with %j waits', (status, headers, message, seconds) => {
  expect(rateLimitSeconds(status, headers, message)).toBe(seconds)
})
