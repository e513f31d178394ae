import { describe, expect, test } from '@jest/globals'
import { parseEnvironment } from '../../src/environment/parse.ts'

const parse = (text: string, variables: NodeJS.ProcessEnv = {}) =>
  parseEnvironment(text, '/srv/my-app.yaml', variables)
const environmentOf = (text: string, variables?: NodeJS.ProcessEnv) => parse(text, variables).environment

test('the whole of a file', () => {
  const { environment, warnings } = parse(
    [
      'name: science # a comment',
      'channels:',
      '  - conda-forge',
      '  - https://CONDA.example.org/team/',
      'dependencies:',
      '  - python =3.12',
      '  - "conda-forge::numpy>=1.26"',
      '  - sel(linux): patchelf',
      '  - pip:',
      '      - flask==3.0.0',
      'variables:',
      '  MODE: fast',
      '  COUNT: 3',
      '  RATIO: 1.10',
      '  ON: true',
      '  EMPTY: ""',
      'prefix: /home/me/conda/envs/science',
    ].join('\n'),
  )
  expect(warnings).toEqual([])
  expect(environment).toEqual({
    file: '/srv/my-app.yaml',
    name: 'science',
    channels: [
      { source: 'conda-forge', canonical: 'conda-forge', line: 3 },
      { source: 'https://CONDA.example.org/team/', canonical: 'https://conda.example.org/team', line: 4 },
    ],
    noDefaults: false,
    specs: [
      { text: 'python =3.12', line: 6 },
      { text: 'conda-forge::numpy>=1.26', line: 7 },
      { text: 'patchelf', selector: 'linux', line: 8 },
    ],
    pip: [{ text: 'flask==3.0.0', line: 10 }],
    variables: { MODE: 'fast', COUNT: '3', RATIO: '1.10', ON: 'true', EMPTY: '' },
    secrets: [],
  })
})

test.each([
  ['dependencies: []', []],
  ['dependencies:', []],
  ['dependencies:\n  - &a python\n  - *a', ['python', 'python']],
  ['\uFEFFdependencies: [zlib]', ['zlib']],
  ['dependencies:\r\n  - zlib\r\n', ['zlib']],
])('%j is an environment of %j', (text, specs) => {
  expect(environmentOf(text).specs.map((spec) => spec.text)).toEqual(specs)
})

test.each([
  ['dependencies: []', 'my-app'],
  ['name:\ndependencies: []', 'my-app'],
  ['name: 2024\ndependencies: []', '2024'],
])('the name of %j is %s', (text, name) => {
  expect(environmentOf(text).name).toBe(name)
})

test('nodefaults is a word, not a channel', () => {
  const { channels, noDefaults } = environmentOf('channels: [a, nodefaults, b]\ndependencies: []')
  expect(channels.map(({ canonical }) => canonical)).toEqual(['a', 'b'])
  expect(noDefaults).toBe(true)
})

test('unknown keys are reported with their lines', () => {
  expect(parse('dependencies: []\ncategory: main\n').warnings).toEqual([
    { message: "'category' means nothing here and is left out", line: 2 },
  ])
})

