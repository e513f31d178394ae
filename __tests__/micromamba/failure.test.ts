import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { explainFailure, passingFailure } from '../../src/micromamba/failure.ts'

test('what came in place of an index is told with the channels that it may be of', () => {
  const log = [{ level: 'critical', lines: ['Could not load repodata. Cache corrupted?'] }] as const
  const one = explainFailure(log, 1, 'env.yaml', ['https://conda.example.org/main'])
  expect(one.message).toContain('the index of https://conda.example.org/main could not be loaded')
  expect(one.message).toContain('Could not load repodata')
  expect(one.kind).toBe('channel')
  const two = explainFailure(log, 1, 'env.yaml', ['a', 'b'])
  expect(two.message).toContain('the index of one of a, b could not be loaded')
  expect(two.message).toContain('captive portal')
})

test('a channel that micromamba names is the one', () => {
  const line =
    'Download error (28) Timeout was reached [https://conda.example.org/main/noarch/repodata.json.zst]'
  const { message } = explainFailure([{ level: 'error', lines: [line] }], 1, 'env.yaml', ['a', 'b'])
  expect(message).toContain('timeout was reached')
  expect(message).not.toContain('one of')
  expect(message).toContain('conda.example.org')
})

const before = { ...process.env }
beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/_proxy$/i.test(name)) Reflect.deleteProperty(process.env, name)
  }
})
afterEach(() => {
  process.env = { ...before }
})

/** As libmamba logs what curl says. */
function lost(code: number, what: string, more: string) {
  const lines = [
    'Multiple errors occurred:',
    `Download error (${code}) ${what} [https://conda.example.org/main/noarch/repodata.json]`,
    more,
    'Subdir https://conda.example.org/main/noarch not loaded!',
  ]
  return [{ level: 'critical', lines }] as const
}

const untrusted = [60, 'SSL peer certificate or SSH remote key was not OK'] as const
const noTls = [35, 'SSL connect error'] as const
const received = [56, 'Failure when receiving data from the peer'] as const

test.each([
  [...untrusted, 'SSL certificate OpenSSL verify result: certificate has expired', /renewed/, false],
  [...untrusted, 'SSL certificate OpenSSL verify result: self-signed certificate', /NODE_EXTRA_CA/, false],
  [
    ...untrusted,
    "SSL: no alternative certificate subject name matches target host name 'conda.example.org'",
    /Use a name that the certificate is for/,
    false,
  ],
  [...noTls, 'TLS connect error: error:0A00010B:SSL routines::wrong version number', /http:\/\//, false],
  [...noTls, 'TLS connect error: error:00000000:lib(0)::reason(0)', /try again/, true],
  [...received, 'CONNECT tunnel failed, response 407', /It is reached by the proxy/, false],
  [...received, 'CONNECT tunnel failed, response 503', /It is reached by the proxy/, true],
  [...received, 'Recv failure: Connection reset by peer', /network, and try again/, true],
])('(%i) %s: %s: told with its cause and what to do', (code, what, more, advice, passes) => {
  const log = lost(code, what, more)
  const { message } = explainFailure(log, 1, 'env.yaml')
  expect(message).toContain(more)
  expect(message).not.toContain('not loaded')
  expect(message).toMatch(advice)
  expect(passingFailure(log) !== undefined).toBe(passes)
})

test('whom curl could not connect to may be a proxy', () => {
  const log = lost(7, 'Could not connect to server', 'Failed to connect to 127.0.0.1 port 9 after 0 ms')
  expect(explainFailure(log, 1, 'env.yaml').message).not.toContain('PROXY')
  process.env['HTTPS_PROXY'] = 'http://me:p%40ss@127.0.0.1:9'
  const { message } = explainFailure(log, 1, 'env.yaml')
  expect(message).toContain('It is reached by the proxy 127.0.0.1:9: check HTTPS_PROXY')
  expect(message).not.toContain('ss@')
})
