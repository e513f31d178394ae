import { expect, test } from '@jest/globals'
import { secretsInput, withSecrets } from '../../src/execute/secrets.ts'

test('secrets are handed over as names and values that end with NUL', () => {
  expect(secretsInput({ TOKEN: 'a b\n', 'other-one.txt': '' })).toBe('TOKEN\0a b\n\0other-one.txt\0\0')
  expect(secretsInput({})).toBe('')
})

test('their command line is the same whatever they are', () => {
  expect(withSecrets(['/bin/echo', 'x'])).toEqual([
    ...['/bin/bash', '-p', '-c', expect.stringContaining('/run/secrets/$name'), 'secrets', '/bin/echo', 'x'],
  ])
})

test.each(['', '.', '..', 'a/b', '.hidden', 'a b', 'a\n', 'a\0b'])('%j is not the name of one', (name) => {
  expect(() => secretsInput({ [name]: 'hunter2' })).toThrow(/cannot be the name of a secret\nUse letters/)
})

test('one that holds NUL is refused without being shown', () => {
  const input = () => secretsInput({ KEY: 'hunter\x002' })
  expect(input).toThrow(/'KEY' holds a NUL byte\nGive it as base64/)
  expect(input).not.toThrow(/hunter/)
})
