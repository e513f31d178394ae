import { describe, expect, test } from '@jest/globals'
import { expand, ExpansionProblem, refersToVariables } from '../../src/image/expand.ts'

const variables: Readonly<Record<string, string>> = { PATH: '/bin', EMPTY: '', A1: 'one', _b: 'two', ü: 'x' }
const filled = (text: string) => expand(text, (name) => variables[name])

describe("as Dockerfile's ENV", () => {
  test.each([
    ['/x:$PATH', '/x:/bin'],
    ['${PATH}:/x', '/bin:/x'],
    ['$PATH/$A1.$_b', '/bin/one.two'],
    ['$A1-b$A1', 'one-bone'],
    ['$ü', 'x'],
    ['[$UNSET]', '[]'],
    ['[${UNSET}]', '[]'],
    ['${UNSET:-d}${EMPTY:-d}${A1:-d}', 'ddone'],
    ['${UNSET-d}${EMPTY-d}${A1-d}', 'done'],
    ['${UNSET:+i}${EMPTY:+i}${A1:+i}', 'i'],
    ['${UNSET+i}${EMPTY+i}${A1+i}', 'ii'],
    ['${UNSET:-$PATH:${_b}}', '/bin:two'],
    ['${UNSET:-}', ''],
    ['/x${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}', '/x'],
    ['/x${PATH:+:$PATH}', '/x:/bin'],
    ['${A1:?never}', 'one'],
    ['${EMPTY?never}', ''],
  ])('%s is %s', (text, expected) => {
    expect(filled(text)).toBe(expected)
    expect(refersToVariables(text)).toBe(true)
  })
})

describe('what stands for itself', () => {
  test.each([
    ['\\$PATH', '$PATH'],
    ['\\${PATH}', '${PATH}'],
    ['$', '$'],
    ['5 $ a $/ {$}', '5 $ a $/ {$}'],
    [`'a' "b" \`c\``, `'a' "b" \`c\``],
    ['C:\\dir\\n', 'C:\\dir\\n'],
    ['{"a": "}"}', '{"a": "}"}'],
  ])('%s', (text, expected) => {
    expect(filled(text)).toBe(expected)
    expect(refersToVariables(text)).toBe(false)
  })

  test('a brace in a word, with a backslash', () => {
    expect(filled('${UNSET:-{a\\}}')).toBe('{a}')
  })
})

test.each([
  ['${PATH', 'not closed'],
  ['${PATH:-a', 'not closed'],
  ['${}', 'no name'],
  ['${:-a}', 'no name'],
  ['${1}', 'no name'],
  ['${PATH#/}', 'is not understood'],
  ['${PATH:1}', 'is not understood'],
  ['a$$b', "'$$' names no variable; write \\$ for a dollar"],
  ['$1', "'$1' names no variable"],
  ['${UNSET:?give it}', 'UNSET: give it'],
  ['${EMPTY:?}', 'EMPTY: it is not set'],
])('%s is refused', (text, message) => {
  expect(() => filled(text)).toThrow(ExpansionProblem)
  expect(() => filled(text)).toThrow(message)
})
