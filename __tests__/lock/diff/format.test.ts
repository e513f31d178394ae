import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { describe, expect, test } from '@jest/globals'
import { formatDiff, githubLimit, summarize, type LockChange } from '../../../src/lock/diff/diff.ts'
import { changeOf, type Item } from './changes.ts'

const render = (markdown: string) =>
  micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })

test('nothing', async () => {
  expect(formatDiff([await changeOf([['a 1']], [['a 1']])])).toBe('')
})

const sizes = (size: number, depends: string[] = [], license?: string) => ({
  size,
  depends,
  ...(license && { license }),
})

test('an environment on one platform', async () => {
  const change = await changeOf(
    [
      ['python 3.12.4', sizes(30_000_000, ['openssl', 'zlib'])],
      ['openssl 3.3.2', sizes(3_000_000)],
      ['zlib 1.2.13 h1', sizes(90_000)],
      ['gone 1.0', sizes(5000)],
    ],
    [
      ['python 3.12.5', sizes(31_000_000, ['openssl', 'zlib'])],
      ['openssl 4.0.0', sizes(3_500_000)],
      ['zlib 1.2.13 h2', sizes(90_000)],
      ['rich 13.7', sizes(200_000, [], 'MIT')],
    ],
    { specs: ['python=3.12', 'rich'], known: { couldNotStay: ['zlib'] } },
  )
  expect(formatDiff([change]).replaceAll('\u00a0', ' '))
    .toBe(`**2 upgraded, 1 added, 1 removed, 1 rebuilt; \`python\` \`3.12.4\` → \`3.12.5\`, \`rich\` \`13.7\`; +1.7 MB**

- Licences of what is new: \`MIT\` (\`rich\`).
- Could not stay as they were, though only others were to change: \`zlib\`.

| Package | Change | Before | Now | Size | Needed by |
| --- | --- | --- | --- | --: | --- |
| \`openssl\` | **major upgrade** | \`3.3.2\` | \`4.0.0\` | +500 kB | \`python\` |
| \`python\` | upgrade | \`3.12.4\` | \`3.12.5\` | +1 MB | *asked for* |
| \`rich\` | new |  | \`13.7\` | +200 kB | *asked for* |

<details><summary>Other packages: 1 removed, 1 rebuilt</summary>

| Package | Change | Before | Now | Size | Needed by |
| --- | --- | --- | --- | --: | --- |
| \`gone\` | removed | \`1.0\` |  | −5 kB |  |
| \`zlib\` | other build | \`1.2.13 h1\` | \`1.2.13 h2\` | ±0 B | \`python\` |

</details>`)
})

test('two lockfiles alone: no sizes, and a word on what they do not say', async () => {
  const text = formatDiff([await changeOf([['a 1.0']], [['a 1.1']])])
  expect(text).toContain('Lockfiles do not say which package needs which')
  expect(text).toContain('| Package | Change | Before | Now |\n')
  expect(text).toContain('<details open>')
})

describe('several platforms', () => {
  const on = (platform: string, build: string, more: Item[] = []) =>
    changeOf(
      [[`python 3.12.4 ${build}`], [`zlib 1.2 ${build}`], ...more],
      [[`python 3.12.5 ${build}`], [`zlib 1.3 ${build}`]],
      { platform, specs: ['python'] },
    )
  test('equal changes stand there once, others with their platforms', async () => {
    const text = formatDiff([await on('linux-64', 'h1', [['mkl 2024.1']]), await on('linux-aarch64', 'h2')])
    expect(text.match(/`python`/g)).toHaveLength(2) // the line, and the table
    expect(text.match(/`zlib`/g)).toHaveLength(1)
    expect(text).toContain('<summary>Other packages: 1 upgraded</summary>')
    expect(text).toContain('<summary>Other packages, on linux-64 only: 1 removed</summary>')
    expect(text).not.toContain('Platforms')
  })
  test('what was asked for and differs names its platforms', async () => {
    const other = await changeOf([['python 3.12.4']], [['python 3.12.6']], {
      platform: 'linux-aarch64',
      specs: ['python'],
    })
    const text = formatDiff([await on('linux-64', 'h1'), other])
    expect(text).toContain('| `python` | upgrade | `3.12.4` | `3.12.6` | *asked for* | linux-aarch64 |')
  })
})

