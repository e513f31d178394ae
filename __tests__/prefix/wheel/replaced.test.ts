import { expect, test } from '@jest/globals'
import { pythonOf } from '../../../src/prefix/link.ts'
import { removedBy } from '../../../src/prefix/wheel/link.ts'

const python = pythonOf({ version: '3.12.1', build: '0' })
const site = 'lib/python3.12/site-packages'
const removed = (record: string, entryPoints?: string) =>
  removedBy({ dist: 'demo-1.0', record, entryPoints }, python, '/opt/conda')

test('the rows of RECORD go, with the bytecode of sources wherever it is', () => {
  const record =
    'demo/a.py,sha256=x,1\r\n"demo/b,c.txt",,\r\ndemo-1.0.dist-info/RECORD,,\r\n../../../share/d.py,,\r\n'
  expect(removed(record)).toEqual([
    `${site}/demo-1.0.dist-info/RECORD`,
    `${site}/demo/__pycache__/a.cpython-312.pyc`,
    `${site}/demo/a.py`,
    `${site}/demo/a.pyc`,
    `${site}/demo/a.pyo`,
    `${site}/demo/b,c.txt`,
    'share/__pycache__/d.cpython-312.pyc',
    'share/d.py',
    'share/d.pyc',
    'share/d.pyo',
  ])
})

test('scripts of entry points go, listed or not; of other groups there are none', () => {
  const entryPoints =
    '[console_scripts]\nrun = demo:main\n[gui_scripts]\nwin = demo:gui\n[x]\nother = demo:x\n'
  expect(removed('../../../bin/run,,\n', entryPoints)).toEqual(['bin/run', 'bin/win'])
})

test('what lies outside of the prefix is left out, what is in it by another way is not', () => {
  const record =
    '../../../../etc/passwd,,\n/etc/passwd,,\n../../..,,\n,,\n\n/opt/conda/share/x,,\n./demo//y,,\nz/../w,,\n'
  expect(removed(record, '[console_scripts]\n../../../x = a:b\n')).toEqual([
    `${site}/demo/y`,
    `${site}/w`,
    'share/x',
  ])
})
