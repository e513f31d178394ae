import { beforeAll, describe, expect, test } from '@jest/globals'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { diffLocks, formatDiff, summarize } from '../../src/lock/diff/diff.ts'
import type { Lock } from '../../src/lock/types.ts'
import { limits, pullRequestBody, pullRequestTitle } from '../../src/refresh/body.ts'
import { pullRequestText, type PullRequestText } from '../../src/refresh/text.ts'
import type { RefreshRequest } from '../../src/refresh/types.ts'
import { header, locked } from '../lock/samples.ts'

const lockOf = (...files: string[]): Lock => ({
  header,
  packages: files.map((file) => locked(file)),
  wheels: [],
})
const change = async (before: Lock | undefined, after: Lock) => ({
  path: 'env.linux-64.lock',
  environment: 'env.yaml',
  platform: 'linux-64',
  after,
  ...(before && { diff: await diffLocks(before, after) }),
})

describe('what changed', () => {
  test('is a line, and the difference of the locks', async () => {
    const before = lockOf('linux-64/app-1.0-0.conda', 'noarch/old-1-0.conda')
    const after = lockOf('linux-64/app-1.1-0.conda', 'noarch/new-2-0.conda')
    const difference = { environment: 'env.yaml', platform: 'linux-64', diff: await diffLocks(before, after) }
    const { line, details } = pullRequestText([await change(before, after)])
    expect(line).toBe(summarize([difference]))
    expect(line).toContain('app 1.0 → 1.1')
    expect(details()).toBe(formatDiff([difference]))
  })

  test('of a new lockfile is how many packages it has', async () => {
    const { line, details } = pullRequestText([
      await change(undefined, lockOf('linux-64/app-1.0-0.conda')),
      await change(lockOf('linux-64/app-1.0-0.conda'), lockOf('linux-64/app-1.1-0.conda')),
    ])
    expect(line).toMatch(/^1 new lockfile; 1 upgraded; app 1\.0 → 1\.1/)
    expect(details()).toMatch(/^- `env\.linux-64\.lock` is new, with 1 package\n\n\*\*/)
  })

  test('of a lock with the same packages is said too', async () => {
    const lock = lockOf('linux-64/app-1.0-0.conda')
    const { line, details } = pullRequestText([await change(lock, lock)])
    expect(line).toBe('the same packages')
    expect(details()).toContain('`env.linux-64.lock` has the same packages')
  })

  test('holds nothing that a channel could have GitHub do', async () => {
    const hostile = [
      '`x`](https://evil.example) <img src=x onerror=y>',
      '| a | b |\n\n# heading\n</details>',
      '@org/team closes #12 org/repo#12 GH-12',
      '::set-output name=a::b\r\n##[error]x',
    ]
    const evil = hostile.map((text, index) => ({
      ...locked(`linux-64/p${index}-1.0-0.conda`),
      ...{ name: `p${index} ${text}`, version: text },
    }))
    const after = { header: { ...header, baseImage: hostile.join(' ') }, packages: evil, wheels: [] }
    const text = pullRequestText([{ ...(await change(lockOf(), after)), path: hostile[0] ?? '' }])
    const body = pullRequestBody(text, request())
    const html = micromark(body, {
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
      allowDangerousHtml: true,
    })
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([request().runUrl])
    expect(html).not.toMatch(/<(img|h1|script)/)
    expect(html.match(/<\/details>/g)?.length).toBe(html.match(/<details/g)?.length)
    const outside = html.replace(/<code>.*?<\/code>/gs, '')
    expect(outside).not.toMatch(/@\w|#\d|::|evil/)
    expect(pullRequestTitle(text.line, request())).not.toMatch(/[\n\r]|::|##|#\d|@\w|gh-\d/i)
  })
})

const request = (wishes: Partial<RefreshRequest['pullRequest']> = {}, isJobToken = false) =>
  ({ pullRequest: wishes, isJobToken, runUrl: 'https://github.com/org/app/actions/runs/1' }) as RefreshRequest // what is looked at

describe('the pull request', () => {
  const long = lockOf(...Array.from({ length: 4000 }, (_, index) => `linux-64/package-${index}-1.0-0.conda`))
  let text: PullRequestText

  beforeAll(async () => {
    text = pullRequestText([await change(lockOf(), long)])
  })

  test('has no more text than GitHub takes, and says what was left out', () => {
    const body = pullRequestBody(text, request({ body: 'Hello' }))
    expect(body.length).toBeLessThanOrEqual(limits.body)
    expect(body).toMatch(/^Hello\n\n/)
    expect(body).toContain('[a run](https://github.com/org/app/actions/runs/1)')
    expect(pullRequestBody(text, request({ body: 'x'.repeat(70_000) }))).toHaveLength(limits.body)
  })

  test('has a title that GitHub takes', () => {
    expect(pullRequestTitle(text.line, request())).toMatch(/^Refresh locks: 4000 added/)
    expect(pullRequestTitle('x'.repeat(300), request())).toHaveLength(limits.title)
    expect(pullRequestTitle(text.line, request({ title: 'Locks' }))).toBe('Locks')
  })

  test('says what a token that starts no checks means', () => {
    expect(pullRequestBody(text, request({}, true))).toContain('GitHub starts no checks for it')
    expect(pullRequestBody(text, request())).not.toContain('checks')
  })
})
