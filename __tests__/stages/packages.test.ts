import { expect, test } from '@jest/globals'
import { wheelToFetch, type WheelLine } from '../../src/packages/wheel/locked.ts'
import { inOrderOfUse } from '../../src/stages/packages.ts'
import { locked, lockedWheel } from '../lock/samples.ts'

test('archives are fetched in the order in which layers are begun: python, what has its own, the rest', () => {
  const packages = ['a-1-0', 'python-3.12.4-0', 'qt-6-0', 'zlib-1-0'].map((name) =>
    locked(`linux-64/${name}.conda`),
  )
  const wheels = ['torch', 'qt'].map((name) => {
    const line = lockedWheel(name, `${name}-2-py3-none-any.whl`) as WheelLine // by its ending
    return wheelToFetch(line, '/work', '/work/env.lock')
  })
  const ordered = inOrderOfUse([...packages, ...wheels], ['pip:torch', 'qt'])
  expect(ordered.map(({ fileName }) => fileName)).toEqual([
    'python-3.12.4-0.conda',
    'torch-2-py3-none-any.whl',
    'qt-6-0.conda',
    'a-1-0.conda',
    'zlib-1-0.conda',
    'qt-2-py3-none-any.whl',
  ])
})
