import { expect, test } from '@jest/globals'
import { parseUserWish } from '../../src/base/user-wish.ts'

test.each([
  ['ann', { name: 'ann' }],
  ['_svc.web-1', { name: '_svc.web-1' }],
  ['ann:1000', { name: 'ann', uid: 1000 }],
  ['ann:1000:100', { name: 'ann', uid: 1000, gid: 100 }],
  ['root:0:0', { name: 'root', uid: 0, gid: 0 }],
  ['1000', { uid: 1000 }],
  ['1000:1001', { uid: 1000, gid: 1001 }],
  ['2147483647', { uid: 2147483647 }],
])('%s', (text, wish) => {
  expect(parseUserWish(text, { input: 'user' })).toEqual(wish)
})

test.each([
  '',
  ':',
  'ann:',
  'ann:1:',
  'ann:1:2:3',
  'ann:users',
  '1000:users',
  '1000:',
  ':1000',
  '-1',
  '1e3',
  '2147483648',
  '1:2147483648',
  '1ann',
  'two words',
  'ann/../root',
  'ann\n',
  'a'.repeat(33),
])('%j is refused, naming the input', (text) => {
  expect(() => parseUserWish(text, { input: 'user' })).toThrow(expect.objectContaining({ input: 'user' }))
})
