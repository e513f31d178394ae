import { expect, test } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { checkLine, literalLines, withLines, type EnvironmentLines } from '../../src/image/environment.ts'

const base = new Map([['PATH', '/usr/bin']])
const resultOf = (lines: EnvironmentLines, activated?: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    withLines(
      new Map([...base, ...Object.entries(activated ?? {})]),
      lines,
      new Set(Object.keys(activated ?? {})),
    ),
  )

test('each line sees those before it, of its own name too', () => {
  const lines = [
    ['A', '1'],
    ['B', '$A$C'],
    ['A', '${A}2'],
    ['PATH', '/x:$PATH'],
    ['PATH', '/y:$PATH'],
    ['C', '3'],
  ] as const
  expect(resultOf(lines)).toEqual({ A: '12', B: '1', C: '3', PATH: '/y:/x:/usr/bin' })
})

test('what activation exports is there to be referred to, and a line that refers to nothing gives way to it', () => {
  const activated = { PATH: '/opt/conda/bin:/usr/bin', CONDA_PREFIX: '/opt/conda', MODE: 'fast' }
  const lines = [
    ['LIB', '$CONDA_PREFIX/lib'],
    ['PATH', '/x:$PATH'],
    ['MODE', 'slow'],
  ] as const
  expect(resultOf(lines, activated)).toEqual({
    ...activated,
    LIB: '/opt/conda/lib',
    PATH: '/x:/opt/conda/bin:/usr/bin',
  })
  expect(literalLines([...lines, ['PRICE', '5\\$A']])).toEqual([
    ['MODE', 'slow'],
    ['PRICE', '5$A'],
  ])
})

test('a line that cannot be expanded names the input', () => {
  const attempt = () => {
    checkLine(['A', '${B'])
  }
  expect(attempt).toThrow(UserError)
  expect(attempt).toThrow("input 'env': A: a ${ is not closed")
  expect(() => {
    checkLine(['A', '${B:?must be there}'])
  }).not.toThrow()
  expect(() => resultOf([['A', '${B:?must be there}']])).toThrow("input 'env': A: B: must be there")
})
