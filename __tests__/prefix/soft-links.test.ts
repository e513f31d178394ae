import { expect, test } from '@jest/globals'
import { followLinks } from '../../src/prefix/soft-links.ts'

const links = new Map([
  ['lib/a.so', 'a.so.1'],
  ['lib/a.so.1', './a.so.1.2'],
  ['lib64', 'lib'],
  ['share/up', '../lib64/a.so'],
  ['absolute', '/opt/conda/lib/a.so'],
  ['outside', '/usr/bin/env'],
  ['above', '../../etc/passwd'],
  ['back', '../conda/lib/a.so.1.2'],
  ['circle', 'circle-2'],
  ['circle-2', 'circle'],
  ['self', '.'],
  ['root', '../conda'],
])

test.each([
  ['lib/a.so.1.2', 'lib/a.so.1.2'],
  ['lib/a.so', 'lib/a.so.1.2'],
  ['lib64/a.so', 'lib/a.so.1.2'],
  ['share/up', 'lib/a.so.1.2'],
  ['absolute', 'lib/a.so.1.2'],
  ['back', 'lib/a.so.1.2'],
  ['self/lib/x', 'lib/x'],
  ['outside', undefined],
  ['above', undefined],
  ['circle', undefined],
  ['root', undefined],
])('%s comes to %s', (path, expected) => {
  expect(followLinks(path, links, '/opt/conda')).toBe(expected)
})
