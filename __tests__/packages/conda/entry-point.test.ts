import { expect, test } from '@jest/globals'
import { parseEntryPoint } from '../../../src/packages/conda/entry-point.ts'

test.each([
  ['pip = pip._internal:main', 'pip', 'pip._internal', 'main'],
  ['  spaced  =  noarch_py : main  ', 'spaced', 'noarch_py', 'main'],
  ['k=a.b:c.d', 'k', 'a.b', 'c.d'],
  ['with=equals = a:b', 'with=equals', 'a', 'b'],
  ['dashed-name.py = _a1:_b', 'dashed-name.py', '_a1', '_b'],
  ['"tool = pkg.cli:main"', 'tool', 'pkg.cli', 'main'],
  ['tool = "pkg.cli:main"', 'tool', 'pkg.cli', 'main'],
  ["tool = 'pkg.cli:main'", 'tool', 'pkg.cli', 'main'],
  ['tool = pkg.cli:app [extra]', 'tool', 'pkg.cli', 'app'],
  ['tool = pkg.cli:app[extra, other]', 'tool', 'pkg.cli', 'app'],
  ['tool = pkg.cli:app [http:2]', 'tool', 'pkg.cli', 'app'],
  ['tool = "pkg.cli:app [extra]"', 'tool', 'pkg.cli', 'app'],
  ['schön = bücher:öffne', 'schön', 'bücher', 'öffne'],
])('%s', (definition, command, module, callable) => {
  expect(parseEntryPoint(definition)).toEqual({ command, module, callable })
})

test.each([
  ['pip', "has no ':'"],
  ['pip:main', "has no '='"],
  ['a = b [extra]', "has no ':'"],
  ['a = b c:d', 'is no dotted name'],
  ['a = b;import os:d', 'is no dotted name'],
  ['a = b:', 'is no dotted name'],
  ['a = b:c()', 'is no dotted name'],
  ['a = b:1c', 'is no dotted name'],
  ['a = "b:c', 'is no dotted name'],
])('nobody can read %j', (definition, problem) => {
  expect(parseEntryPoint(definition)).toEqual({
    problem: expect.stringContaining(problem),
    isForbidden: false,
  })
})

test.each([
  ' = a:b',
  '../evil = a:b',
  '"../evil = a:b"',
  '..evil = a:b',
  '. = a:b',
  'bin/evil = a:b',
  'a\\b = a:b',
  'a b = a:b',
  'a\u0000b = a:b',
])('forbidden: %j', (definition) => {
  expect(parseEntryPoint(definition)).toEqual({
    problem: expect.stringContaining('is no file name'),
    isForbidden: true,
  })
})
