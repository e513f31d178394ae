import { expect, test } from '@jest/globals'
import { summarize } from '../../../src/lock/diff/diff.ts'
import { changeOf } from './changes.ts'

test('the line that says it all', async () => {
  const change = await changeOf(
    [
      ['python 3.12.4', { size: 10_000_000 }],
      ['zlib 1.2', { size: 1 }],
      ['old 1', { size: 1000 }],
    ],
    [
      ['python 3.12.5', { size: 13_100_000 }],
      ['zlib 1.3', { size: 1 }],
      ['new 1', { size: 1000 }],
    ],
    { specs: ['python'] },
  )
  expect(summarize([change])).toBe('2 upgraded, 1 added, 1 removed; python 3.12.4 → 3.12.5; +3.1 MB')
})

test('nothing', async () => {
  expect(summarize([await changeOf([], [])])).toBe('nothing changed')
  expect(summarize([])).toBe('nothing changed')
})

test.each([
  [
    'major changes are named where nothing was asked for and there are many',
    'a 1 b 1.0 c 1.0 d 1.0',
    'a 2 b 1.1 c 1.1 d 1.1',
    '4 upgraded; a 1 → 2',
  ],
  ['few changes are all named', 'a 1 b 1.0', 'a 2 b 1.1', '2 upgraded; a 1 → 2, b 1.0 → 1.1'],
  ['a rebuild', 'a 1.0', 'a 1.0_', '1 rebuilt; a 1.0'],
])('%s', async (_, before, after, line) => {
  const items = (text: string) =>
    text.match(/\w+ \S+/g)?.map((item): [string] => [item.endsWith('_') ? `${item.slice(0, -1)} 1` : item]) ??
    []
  expect(summarize([await changeOf(items(before), items(after))])).toBe(line)
})

test('what is the same on several platforms counts once, and sizes are a range', async () => {
  const changes = await Promise.all(
    ['linux-64', 'linux-aarch64'].map((platform, index) =>
      changeOf([[`a 1.0 h${index}`, { size: 1000 }]], [[`a 1.1 h${index}`, { size: 2000 + 1000 * index }]], {
        platform,
        specs: ['a'],
      }),
    ),
  )
  expect(summarize(changes)).toBe('1 upgraded; a 1.0 → 1.1; +1 kB to +2 kB')
})

test('the base image alone', async () => {
  const change = await changeOf([], [])
  const diff = { ...change.diff, base: { before: 'a@sha256:1', after: 'a@sha256:2' } }
  expect(summarize([{ ...change, diff }])).toBe('another base image')
})
