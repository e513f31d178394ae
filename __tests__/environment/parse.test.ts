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
    nameLine: 1,
    channels: [
      { source: 'conda-forge', canonical: 'conda-forge', line: 3 },
      { source: 'https://CONDA.example.org/team/', canonical: 'https://conda.example.org/team', line: 4 },
    ],
    noDefaults: false,
    specs: [
      { text: 'python =3.12', line: 6 },
      { text: 'conda-forge::numpy>=1.26', line: 7 },
      { text: 'patchelf', selector: 'linux', line: 8 },
      { text: 'pip', line: 9 },
    ],
    pip: {
      lines: [
        {
          text: 'flask==3.0.0',
          canonical: 'flask==3.0.0',
          kind: 'index',
          name: 'flask',
          file: '/srv/my-app.yaml',
          line: 10,
        },
      ],
      files: [],
    },
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
  ['name: ""\ndependencies: []', 'my-app'],
  ['name: 2024\ndependencies: []', '2024'],
  ['name: my env\ndependencies: []', 'my env'],
  ['name: /scratch/me/env\ndependencies: []', '/scratch/me/env'],
  ['name: a:b\ndependencies: []', 'a:b'],
  ['name: x#1\ndependencies: []', 'x#1'],
  ['name: ..\ndependencies: []', '..'],
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

test('keys that mean nothing may be numbers', () => {
  expect(parse('dependencies: []\n1: x\n1.50: y\n~: z').warnings.map(({ message }) => message)).toEqual([
    "'1' means nothing here and is left out",
    "'1.50' means nothing here and is left out",
    "'' means nothing here and is left out",
  ])
})

describe('variables', () => {
  const variables = (...lines: string[]) => parse(['dependencies: []', ...lines].join('\n'))

  test('merges come first, of several the earlier counts, and own keys win', () => {
    const { environment, warnings } = variables(
      'x-a: &a { A: 1, B: 1, C: 1 }',
      'x-b: &b { B: 2, D: 2 }',
      'variables:',
      '  C: 3',
      '  <<: [*a, *b]',
    )
    expect(environment.variables).toEqual({ A: '1', B: '1', C: '3', D: '2' })
    expect(warnings).toHaveLength(2)
  })

  test.each([
    ['"<<": text', { '<<': 'text' }],
    ['<<: text', { '<<': 'text' }],
  ])('%s merges nothing', (line, expected) => {
    expect(variables('variables:', `  ${line}`).environment.variables).toEqual(expected)
  })

  test.each([
    ['A.B', "No shell can export a variable 'A.B', so activation leaves it out"],
    ['A-B', "No shell can export a variable 'A-B'"],
    ['A B', "No shell can export a variable 'A B'"],
    ['1A', "No shell can export a variable '1A'"],
    ['1', "No shell can export a variable '1'"],
    ['mode', "'mode' is MODE once the environment is activated"],
  ])('%s is read as micromamba reads it, and warned of', (name, message) => {
    const { environment, warnings } = variables('variables:', '  OK: 0', `  ${name}: x`)
    expect(environment.variables).toEqual({ OK: '0', [name]: 'x' })
    expect(warnings).toEqual([{ message: expect.stringContaining(message), line: 4 }])
    expect(warnings[0]?.message).toContain("The input 'env'")
  })

  test('of two that differ in case only the last counts', () => {
    expect(variables('variables:', '  A: 1', '  a: 2').warnings).toEqual([
      { message: expect.stringContaining("'a' is A once activated, as the one in line 3 is"), line: 4 },
    ])
  })
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
    ['dependencies: []\nvariables: &a\n  A: 1\n  <<: *a', 4, 'it merges a map into itself'],
    ['dependencies: []\n[a]: 1', 2, 'a key is a piece of text'],
    ['dependencies:\n  - 1: x', 2, "'1:' is no kind of dependency"],
    ['dependencies:\n  - zlib \udcfc', 2, 'it holds bytes that are not UTF-8'],
    ['channels:\n  - f\udcfcr\ndependencies: []', 2, 'it holds bytes that are not UTF-8'],
    ['dependencies: []\nvariables:\n  A: f\udcfcr', 3, 'it holds bytes that are not UTF-8'],
    ['version: 1\nmetadata: {}\npackage: []', 1, 'this is the lockfile of conda-lock'],
    ['version: 6\nenvironments: {}\npackages: []', 1, 'this is the lockfile of a pixi workspace'],
    ['dependencies: []\nvariables:\n  A:', 3, "the variable 'A' has no value"],
    ['dependencies: []\nvariables:\n  A: [1]', 3, "the variable 'A' has no value"],
    ['# platform: linux-64\n@EXPLICIT\nhttps://a/noarch/b-1-0.conda', 2, 'this is a lockfile'],
    ['dependencies: [*nothing]', 1, 'not YAML'],
  ])('%j', (text, line, message) => {
    expect(() => parse(text)).toThrow(`/srv/my-app.yaml:${line}: `)
    expect(() => parse(text)).toThrow(message)
  })
})