describe('credentials in channels', () => {
  const secret = 'p%40ss/w0rd'
  test.each([
    ['https://me:$PW@host.example/chan', { PW: 'hunter2' }, 'https://host.example/chan', ['hunter2']],
    ['https://me:p%40ss@host.example/chan', {}, 'https://host.example/chan', ['p%40ss', 'p@ss']],
    ['https://conda.anaconda.org/t/tk-1-23/me', {}, 'https://conda.anaconda.org/me', ['tk-1-23']],
    ['https://conda.anaconda.org/t/${T}/me', { T: 'tk-9' }, 'https://conda.anaconda.org/me', ['tk-9']],
    ['https://tok@host.example/chan', {}, 'https://host.example/chan', ['tok']],
    ['https://host.example/$MY_TOKEN/chan', { MY_TOKEN: 'abc' }, 'https://host.example/abc/chan', ['abc']],
    ['$NAME', { NAME: 'conda-forge' }, 'conda-forge', []],
  ])('%s', (written, variables: NodeJS.ProcessEnv, canonical, secrets) => {
    const environment = environmentOf(`channels: ["${written}"]\ndependencies: []`, variables)
    expect(environment.channels[0]?.canonical).toBe(canonical)
    expect(environment.channels[0]?.source).not.toContain('$')
    expect(environment.secrets).toEqual(secrets)
  })
  test('that cannot be told from the address are refused, and not shown', () => {
    const text = 'channels: ["https://me:$PW@host.example/chan"]\ndependencies: []'
    expect(() => parse(text, { PW: secret })).toThrow(/^\/srv\/my-app\.yaml:1: .*percent-encode/)
    expect(() => parse(text, { PW: secret })).not.toThrow(/w0rd/)
  })
  test.each([
    [{}, 'not set'],
    [{ PW: '' }, 'empty'],
  ])('a variable of %j is missed', (variables: NodeJS.ProcessEnv, what) => {
    expect(() => parse('\nchannels:\n- https://a:$PW@b/c\ndependencies: []', variables)).toThrow(
      `/srv/my-app.yaml:3: the channel 'https://b/c' cannot be used: the environment variable PW is ${what}`,
    )
  })
})

describe('what is refused, with its line', () => {
  test.each([
    ['dependencies: [python\n', 2, 'not YAML'],
    ['dependencies:\n  - a\n bad\n', 3, 'not YAML'],
    ['dependencies: []\n---\ndependencies: []', 2, 'not YAML'],
    ['name: a\ndependencies: []\nname: b', 3, "the key 'name' stands here for the second time"],
    ['dependencies: []\nvariables:\n  A: 1\n  A: 2', 4, "the key 'A' stands here for the second time"],
    ['', 1, 'is a map'],
    ['- python', 1, 'is a map'],
    ['name: x', 1, "there is no 'dependencies'"],
    ['name: a/b\ndependencies: []', 1, "'name' is not a name"],
    ['name: ..\ndependencies: []', 1, "'name' is not a name"],
    ['name: [a]\ndependencies: []', 1, "'name' is not a name"],
    ['dependencies: python', 1, "'dependencies' is not a list"],
    ['dependencies:\n  - python\n  - 3.12', 3, 'a dependency is not text'],
    ['dependencies:\n  - true', 2, 'a dependency is not text'],
    ['dependencies:\n  - [python]', 2, 'a dependency is not text'],
    ['dependencies:\n  - python\n  - ""', 3, 'a dependency is empty'],
    ['dependencies:\n  - python\n  -\n  - zlib', 3, 'a dependency is empty'],
    ['dependencies:\n  - "a\\nb"', 2, 'a dependency goes over several lines'],
    ['dependencies:\n  - python: 3.12', 2, "'python:' is no kind of dependency"],
    ['dependencies:\n  - sel(beos): x', 2, "'sel(beos):' is no kind of dependency"],
    ['dependencies:\n  - sel(linux): [a, b]', 2, 'a dependency is not text'],
    ['dependencies:\n  - pip: flask', 2, "'pip' is not a list"],
    ['channels: conda-forge\ndependencies: []', 1, "'channels' is not a list"],
    ['channels:\n  - 3\ndependencies: []', 2, 'a channel is a name or an address'],
    ['channels:\n  - "https://a b"\ndependencies: []', 2, 'it is not an address'],
    ['dependencies: []\nvariables: [A]', 2, "'variables' is not a map"],
    ['dependencies: []\nvariables:\n  A B: 1', 3, "'A B' cannot name an environment variable"],
    ['dependencies: []\nvariables:\n  A:', 3, "the variable 'A' has no value"],
    ['dependencies: []\nvariables:\n  A: [1]', 3, "the variable 'A' has no value"],
    ['# platform: linux-64\n@EXPLICIT\nhttps://a/noarch/b-1-0.conda', 2, 'this is a lockfile'],
    ['dependencies: [*nothing]', 1, 'not YAML'],
  ])('%j', (text, line, message) => {
    expect(() => parse(text)).toThrow(`/srv/my-app.yaml:${line}: `)
    expect(() => parse(text)).toThrow(message)
  })
})
