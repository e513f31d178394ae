import { describe, expect, test } from '@jest/globals'
import { parseFrozenLock } from '../../src/lock/frozen.ts'
import { parseLock } from '../../src/lock/parse.ts'
import { hex } from './samples.ts'

const line = (name: string) => `https://h/c/linux-64/${name}-1-0.conda#sha256:${hex}`
const many = Array.from({ length: 100_000 }, (_, index) => index)

describe('locks of a hundred thousand lines are read in one go', () => {
  test.each([
    ['packages', many.map((index) => line(`p${index}`)), 100_000],
    [
      'wheels',
      many.map((index) => `# pip p${index} @ https://h/p${index}-1-py3-none-any.whl#sha256=${hex}`),
      100_000,
    ],
  ])('%s', (what, lines, count) => {
    const lock = parseLock(['@EXPLICIT', ...lines].join('\n'), 'env.lock', 'linux-64')
    expect(what === 'packages' ? lock.packages : lock.wheels).toHaveLength(count)
  })

  test('lines of a header, and wheels before it', () => {
    const header = ['# micromamba-image-lock: 1', ...many.map((index) => `# spec: p${index}`)]
    expect(() => parseLock([...header, '@EXPLICIT'].join('\n'), 'env.lock', 'linux-64')).toThrow(
      "env.lock:1: the header has no 'input-hash'",
    )
  })
})

test('a lock with a byte order mark and lines of Windows is one', () => {
  const lock = parseLock(`\ufeff@EXPLICIT\r\n${line('a')}\r\n${line('b')}\r\n`, 'env.lock', 'linux-64')
  expect(lock.packages.map(({ name }) => name)).toEqual(['a', 'b'])
})

test.each([
  [
    'another platform',
    line('a').replace('linux-64', 'osx-arm64'),
    'a is for osx-arm64, in a lockfile for linux-64',
  ],
  ['a name twice', `${line('a')}\n${line('a')}`, 'a stands here for the second time'],
  ['an expression of GitHub', line('${{ secrets.A }}'), 'is not the address of a package'],
  ['four million characters', 'a-'.repeat(2_000_000), 'is not the address of a package'],
])('a lock with %s is refused', (_, text, message) => {
  expect(() => parseLock(`@EXPLICIT\n${text}`, 'env.lock', 'linux-64')).toThrow(message)
})

test('a YAML lock that is nested without end is refused', () => {
  const text = `version: 1\npackage: ${'['.repeat(20_000)}`
  expect(() => parseFrozenLock(text, 'conda-lock.yml', 'linux-64', 'default')).toThrow(
    /conda-lock\.yml:\d: it is not YAML/,
  )
})
