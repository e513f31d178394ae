import { expect, test } from '@jest/globals'
import { diffLocks } from '../../src/lock/diff.ts'
import { locked } from './samples.ts'

const lock = (...paths: string[]) => ({ packages: paths.map((path) => locked(path)) })

test('each kind of change', () => {
  const before = lock(
    'c/noarch/same-1-0.conda',
    'c/noarch/version-1-0.conda',
    'c/noarch/build-1-0.conda',
    'c/noarch/channel-1-0.conda',
    'c/noarch/gone-1-0.conda',
  )
  const after = lock(
    'c/noarch/new-3-0.conda',
    'd/noarch/channel-1-0.conda',
    'c/noarch/version-2-1.conda',
    'c/noarch/build-1-1.conda',
    'c/noarch/added-2-0.conda',
    'c/noarch/same-1-0.conda',
  )
  expect(diffLocks(before, after)).toEqual({
    added: [
      { name: 'added', version: '2' },
      { name: 'new', version: '3' },
    ],
    removed: [{ name: 'gone', version: '1' }],
    changed: [
      { name: 'build', before: '1 0', after: '1 1' },
      {
        name: 'channel',
        before: '1 0 https://conda.example.org/c/noarch .conda',
        after: '1 0 https://conda.example.org/d/noarch .conda',
      },
      { name: 'version', before: '1', after: '2' },
    ],
  })
})

test('other bytes under the same name', () => {
  const path = 'c/noarch/a-1-0.conda'
  expect(
    diffLocks({ packages: [locked(path)] }, { packages: [locked(path, 'cd'.repeat(32))] }).changed,
  ).toEqual([{ name: 'a', before: '1 0 sha256:abababababab', after: '1 0 sha256:cdcdcdcdcdcd' }])
})

test('the order is no difference', () => {
  const [a, b] = ['c/noarch/a-1-0.conda', 'c/noarch/b-1-0.conda']
  expect(diffLocks(lock(a, b), lock(b, a))).toEqual({ added: [], removed: [], changed: [] })
})
