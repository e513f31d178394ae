import { expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { diffLocks } from '../../src/lock/diff/diff.ts'
import { describeLock } from '../../src/lock/report.ts'
import { header, locked, lockedWheel } from './samples.ts'

const resolved = {
  lock: {
    header,
    packages: [locked('linux-64/python-3.12.5-0.conda'), locked('noarch/tool-1.0-0.conda')],
    wheels: [],
  },
  text: '',
  path: '/work/env.linux-64.lock',
  hash: digestOf(''),
  changed: false,
}

test('a lockfile that answers what is asked is used', () => {
  expect(describeLock(resolved, 'env.linux-64.lock')).toEqual([
    'env.linux-64.lock: used as it is, 2 packages',
  ])
})

test('wheels are counted beside packages, and the pip that chose them is named', () => {
  const lock = {
    ...resolved.lock,
    header: { ...header, pipVersion: '25.1' },
    wheels: [lockedWheel('flask', 'flask-3-py3-none-any.whl')],
  }
  expect(describeLock({ ...resolved, lock }, 'a.lock')).toEqual([
    'a.lock: used as it is, 2 packages, 1 wheel',
  ])
  expect(describeLock({ ...resolved, lock, reasons: ['x'] }, 'a.lock')[0]).toBe(
    'a.lock: solved by micromamba 2.9.0 and pip 25.1, 2 packages, 1 wheel, since',
  )
})

test('of one that was solved again the log says why, what changed, and that it has to be committed', async () => {
  const before = { header, packages: [locked('linux-64/python-3.12.4-0.conda')], wheels: [] }
  const diff = { ...(await diffLocks(before, resolved.lock)), couldNotStay: ['openssl'] }
  const reasons = ["the spec 'tool' is new", "the channel 'defaults' is gone"]
  const change = { environment: 'env.yaml', platform: 'linux-64', diff }
  const lines = describeLock({ ...resolved, changed: true, reasons }, 'env.linux-64.lock', change)
  expect(lines).toEqual([
    'env.linux-64.lock: solved by micromamba 2.9.0, 2 packages, since',
    "- the spec 'tool' is new",
    "- the channel 'defaults' is gone",
    'Against the lock before: 1 upgraded, 1 added; python 3.12.4 → 3.12.5.',
    'These could not stay as they were: openssl.',
    expect.stringMatching(/Commit it, for the job does not/),
  ])
})

test('a lock that is solved to what it was', async () => {
  const change = {
    environment: 'env.yaml',
    platform: 'linux-64',
    diff: await diffLocks(resolved.lock, resolved.lock),
  }
  const lines = describeLock({ ...resolved, reasons: ['lock-mode is update'] }, 'a.lock', change)
  expect(lines.slice(2)).toEqual(['Against the lock before: nothing changed.', 'It is what it was before.'])
})
