import { expect, test } from '@jest/globals'
import { formsOf } from '../../src/common/secrets.ts'

const encoded = (text: string) => Buffer.from(text).toString('base64')

test.each([
  ['plain', ['plain', '/t/plain/', encoded('plain')]],
  ['p@ss w/rd', ['p@ss w/rd', 'p%40ss%20w%2Frd', 'p@ss%20w/rd', '/t/p%40ss%20w%2Frd/', encoded('p@ss w/rd')]],
  ['', []],
])('the forms of %j', (secret, forms) => {
  expect(formsOf(secret)).toEqual(forms)
})

test('a login has that of its header too; a user alone is the secret', () => {
  expect(formsOf({ user: 'me', password: 'pw' })).toEqual(['pw', '/t/pw/', encoded('pw'), encoded('me:pw')])
  expect(formsOf({ user: 'key', password: '' })).toContain('key')
})
