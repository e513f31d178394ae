import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { activationVariables, formatActivation, formatDefaults } from '../../src/image/activation.ts'

/** What is exported after a shell has sourced the script; `before` is all that was exported. */
function sourced(
  script: string,
  before: Record<string, string>,
  prefix = '/opt/conda',
): Record<string, string> {
  const program = '__image_prefix="$2"; source /dev/stdin <<<"$1" || exit 9; exec /usr/bin/env -0'
  const output = execFileSync('/bin/bash', ['--norc', '-c', program, 'bash', script, prefix], { env: before })
  const pairs = output
    .toString()
    .split('\0')
    .filter((pair) => pair !== '')
  return Object.fromEntries(
    pairs
      .map((pair): [string, string] => {
        const equals = pair.indexOf('=')
        return [pair.slice(0, equals), pair.slice(equals + 1)]
      })
      .filter(([name]) => !['_', 'PWD', 'SHLVL'].includes(name)),
  )
}

const environment = { name: 'base', prefix: '/opt/conda', variables: {} }
const activated = {
  PATH: '/opt/conda/bin:/opt/conda/condabin:/usr/bin',
  CONDA_PREFIX: '/opt/conda',
  CONDA_SHLVL: '1',
  CONDA_DEFAULT_ENV: 'base',
  CONDA_PROMPT_MODIFIER: '(base) ',
}

describe('what the script of an environment sets', () => {
  test('the root prefix', () => {
    expect(sourced(formatActivation(environment, '/opt/conda'), { PATH: '/usr/bin' })).toEqual(activated)
  })

  test("another environment, with the root prefix's condabin", () => {
    const other = { name: 'other', prefix: '/opt/conda/envs/other', variables: { A: '1' } }
    expect(sourced(formatActivation(other, '/opt/conda'), { PATH: '/usr/bin' }, other.prefix)).toEqual({
      PATH: '/opt/conda/envs/other/bin:/opt/conda/condabin:/usr/bin',
      CONDA_PREFIX: '/opt/conda/envs/other',
      CONDA_SHLVL: '1',
      CONDA_DEFAULT_ENV: 'other',
      CONDA_PROMPT_MODIFIER: '(other) ',
      A: '1',
    })
  })

  test('an empty PATH is the usual one, and does not make the working directory part of it', () => {
    expect(sourced(formatActivation(environment, '/opt/conda'), { PATH: '' })['PATH']).toBe(
      '/opt/conda/bin:/opt/conda/condabin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    )
  })

  test('names are in upper case, as libmamba makes them; the mark for unset sets nothing, and so does what is no name', () => {
    const variables = {
      lower: 'x',
      GONE: '***unset***',
      'A-B': '1',
      '1A': '1',
      'A;touch /tmp/x': '1',
      EMPTY: '',
    }
    expect(
      sourced(formatActivation({ ...environment, variables }, '/opt/conda'), { PATH: '/usr/bin' }),
    ).toEqual({
      ...activated,
      LOWER: 'x',
      EMPTY: '',
    })
  })

  test('what a variable was before is kept for deactivation, an empty value too', () => {
    const variables = { A: 'new', B: 'new', C: 'new' }
    const after = sourced(formatActivation({ ...environment, variables }, '/opt/conda'), {
      A: "o'l$d",
      B: '',
    })
    expect(after).toMatchObject({ ...variables, __CONDA_SHLVL_0_A: "o'l$d", __CONDA_SHLVL_0_B: '' })
    expect(after).not.toHaveProperty('__CONDA_SHLVL_0_C')
  })

  test('values arrive as they are, whatever is in them', () => {
    const name = fc.stringMatching(/^X[A-Z0-9_]{0,8}$/)
    const character = fc.oneof(
      fc.constantFrom("'", '"', '\\', '$', '`', '\n', '!', '*', ' '),
      fc.string({ unit: 'grapheme' }),
    )
    const value = fc.array(character).map((characters) => characters.join('').replaceAll('\0', ''))
    fc.assert(
      fc.property(fc.dictionary(name, value), (variables) => {
        const script = formatActivation({ ...environment, variables }, '/opt/conda')
        expect(sourced(script, {})).toMatchObject(variables)
      }),
      { numRuns: 30 },
    )
  })
})

test('the script of an environment that is elsewhere now says so, and sets nothing', () => {
  const script = formatActivation(environment, '/opt/conda')
  expect(() => sourced(script, {}, '/srv/conda')).toThrow(expect.objectContaining({ status: 9 }))
})

test('names of environments and prefixes are quoted', () => {
  const odd = { name: "it's", prefix: "/opt/it's $HOME", variables: {} }
  expect(sourced(formatActivation(odd, '/opt'), { PATH: '/usr/bin' }, odd.prefix)).toMatchObject({
    CONDA_PREFIX: odd.prefix,
    CONDA_PROMPT_MODIFIER: "(it's) ",
  })
})

describe("what an image's config has of it", () => {
  test.each([
    ['/usr/bin:/bin', '/opt/conda/bin:/opt/conda/condabin:/usr/bin:/bin'],
    [':/usr/bin::/bin:', '/opt/conda/bin:/opt/conda/condabin:/usr/bin:/bin'],
    ['', '/opt/conda/bin:/opt/conda/condabin'],
  ])('PATH=%s: no part of PATH is empty', (path, expected) => {
    expect(activationVariables(environment, '/opt/conda', path)['PATH']).toBe(expected)
  })
})

describe('the defaults of an image', () => {
  const defaults = { environmentName: "it's", executable: '/bin/micromamba' }
  const after = (before: Record<string, string>) =>
    sourced(`set -a\n${formatDefaults(defaults, '/opt/conda')}`, before)

  test('are those of a process that has none', () => {
    expect(after({})).toMatchObject({
      MAMBA_ROOT_PREFIX: '/opt/conda',
      MAMBA_EXE: '/bin/micromamba',
      ENV_NAME: "it's",
    })
  })

  test('leave what is set; an empty ENV_NAME is one', () => {
    const before = { MAMBA_ROOT_PREFIX: '/srv/conda', MAMBA_EXE: '/usr/bin/micromamba', ENV_NAME: '' }
    expect(after(before)).toMatchObject(before)
  })
})
