import { describe, expect, test } from '@jest/globals'
import { parseDigest } from '../../src/common/digest.ts'
import { parseEnvironment } from '../../src/environment/parse.ts'
import type { PipFile } from '../../src/environment/read.ts'
import { askFor, inputHash } from '../../src/lock/asked.ts'
import { compareAsked } from '../../src/lock/freshness.ts'
import type { Asked, LockHeader } from '../../src/lock/types.ts'
import { header } from './samples.ts'

function ask(text: string, more: Partial<Parameters<typeof askFor>[0]> = {}): Asked {
  return askFor({
    environment: parseEnvironment(text, 'env.yaml', { PW: 'hunter2' }).environment,
    platform: 'linux-64',
    overrides: { __glibc: '2.28', __cuda: '' },
    baseImage: 'docker.io/library/debian:13',
    ...more,
  })
}
const usual = 'channels: [conda-forge, bioconda]\ndependencies: [python >=3.12, numpy, pip: [flask, jinja2]]'
const asked = ask(usual)

test('what is asked, in its normal form', () => {
  expect(
    ask('channels: ["https://u:$PW@h/c/", nodefaults, b]\ndependencies: [Zlib, "abc > 1", zlib]'),
  ).toEqual({
    platform: 'linux-64',
    baseImage: 'docker.io/library/debian:13',
    overrides: ['__cuda=', '__glibc=2.28'],
    channels: ['https://h/c', 'b', 'nodefaults'],
    specs: ['abc>1', 'zlib'],
    pip: [],
  })
})

describe('what pip is asked', () => {
  const file = (path: string, digit = '1'): PipFile => ({
    path,
    kind: 'requirements',
    digest: parseDigest(`sha256:${digit.repeat(64)}`),
    lines: [],
    named: { file: '/srv/env.yaml', line: 3 },
  })
  const withFiles = (...files: PipFile[]): Asked => {
    const { environment } = parseEnvironment(usual, 'env.yaml', {})
    return ask(usual, {
      environment: { ...environment, pip: { lines: environment.pip?.lines ?? [], files } },
    })
  }

  test('its lines without credentials, and the files that it reads', () => {
    const text = 'dependencies: [pip: ["-i https://u:${PW}@h/s", "a @ git+ssh://git@h/r"]]'
    expect(ask(text)).toMatchObject({ pip: ['-i https://h/s', 'a @ git+ssh://git@h/r'], specs: ['pip'] })
    expect(ask(text)).not.toHaveProperty('pipFiles')
    expect(withFiles(file('a.txt')).pipFiles).toEqual([{ path: 'a.txt', digest: `sha256:${'1'.repeat(64)}` }])
  })

  test('another content of a file is another question', () => {
    const [none, one, other] = [withFiles(), withFiles(file('a.txt')), withFiles(file('a.txt', '2'))]
    expect(new Set([none, one, other].map(inputHash)).size).toBe(3)
    expect(inputHash(none)).toBe(inputHash(asked))
  })

  test.each([
    [withFiles(file('a.txt')), withFiles(file('a.txt', '2')), "'a.txt', which pip reads, has changed"],
    [withFiles(), withFiles(file('a.txt')), "'a.txt', which pip reads, is new"],
    [withFiles(file('a.txt')), withFiles(), "'a.txt', which pip reads, is gone"],
    [asked, ask(usual.replace('flask', 'Flask==2')), "the pip requirement 'Flask==2' was 'flask'"],
    [
      asked,
      ask(usual.replace('flask, jinja2', 'jinja2, flask')),
      'the pip requirements are in another order: jinja2, flask',
    ],
  ])('%#: %j', (before, now, expected) => {
    const differences = compareAsked({ ...header, ...before, inputHash: inputHash(before) }, now)
    expect(differences.map(({ text }) => text)).toContain(expected)
  })
})

describe('the hash of what is asked', () => {
  test.each([
    [
      'spelling',
      'channels: [conda-forge, bioconda]\ndependencies: ["Python>= 3.12", NumPy, pip: [flask, jinja2]]',
    ],
    [
      'the order of specs',
      'channels: [conda-forge, bioconda]\ndependencies: [numpy, python>=3.12, pip: [flask, jinja2]]',
    ],
    ['names and variables', `name: other\nvariables: {A: 1}\n${usual}`],
  ])('does not change with %s', (_, text) => {
    expect(inputHash(ask(text))).toBe(inputHash(asked))
  })
  test('does not change with credentials in a condarc', () => {
    const [one, two] = ['a', 'b'].map((pw) =>
      inputHash(ask(usual, { condarc: `channels: [https://u:${pw}@h/c]` })),
    )
    expect(one).toBe(two)
    expect(one).not.toBe(inputHash(asked))
  })
})

describe('differences in words', () => {
  const written = (from: Asked): LockHeader => ({
    ...header,
    ...from,
    baseImage: `${from.baseImage}@sha256:${'2'.repeat(64)}`,
    inputHash: inputHash(from),
  })
  test('none', () => {
    expect(compareAsked(written(asked), asked)).toEqual([])
  })
  test.each([
    [ask(usual, { platform: 'linux-aarch64' }), ['the platform is linux-aarch64, and was linux-64']],
    [
      ask(usual, { baseImage: 'docker.io/library/debian:12' }),
      ['the base image is docker.io/library/debian:12, and was docker.io/library/debian:13'],
    ],
    [
      ask(usual, { baseImage: `docker.io/library/debian:13@sha256:${'3'.repeat(64)}` }),
      [
        `the base image is docker.io/library/debian:13@sha256:${'3'.repeat(64)}, and was docker.io/library/debian:13`,
      ],
    ],
    [
      ask(usual, { overrides: { __glibc: '2.36', __cuda: '' } }),
      ["the virtual package '__glibc=2.36' was '__glibc=2.28'"],
    ],
    [ask(usual.replace('conda-forge, ', '')), ["the channel 'conda-forge' is gone"]],
    [
      ask(usual.replace('conda-forge, bioconda', 'bioconda, conda-forge')),
      ['the channels are in another order: bioconda, conda-forge'],
    ],
    [ask(usual, { overrides: { __cuda: '' } }), ["the virtual package '__glibc=2.28' is gone"]],
    [ask(usual.replace('>=3.12', '>=3.13')), ["the spec 'python>=3.13' was 'python>=3.12'"]],
    [ask(usual.replace('numpy', 'scipy')), ["the spec 'scipy' is new", "the spec 'numpy' is gone"]],
    [ask(usual.replace('flask, ', '')), ["the pip requirement 'flask' is gone"]],
    [ask(usual, { condarc: 'channel_priority: strict' }), ['the condarc is another one']],
  ])('%#: %j', (now, expected) => {
    expect(compareAsked(written(asked), now).map(({ text }) => text)).toEqual(expected)
  })
  test('none, whatever the solve took from the base', () => {
    expect(compareAsked({ ...written(asked), virtualPackages: ['__glibc=2.41'] }, asked)).toEqual([])
  })
  test('a header that contradicts itself', () => {
    expect(compareAsked({ ...written(asked), inputHash: header.inputHash }, asked)).toEqual([
      { text: 'its header was changed by hand' },
    ])
  })
})
