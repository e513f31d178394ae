import { expect, test } from '@jest/globals'
import { pythonOf } from '../../../src/prefix/link.ts'
import { fitsPython } from '../../../src/prefix/wheel/tags.ts'

const plain = pythonOf({ version: '3.12.4', build: 'h1_cpython' })
const threaded = pythonOf({ version: '3.13.1', build: 'h1_cp313t' })

test.each([
  ['py3-none-any', true, true],
  ['py2.py3-none-any', true, true],
  ['py2-none-any', false, false],
  ['py312-none-any', true, true],
  ['py313-none-any', false, true],
  ['1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64', true, false],
  ['cp313-cp313t-manylinux_2_28_x86_64', false, true],
  ['cp313-cp313-manylinux_2_28_x86_64', false, false],
  ['cp38-abi3-manylinux_2_28_x86_64', true, false],
  ['cp313-abi3-manylinux_2_28_x86_64', false, false],
  ['cp37.cp38-abi3-linux_x86_64', true, false],
  ['cp312-none-linux_x86_64', true, false],
  ['cp311-none-linux_x86_64', false, false],
  ['pp310-pypy310_pp73-linux_x86_64', false, false],
])('%s is for python 3.12: %s, for 3.13 without a lock: %s', (tags, fits, fitsThreaded) => {
  expect(fitsPython(`demo-1.0-${tags}.whl`, plain)).toBe(fits)
  expect(fitsPython(`demo-1.0-${tags}.whl`, threaded)).toBe(fitsThreaded)
})
