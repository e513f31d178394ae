import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readAuth } from '../../src/action/auth.ts'

const environment = { ...process.env }
let log = ''
beforeEach(() => {
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(() => {
  jest.restoreAllMocks()
  process.env = { ...environment }
})

function read(inputs: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(inputs)) process.env[`INPUT_${name.toUpperCase()}`] = value
  return readAuth()
}

const bearer = (token: string) => [{ type: 'bearer', token }]

describe('credentials for channels', () => {
  test('there are none', () => {
    expect(read({})).toEqual([])
  })

  test.each([
    ['prefix.dev', { place: 'prefix.dev', withSubdomains: true }],
    ['https://Prefix.dev/', { place: 'prefix.dev', withSubdomains: true }],
    ['*.conda.example.com', { place: 'conda.example.com', withSubdomains: true }],
    ['conda.example.com', { place: 'conda.example.com' }],
    ['conda.example.com:8443', { place: 'conda.example.com:8443' }],
    ['example.com/Team/', { place: 'example.com/Team' }],
    ['conda.example.com:443', { place: 'conda.example.com' }],
    ['localhost:8080', { place: 'localhost:8080' }],
  ])('for %s', (host, place) => {
    expect(read({ 'auth-host': host, 'auth-token': 'token-1' })).toEqual([
      { ...place, credentials: bearer('token-1') },
    ])
    expect(log).toContain('::add-mask::token-1\n')
  })

  test('with a user and a password, and with a token in the path', () => {
    expect(read({ 'auth-host': 'a.b.c', 'auth-username': 'me', 'auth-password': 'a=b' })).toEqual([
      { place: 'a.b.c', credentials: [{ type: 'basic', user: 'me', password: 'a=b' }] },
    ])
    expect(log).toContain('::add-mask::a=b\n')
    expect(log).not.toContain('::add-mask::me\n')
    process.env = { ...environment }
    expect(read({ 'auth-host': 'a.b.c', 'auth-conda-token': 'tk' })).toEqual([
      { place: 'a.b.c', credentials: [{ type: 'conda-token', token: 'tk' }] },
    ])
  })

  test('for several hosts', () => {
    expect(
      read({
        'auth-host': 'prefix.dev\nconda.example.com/team',
        'auth-token': 'prefix.dev=one=1',
        'auth-username': 'conda.example.com/team=me',
        'auth-password': 'conda.example.com/team=pw-1',
      }),
    ).toEqual([
      { place: 'prefix.dev', withSubdomains: true, credentials: bearer('one=1') },
      { place: 'conda.example.com/team', credentials: [{ type: 'basic', user: 'me', password: 'pw-1' }] },
    ])
    expect(log).toContain('::add-mask::one=1\n')
  })

  test.each<[string, Record<string, string>, string]>([
    [
      'a token without a host',
      { 'auth-token': 'swordfish' },
      "input 'auth-token': there is no host that it is for",
    ],
    ['a host without a token', { 'auth-host': 'a.b' }, "input 'auth-host': a.b has no credentials"],
    [
      'a user without a password',
      { 'auth-host': 'a.b', 'auth-username': 'me' },
      'a.b has a username without a password',
    ],
    [
      'two kinds',
      { 'auth-host': 'a.b', 'auth-token': 'swordfish', 'auth-conda-token': 'swordfish' },
      'a.b has credentials of several kinds',
    ],
    [
      'several hosts and one token',
      { 'auth-host': 'a.b\nc.d', 'auth-token': 'swordfish' },
      'a line of it does not begin with a host',
    ],
    [
      'an empty one among several',
      { 'auth-host': 'a.b\nc.d', 'auth-token': 'a.b=x\nc.d=' },
      'c.d has no credentials',
    ],
    [
      'a host with its password',
      { 'auth-host': 'https://me:swordfish@a.b', 'auth-token': 'x' },
      'is not a host',
    ],
    ['a bucket', { 'auth-host': 's3://bucket', 'auth-token': 'x' }, 'channels on S3 are not supported'],
  ])('%s is refused, and no secret shown', (_, inputs, message) => {
    let thrown = ''
    try {
      read(inputs)
    } catch (error) {
      thrown = String(error)
    }
    expect(thrown).toContain(message)
    expect(thrown).not.toContain('swordfish')
  })
})
