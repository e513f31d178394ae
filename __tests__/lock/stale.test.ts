import { expect, test } from '@jest/globals'
import { parseDigest } from '../../src/common/digest.ts'
import { environmentOf, withMore } from '../../src/environment/inputs.ts'
import { parseEnvironment } from '../../src/environment/parse.ts'
import { placeOf } from '../../src/lock/stale.ts'

const file = '/work/env.yaml'
const { environment } = parseEnvironment(
  'channels:\n  - conda-forge\n  - https://me:pw@h/c\ndependencies:\n  - Python >= 3.12\n  - pip:\n    - flask\n',
  file,
  {},
)

test.each([
  ['spec', 'python>=3.12', 5],
  ['channel', 'https://h/c', 3],
  ['pip requirement', 'flask', 7],
  ['spec', 'numpy', undefined],
] as const)('the %s %s', (kind, value, line) => {
  expect(placeOf({ text: '', item: { kind, value } }, environment)).toEqual({ file, ...(line && { line }) })
})

test('a file for pip is where it is named, in a file of requirements too', () => {
  const named = { file: '/work/requirements.txt', line: 2 }
  const digest = parseDigest(`sha256:${'1'.repeat(64)}`)
  const files = [{ path: 'more.txt', kind: 'requirements' as const, digest, lines: [], named }]
  const difference = { text: '', item: { kind: 'file for pip', value: 'more.txt' } } as const
  expect(placeOf(difference, { ...environment, pip: { lines: [], files } })).toEqual(named)
  expect(placeOf(difference, environment)).toEqual({ file })
})

test('what is about no line of the file', () => {
  expect(placeOf({ text: 'the platform is another one' }, environment)).toEqual({ file })
})

test('what was given without a file has no lines', () => {
  const given = environmentOf(['numpy'], [])
  const difference = { text: '', item: { kind: 'spec', value: 'numpy' } } as const
  expect(placeOf(difference, given)).toEqual({})
  expect(placeOf(difference, withMore(environment, given))).toEqual({ file })
})
