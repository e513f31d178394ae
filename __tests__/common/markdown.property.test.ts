import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { expect, test } from '@jest/globals'
import { code, htmlCode } from '../../src/common/markdown.ts'

/** As GitHub, before it looks for mentions and takes dangerous HTML out. */
function render(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
}

function tagsIn(html: string): Set<string> {
  return new Set([...html.matchAll(/<\/?(\w+)/g)].map(([, tag = '']) => tag))
}

const signs = [
  '`',
  '``',
  '|',
  '\\',
  '\n',
  '<',
  '>',
  '&',
  '"',
  '@a/b',
  '#1',
  '](x)',
  '![',
  '*',
  '_',
  '~',
  '-',
  ' ',
]
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(...signs, 'www.a.de', 'http://a.de/', 'x', '<b>', '-->'))
    .map((parts) => parts.join('')),
)

test('whatever the text, a code span in a table stays in its cell and is nothing else', () => {
  fc.assert(
    fc.property(text, (hostile) => {
      const html = render(`| a | b |\n| --- | --- |\n| ${code(hostile)} | end |\n`)
      const ours = ['table', 'thead', 'tbody', 'tr', 'th', 'td', 'code']
      expect([...tagsIn(html)].filter((tag) => !ours.includes(tag))).toEqual([])
      expect(html.match(/<td/g)).toHaveLength(2)
      expect(html).toContain('<td>end</td>')
    }),
    { numRuns: 1000 },
  )
})

test('whatever the text, in HTML it stays in its element', () => {
  fc.assert(
    fc.property(text, (hostile) => {
      const html = render(`<table><tr><td>${htmlCode(hostile)}</td></tr></table>\n\nend`)
      const ours = ['table', 'tr', 'td', 'code', 'p']
      expect([...tagsIn(html)].filter((tag) => !ours.includes(tag))).toEqual([])
      expect(html).toContain('<p>end</p>')
    }),
    { numRuns: 1000 },
  )
})
