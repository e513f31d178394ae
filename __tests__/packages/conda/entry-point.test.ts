import { expect, test } from '@jest/globals'
import { parseEntryPoint } from '../../../src/packages/conda/entry-point.ts'

test.each([
  ['pip = pip._internal:main', 'pip', 'pip._internal', 'main'],
  ['  spaced  =  noarch_py : main  ', 'spaced', 'noarch_py', 'main'],
  ['k=a.b:c.d', 'k', 'a.b', 'c.d'],
  ['with=equals = a:b', 'with=equals', 'a', 'b'],
  ['dashed-name.py = _a1:_b', 'dashed-name.py', '_a1', '_b'],
])('%s', (definition, command, module, callable) => {
  expect(parseEntryPoint(definition)).toEqual({ command, module, callable })
})

test.each([
  ['pip', "has no ':'"],
  ['pip:main', "has no '='"],
  [' = a:b', 'is no file name'],
  ['../evil = a:b', 'is no file name'],
  ['..evil = a:b', 'is no file name'],
  ['. = a:b', 'is no file name'],
  ['bin/evil = a:b', 'is no file name'],
  ['a\\b = a:b', 'is no file name'],
  ['a b = a:b', 'is no file name'],
  ['a\u0000b = a:b', 'is no file name'],
  ['a = b c:d', 'is no dotted name'],
  ['a = b;import os:d', 'is no dotted name'],
  ['a = b:', 'is no dotted name'],
  ['a = b:c()', 'is no dotted name'],
  ['a = b:1c', 'is no dotted name'],
])('refused: %j', (definition, reason) => {
  expect(parseEntryPoint(definition)).toMatch(reason)
})
