import { expect, test } from '@jest/globals'
import { refuseSources } from '../../src/stages/pip-section.ts'
import type { LockedWheel } from '../../src/lock/types.ts'
import { header, hex, locked, lockedWheel } from '../lock/samples.ts'

const lock = { header, packages: [locked('noarch/tool-1.0-0.conda')] }
const wheel = lockedWheel('flask', 'flask-3-py3-none-any.whl')
const pin = { name: 'demo', requested: true, direct: true, line: 17 }

test('a lock with wheels alone is taken', () => {
  expect(() => {
    refuseSources({ path: '/work/env.lock', lock: { ...lock, wheels: [wheel] } })
  }).not.toThrow()
})

test.each<[LockedWheel, string]>([
  [
    {
      ...pin,
      kind: 'sdist',
      url: 'https://index.example/demo-1.tar.gz',
      fileName: 'demo-1.tar.gz',
      sha256: hex,
    },
    'demo is locked as an archive of its source',
  ],
  [
    {
      ...pin,
      kind: 'vcs',
      url: 'git+https://host.example/demo@0',
      vcs: 'git',
      repository: 'https://host.example/demo',
      commit: '0',
    },
    'demo is locked as a commit of a repository',
  ],
  [{ ...pin, kind: 'directory', url: 'file:demo' }, 'demo is locked as a folder'],
])('what a wheel is to be built from is refused by its line', (source, what) => {
  expect(() => {
    refuseSources({ path: '/work/env.lock', lock: { ...lock, wheels: [wheel, source] } })
  }).toThrow(`/work/env.lock:17: ${what}, and no wheel is to be built`)
})