test('several environments have a heading each', async () => {
  const changes = await Promise.all(
    ['app.yaml', 'tools/env.yaml'].map((environment) => changeOf([['a 1']], [['a 2']], { environment })),
  )
  expect(formatDiff(changes).match(/^### .*$/gm)).toEqual(['### `app.yaml`', '### `tools/env.yaml`'])
})

const hostile =
  '`|</code>\n\n# <img src=x onerror=a> ![](//h) [a](//h) www.h.de @org/team #12 ::set-output name=a::b <!--'

test('nothing of what others wrote does anything', async () => {
  const known = { couldNotStay: [hostile] }
  const change = await changeOf([['a 1']], [['a 2', { size: 1, license: hostile, depends: [hostile] }]], {
    known,
  })
  const evil = {
    version: hostile,
    build: hostile,
    channel: `https://h/${hostile}`,
    hex: hostile,
    license: hostile,
  } as const
  const kinds = ['added', 'removed', 'upgraded', 'rebuilt', 'moved', 'replaced'] as const
  const packages = kinds.flatMap((kind) =>
    [true, false].map((asked) => ({
      name: hostile,
      kind,
      major: asked,
      asked,
      askedBy: [hostile],
      before: { ...evil, channel: 'c', license: 'MIT' },
      after: evil,
    })),
  )
  const diff = { ...change.diff, packages, base: { before: `${hostile}@${hostile}`, after: hostile } }
  const changes: LockChange[] = [
    { ...change, diff, environment: hostile },
    { ...change, diff, environment: 'b' },
  ]
  const html = render(formatDiff(changes))
  const outside = html.replace(/<code>[^<]*<\/code>/g, '')
  const tags = new Set([...outside.matchAll(/<\/?(\w+)/g)].map(([, tag]) => tag))
  const ours = [
    'p',
    'strong',
    'em',
    'ul',
    'li',
    'h3',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'details',
    'summary',
  ]
  expect([...tags].filter((tag) => !ours.includes(tag ?? ''))).toEqual([])
  expect(outside).not.toMatch(/@org|#12|::|www\.|onerror|<!--/)
})

test('a text of others that is very long takes the place of nothing else', async () => {
  const long = 'x'.repeat(100_000)
  const change = await changeOf([], [['a 1', { size: 1, license: long }], ['b 1']])
  const [first, ...rest] = change.diff.packages
  if (!first) throw new Error('a change')
  const diff = { ...change.diff, packages: [{ ...first, name: long }, ...rest] }
  const text = formatDiff([{ ...change, diff }])
  expect(text.length).toBeLessThan(2000)
  expect(text).toContain('Licences of what is new')
  expect(text).toContain('| `b` |')
  expect(summarize([{ ...change, diff }]).length).toBeLessThan(256)
})

describe('the limit', () => {
  const many = (count: number) =>
    changeOf(
      Array.from({ length: count }, (_, index): [string] => [`package-${index} 1.0`]),
      Array.from({ length: count }, (_, index): [string] => [
        `package-${index} ${index % 2 ? '1.1' : '2.0'}`,
      ]),
    )
  test('of GitHub is kept, and what was cut is said', async () => {
    const text = formatDiff([await many(3000)])
    expect(text.length).toBeLessThanOrEqual(githubLimit)
    expect(text.length).toBeGreaterThan(githubLimit - 500)
    const rows = text.match(/^\| `/gm)?.length ?? 0
    expect(text).toContain(`*${3000 - rows} more changes would not fit into 65536 characters`)
  })
  test('whatever it is, it is kept, and what is folded is closed', async () => {
    const change = await many(40)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (limit) => {
        const text = formatDiff([change, { ...change, platform: 'linux-aarch64' }], limit)
        expect(text.length).toBeLessThanOrEqual(limit)
        expect(text.match(/<details/g)?.length).toBe(text.match(/<\/details>/g)?.length)
      }),
    )
  })
})
