import { describe, expect, test } from '@jest/globals'
import { masked, secretsIn, withoutCredentials } from '../../src/environment/credentials.ts'

describe('withoutCredentials', () => {
  test.each([
    ['https://user:pw@host/chan', 'https://host/chan'],
    ['http://user:*****@127.0.0.1:8125/noarch/a-1-0.conda', 'http://127.0.0.1:8125/noarch/a-1-0.conda'],
    ['https://a@b.example:pw@host/chan', 'https://host/chan'],
    ['https://host/t/tk-1/chan', 'https://host/chan'],
    ['https://host/t/*****/chan/linux-64', 'https://host/chan/linux-64'],
    ['https://host/deep/t/tk-1', 'https://host/deep'],
    ["channels: ['https://u:p@h/c', 'https://h/t/k']", "channels: ['https://h/c', 'https://h']"],
    ['https://host/chan', 'https://host/chan'],
    ['https://host/t/', 'https://host/t/'],
    ['mail me@example.org', 'mail me@example.org'],
  ])('%s', (text, expected) => {
    expect(withoutCredentials(text)).toBe(expected)
    expect(withoutCredentials(expected)).toBe(expected)
  })
})

test.each([
  ['https://user:pw@host/chan', ['pw']],
  ['https://user:p%2Fw@host', ['p%2Fw', 'p/w']],
  ['https://user:100%@host', ['100%']],
  ['https://tok@host', ['tok']],
  ['https://u:p@host/t/k/c', ['p', 'k']],
  ['conda-forge', []],
])('secretsIn %s', (text, expected) => {
  expect(secretsIn(text)).toEqual(expected)
})

test('masked knows secrets without their address', () => {
  expect(masked('401 for hunter2 at https://me:hunter2@host/x', ['hunter2'])).toBe(
    '401 for *** at https://host/x',
  )
})
