import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseChallenges } from '../../src/registry/challenge.ts'

test.each([
  ['', []],
  ['Basic', [{ scheme: 'basic', parameters: {} }]],
  ['Basic realm="a, b"', [{ scheme: 'basic', parameters: { realm: 'a, b' } }]],
  [
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
    [
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.example/token',
          service: 'registry.example',
          scope: 'repository:a/b:pull,push',
        },
      },
    ],
  ],
  [
    'BEARER Realm = "https://x/" , Error=invalid_token, Basic realm="say \\"hi\\""',
    [
      { scheme: 'bearer', parameters: { realm: 'https://x/', error: 'invalid_token' } },
      { scheme: 'basic', parameters: { realm: 'say "hi"' } },
    ],
  ],
  [
    'Negotiate, Basic realm=x',
    [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'x' } },
    ],
  ],
  ['realm="no scheme"', []],
  ['Basic realm="unterminated', [{ scheme: 'basic', parameters: {} }]],
])('%s', (header, challenges) => {
  expect(parseChallenges(header)).toEqual(challenges)
})

test('comes to an end with whatever a server sends', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '=', '"', '\\', ',', ' ', ';', 'é') }), (header) => {
      expect(Array.isArray(parseChallenges(header))).toBe(true)
    }),
  )
})
