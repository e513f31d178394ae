import { describe, expect, test } from '@jest/globals'
import {
  masked,
  pipSecretsIn,
  secretsIn,
  withoutCredentials,
  withoutPipCredentials,
} from '../../src/environment/credentials.ts'

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

describe('in what is addressed to pip', () => {
  test.each([
    ['--index-url https://me:pw@h/simple', '--index-url https://h/simple', ['pw']],
    ['-i https://pypi.anaconda.org/t/tk-1/me/simple', '-i https://pypi.anaconda.org/me/simple', ['tk-1']],
    ['-i https://me:pw@h/t/tk-1/me/simple', '-i https://h/me/simple', ['pw', 'tk-1']],
    ['a @ git+https://tk-1@github.com/o/r@v1', 'a @ git+https://github.com/o/r@v1', ['tk-1']],
    ['git+https://git@github.com/o/r', 'git+https://github.com/o/r', []],
    ['git+ssh://git@github.com/o/r', 'git+ssh://git@github.com/o/r', []],
    ['git+ssh://me:pw@h/o/r', 'git+ssh://me@h/o/r', ['pw']],
    // A folder of PyPI, and a user of GitHub.
    ['https://h/packages/source/t/tqdm/tqdm-4.tar.gz', 'https://h/packages/source/t/tqdm/tqdm-4.tar.gz', []],
    ['git+https://github.com/t/repo/', 'git+https://github.com/t/repo/', []],
  ])('%s', (text, open, secrets) => {
    expect(withoutPipCredentials(text)).toBe(open)
    expect(withoutPipCredentials(open)).toBe(open)
    expect(pipSecretsIn(text)).toEqual(secrets)
  })
})

test.each([
  [
    'GET https://host/x.whl?X-Amz-Date=1&X-Amz-Signature=s#sha256=ab (1 kB)',
    'GET https://host/x.whl?X-Amz-Date=***&X-Amz-Signature=***#sha256=ab (1 kB)',
  ],
  ["with url: /x?sig=a%2Fb/c== (Caused by 'it')", "with url: /x?sig=*** (Caused by 'it')"],
  ['<https://host/?a=b>: no', '<https://host/?a=***>: no'],
  ['git+https://host/x.git@main#egg=x&subdirectory=y', 'git+https://host/x.git@main#egg=x&subdirectory=y'],
  ['https://host/x?raw', 'https://host/x?raw'],
  ['is it so?a=b, or/and not?', 'is it so?a=b, or/and not?'],
])('masked shows no values of a query: %s', (text, shown) => {
  expect(masked(text, [])).toBe(shown)
  expect(masked(shown, [])).toBe(shown)
})

test('masked is quick with long words', () => {
  const words = ['/', '?', '/?', '/?a=', '&a', '/?&'].map((part) => part.repeat(100_000))
  expect(words.map((word) => masked(word, []).length)).toHaveLength(words.length)
})

test('masked knows secrets without their address', () => {
  expect(masked('401 for hunter2 at https://me:hunter2@host/x', ['hunter2'])).toBe(
    '401 for *** at https://host/x',
  )
})
