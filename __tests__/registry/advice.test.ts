import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { isForksPullRequest } from '../../src/common/fork.ts'
import { adviceFor } from '../../src/registry/advice.ts'

let directory: string
const before = { ...process.env }
delete before['GITHUB_EVENT_PATH']
beforeEach(() => {
  process.env = { ...before }
  directory = mkdtempSync(join(tmpdir(), 'advice-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

/** The environment of a workflow's run. */
function eventOf(name: string, event: unknown): NodeJS.ProcessEnv {
  const file = join(directory, 'event.json')
  writeFileSync(file, typeof event === 'string' ? event : JSON.stringify(event))
  return { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: file }
}
const pull = (head: string | null, base: string) => ({
  pull_request: {
    head: { repo: head === null ? null : { full_name: head } },
    base: { repo: { full_name: base } },
  },
})

describe('a pull request of a fork', () => {
  test.each<[string, unknown, boolean]>([
    ['pull_request', pull('you/app', 'org/app'), true],
    ['pull_request', pull(null, 'org/app'), true],
    ['pull_request_review', pull('you/app', 'org/app'), true],
    ['pull_request', pull('org/app', 'org/app'), false],
    ['pull_request_target', pull('you/app', 'org/app'), false],
    ['push', pull('you/app', 'org/app'), false],
    ['pull_request', {}, false],
    ['pull_request', '', false],
    ['pull_request', 'null', false],
  ])('%s %j: %s', (name, event, is) => {
    expect(isForksPullRequest(eventOf(name, event))).toBe(is)
  })
  test('no event, or one that is gone', () => {
    expect(isForksPullRequest({})).toBe(false)
    const GITHUB_EVENT_PATH = join(directory, 'absent')
    expect(isForksPullRequest({ GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH })).toBe(false)
  })
})

describe('what to do about a refusal to write', () => {
  const denied = (registry: string, message?: string) =>
    adviceFor({ registry, writes: true }, 403, { ...(message !== undefined && { message }) })

  test('of a token that may not write packages', () => {
    expect(denied('ghcr.io', 'installation not allowed to Write organization package')).toMatch(
      /^Log in to ghcr.io .*`permissions: packages: write`/,
    )
  })
  test("by the package's own settings", () => {
    process.env['GITHUB_REPOSITORY'] = 'org/app'
    expect(denied('ghcr.io', 'permission_denied: write_package')).toMatch(
      /does not let org\/app write it.*Manage Actions access.*role Write/,
    )
    expect(denied('quay.io', 'permission_denied: write_package')).toMatch(/^Log in to quay.io/)
  })
  test("in a fork's pull request, of any registry", () => {
    Object.assign(process.env, eventOf('pull_request', pull('you/app', 'org/app')))
    for (const registry of ['ghcr.io', 'quay.io']) {
      expect(denied(registry, 'permission_denied: write_package')).toMatch(
        /^This run is for a pull request of a fork/,
      )
    }
    expect(adviceFor({ registry: 'ghcr.io', writes: false }, 403, {})).toMatch(/^Log in/)
  })
})

describe('what a registry says tells more than its status', () => {
  const registry = { registry: 'registry.example', writes: true }
  test.each([
    [
      403,
      { message: 'adding 1.0 GiB of storage resource will exceed the configured upper limit' },
      /no more room/,
    ],
    [413, { message: 'storage quota of the project' }, /no more room/],
    [404, { code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown to registry' }, /run the job again/],
    [404, { code: 'NAME_UNKNOWN', message: 'no such repository' }, /^Check the name/],
    [200, {}, /network that wants a login/],
    [307, {}, /network that wants a login/],
  ])('%d, %j', (status, said, advice) => {
    expect(adviceFor(registry, status, said)).toMatch(advice)
  })
})
