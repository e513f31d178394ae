import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { code, escapeMarkdown, htmlCode, plainLine } from '../../src/common/markdown.ts'

const z = '\u200b'

test.each([
  ['numpy', '`numpy`'],
  ['a`b', '``a`b``'],
  ['``', '``` `` ```'],
  ['a|b', '`a\\|b`'],
  ['1.0\n\n# heading', '`1.0 # heading`'],
  ['a\u202eb', '`a b`'],
  [' \n ', ''],
])('code(%j) is %s', (text, expected) => {
  expect(code(text)).toBe(expected)
})

test('htmlCode leaves no tag, and no cell of a table', () => {
  expect(htmlCode('</summary>|<img src="x">&')).toBe(
    '<code>&lt;/summary&gt;&#124;&lt;img src=&quot;x&quot;&gt;&amp;</code>',
  )
})

test.each([
  ['BSD-3-Clause', 'BSD\\-3\\-Clause'],
  ['@org/team', `\\@${z}org\\/team`],
  ['fixes #12, org/repo#12 and GH-12', `fixes \\#${z}12\\, org\\/repo\\#${z}12 and GH${z}\\-12`],
  ['[a](https://x.y)', `\\[${z}a\\]\\(https\\:${z}\\/\\/x\\.y\\)`],
  ['<b>*x*</b>', '\\<b\\>\\*x\\*\\<\\/b\\>'],
])('escapeMarkdown(%j) is %s', (text, expected) => {
  expect(escapeMarkdown(text).replaceAll(`:${z}\\/`, ':\\/')).toBe(expected.replaceAll(`:${z}\\/`, ':\\/'))
})

describe('plainLine', () => {
  test.each([
    ['python 3.12.4 → 3.12.5; +3.1 MB', 'python 3.12.4 → 3.12.5; +3.1 MB'],
    ['numpy 1!2.0+cu12', 'numpy 1!2.0+cu12'],
    ['::set-output name=a::b', `:${z}:${z}set-output name=a:${z}:${z}b`],
    ['##[add-mask]x', `#${z}#${z}[${z}add-mask]x`],
    ['closes #12', `closes #${z}12`],
    ['closes gh-12', `closes gh${z}-12`],
    ['@org/team', `@${z}org/team`],
    ['[skip ci]', `[${z}skip ci]`],
    ['a\r\nCo-authored-by: x', 'a Co-authored-by: x'],
  ])('of %j', (text, expected) => {
    expect(plainLine(text)).toBe(expected)
  })

  test('is one line without commands, mentions and references, whatever is in it', () => {
    const hostile = fc
      .array(
        fc.constantFrom('@', '#', ':', '[', ']', '\n', '\r', '\u2028', 'gh-', 'GH-', '1', 'a', ' ', '`', '-'),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(hostile, (text) => {
        expect(plainLine(text)).not.toMatch(/[\n\r\u2028]|::|##|#\d|@\w|\bgh-\d|\[[a-z]/i)
      }),
    )
  })
})

test('a code span ends where it should, whatever is in it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom<string>('`', '``', '|', ' ', 'x', '\n', '\\')).map((parts) => parts.join('')),
      (text) => {
        const span = code(text)
        const fence = /^`*/.exec(span)?.[0] ?? ''
        const inner = span.slice(fence.length, span.length - fence.length)
        expect(span === '' || span.endsWith(fence)).toBe(true)
        expect(inner.match(/`+/g) ?? []).not.toContain(fence === '' ? '`' : fence)
        expect(inner.startsWith('`') || inner.endsWith('`')).toBe(false)
        expect(inner).not.toMatch(/\n|(?<!\\)\|/)
      },
    ),
  )
})
