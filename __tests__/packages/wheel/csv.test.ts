import { expect, test } from '@jest/globals'
import { formatCsvRow, parseCsv } from '../../../src/packages/wheel/csv.ts'

test.each([
  ['a,b,c\n', [['a', 'b', 'c']]],
  ['a,b\r\nc\r\n', [['a', 'b'], ['c']]],
  ['a,', [['a', '']]],
  ['"a,b",c', [['a,b', 'c']]],
  ['"a""b"', [['a"b']]],
  ['a"b,"c"d', [['a"b', 'cd']]],
  ['\n', [[]]],
  ['""', [['']]],
  ['"a\nb",c', [['ab', 'c']]],
  ['"open', [['open']]],
  ['', []],
])('%j', (text, rows) => {
  expect(parseCsv(text)).toEqual(rows)
})

test('a row is quoted where it must be', () => {
  expect(formatCsvRow(['a b', 'c,d', 'e"f', "g'h", '', 'i\nj'])).toBe('a b,"c,d","e""f",g\'h,,"i\nj"\r\n')
})
