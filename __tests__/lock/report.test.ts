import { expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { describeLock } from '../../src/lock/report.ts'
import { header, locked } from './samples.ts'

const resolved = {
  lock: { header, packages: [locked('linux-64/python-3.12.5-0.conda'), locked('noarch/tool-1.0-0.conda')] },
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

test('of one that was solved again the log says why, what changed, and that it has to be committed', () => {
  const difference = {
    added: [{ name: 'tool', version: '1.0' }],
    removed: [],
    changed: [{ name: 'python', before: '3.12.4', after: '3.12.5' }],
  }
  const reasons = ["the spec 'tool' is new", "the channel 'defaults' is gone"]
  const lines = describeLock({ ...resolved, changed: true, reasons, difference }, 'env.linux-64.lock')
  expect(lines).toEqual([
    'env.linux-64.lock: solved by micromamba 2.9.0, 2 packages, since',
    "- the spec 'tool' is new",
    "- the channel 'defaults' is gone",
    'Against the lock before: 1 added: tool 1.0; 1 changed: python 3.12.4 → 3.12.5.',
    expect.stringMatching(/Commit it, for the job does not/),
  ])
})

test('a long list of changes is cut, saying by how much', () => {
  const added = Array.from({ length: 20 }, (_, index) => ({ name: `p${index}`, version: '1' }))
  const difference = { added, removed: [], changed: [] }
  const lines = describeLock({ ...resolved, reasons: ['lock-mode is update'], difference }, 'a.lock')
  expect(lines[2]).toMatch(/^Against the lock before: 20 added: p0 1, .*p7 1 and 12 more\.$/)
  expect(lines.at(-1)).toBe('It is what it was before.')
})
