import { describe, expect, test } from '@jest/globals'
import { parseEntryPoints } from '../../../src/packages/wheel/entry-points.ts'
import {
  fixScript,
  hasPlaceholder,
  isOldWrapper,
  wrapperScripts,
  wrapperText,
} from '../../../src/prefix/wheel/scripts.ts'

const scriptsOf = (text: string, pip = '25.3', version = '3.12') =>
  wrapperScripts(parseEntryPoints(text, 'demo.whl'), { version }, pip, 'demo.whl')
const one = (definition: string, pip?: string) => scriptsOf(`[console_scripts]\n${definition}\n`, pip)

describe('the text of a script', () => {
  const script = { name: 'run', module: 'pkg.mod', callable: 'Class.method' }

  test.each(['23.0.1', '24.0', '25.0', '25.1.1'])('of pip %s', (pip) => {
    expect(wrapperText(script, '/opt/conda', pip)).toBe(`#!/opt/conda/bin/python
# -*- coding: utf-8 -*-
import re
import sys
from pkg.mod import Class
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(Class.method())
`)
  })

  test.each(['25.2', '25.3', '25.10.1'])('of pip %s', (pip) => {
    expect(wrapperText(script, '/opt/conda', pip)).toBe(`#!/opt/conda/bin/python
import sys
from pkg.mod import Class
if __name__ == '__main__':
    if sys.argv[0].endswith('.exe'):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(Class.method())
`)
  })

  test.each(['26.0', '26.2.1', '27.0.dev0'])('of pip %s', (pip) => {
    expect(wrapperText(script, '/opt/conda', pip)).toBe(`#!/opt/conda/bin/python
import sys
from pkg.mod import Class
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(Class.method())
`)
  })

  const firstLines = (prefix: string) => wrapperText(script, prefix, '26.0').split('\nimport sys')[0]
  const room = 124 - '/bin/python'.length

  test('starts by a shell where the path is too long, or has a space', () => {
    const fits = '/'.padEnd(room, 'x')
    expect(firstLines(fits)).toBe(`#!${fits}/bin/python`)
    expect(firstLines(`${fits}x`)).toBe(`#!/bin/sh\n'''exec' ${fits}x/bin/python "$0" "$@"\n' '''`)
    expect(firstLines('/a b')).toBe(`#!/bin/sh\n'''exec' "/a b/bin/python" "$0" "$@"\n' '''`)
  })
})

describe('entry points', () => {
  test.each([
    ['run = pkg:main', 'run', 'pkg', 'main'],
    ['run=pkg.mod:Class.method[a,b]', 'run', 'pkg.mod', 'Class.method'],
    ['Run.It_2-x = pkg:main [a]', 'Run.It_2-x', 'pkg', 'main'],
    ['sub/run = pkg:main', 'sub/run', 'pkg', 'main'],
    ['sub//./run/ = pkg:main', 'sub/run', 'pkg', 'main'],
    // As distlib finds it in the text.
    ['my tool = pkg:main', ' tool', 'pkg', 'main'],
    ['run = pkg:main and more', 'run', 'pkg', 'main'],
    ['grüße = pköt:mäin', 'grüße', 'pköt', 'mäin'],
  ])('%s', (definition, name, module, callable) => {
    expect(one(definition)).toEqual([{ name, module, callable }])
  })

  test('before pip 24, the name of a script ends where it has an unusual character', () => {
    expect(one('sub/run = pkg:main', '23.3').map(({ name }) => name)).toEqual(['run'])
  })

  test('pythons before 3.11 take spaces around the colon', () => {
    const text = '[console_scripts]\nrun = pkg.mod : main [a]\n'
    expect(scriptsOf(text, '25.3', '3.10')).toEqual([{ name: 'run', module: 'pkg.mod', callable: 'main' }])
    expect(() => scriptsOf(text, '25.3', '3.11')).toThrow('no script can be made')
  })

  test.each([
    'run = pkg',
    'run = pkg : main',
    'run = pkg:main:more',
    'run = :main',
    'run =',
    'run = pkg:main [a',
    'run[x] = pkg:main',
  ])('no script can be made of %s', (definition) => {
    expect(() => one(definition)).toThrow(
      'the wheel demo.whl cannot be installed: no script can be made of its entry point',
    )
  })

  test.each([
    '../run = pkg:main',
    '/run = pkg:main',
    'a/../../run = pkg:main',
    '. = pkg:main',
    '.. = pkg:main',
  ])('a script outside of bin/ is refused: %s', (definition) => {
    expect(() => one(definition)).toThrow('would make a script outside of bin/')
  })

  test("pip's and easy_install's own names are those of this python", () => {
    const text = `[console_scripts]
pip3.9 = pip:old
other = pip:other
pip = pip:main
pip3 = pip:old
pip3x = pip:kept
easy_install-2.7 = setuptools:old
easy_install = setuptools:main
[gui_scripts]
gui = pip:gui
`
    expect(scriptsOf(text).map(({ name, callable }) => [name, callable])).toEqual([
      ['pip', 'main'],
      ['pip3', 'main'],
      ['pip3.12', 'main'],
      ['easy_install', 'main'],
      ['easy_install-3.12', 'main'],
      ['other', 'other'],
      ['pip3x', 'kept'],
      ['gui', 'gui'],
    ])
    expect(one('pip3.9 = pip:old').map(({ name }) => name)).toEqual(['pip3.9'])
  })

  test('scripts that setuptools made for them are known by their names', () => {
    const entryPoints = parseEntryPoints(
      '[console_scripts]\nrun = a:b\n[gui_scripts]\nWin = a:b\n',
      'demo.whl',
    )
    const old = ['run', 'run.exe', 'run.EXE', 'run-script.py', 'run.pya', 'Win', 'sub/run']
    const kept = ['Run', 'run.py', 'run-script.pyw', 'runx', 'win.exe']
    expect([...old, ...kept].filter((path) => isOldWrapper(path, entryPoints))).toEqual(old)
  })
})

test.each([
  ['#!python\nrest\n', '#!/p/bin/python\nrest\n'],
  ['#!pythonw -x\r\nrest\r\n', '#!/p/bin/python\nrest\r\n'],
  ['#!python', '#!/p/bin/python\n'],
  ['#!python-anything', '#!/p/bin/python\n'],
])('the first line of a script: %j', (script, fixed) => {
  expect(hasPlaceholder(Buffer.from(script))).toBe(true)
  expect(fixScript(Buffer.from(script), '/p').toString()).toBe(fixed)
})

test.each(['#!/usr/bin/env python\n', '#!pytho', '', ' #!python', '#! python'])(
  'no placeholder: %j',
  (script) => {
    expect(hasPlaceholder(Buffer.from(script))).toBe(false)
  },
)
