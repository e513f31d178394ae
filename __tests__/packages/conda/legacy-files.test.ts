import { describe, expect, test } from '@jest/globals'
import { UserError } from '../../../src/common/errors.ts'
import { parseHasPrefix, parseLegacyFiles } from '../../../src/packages/conda/legacy-files.ts'

describe('info/has_prefix', () => {
  const files = new Set(['bin/tool', 'share/with space', "share/quote's", 'text'])

  test.each<[string, string, string, 'text' | 'binary']>([
    ['bin/tool', 'bin/tool', '/opt/anaconda1anaconda2anaconda3', 'text'],
    ['share/with space', 'share/with space', '/opt/anaconda1anaconda2anaconda3', 'text'],
    ['"share/with space"', 'share/with space', '/opt/anaconda1anaconda2anaconda3', 'text'],
    ['/old/prefix text bin/tool', 'bin/tool', '/old/prefix', 'text'],
    ['/old/prefix binary bin/tool', 'bin/tool', '/old/prefix', 'binary'],
    ['/old binary share/with space', 'share/with space', '/old', 'binary'],
    ['"/old" binary "share/with space"', 'share/with space', '/old', 'binary'],
    ['"/old prefix" text "bin/tool"', 'bin/tool', '/old prefix', 'text'],
    ["'/old' text share/quote's", "share/quote's", '/old', 'text'],
    ['/old   text\tbin/tool\r', 'bin/tool', '/old', 'text'],
    ['text', 'text', '/opt/anaconda1anaconda2anaconda3', 'text'],
    ['text text text', 'text', 'text', 'text'],
  ])('%s', (line, path, prefix, mode) => {
    expect([...parseHasPrefix(`\n${line}\n`, files, 'demo')]).toEqual([[path, { prefix, mode }]])
  })

  test.each(['bin/other', '/old text bin/other', '/old neither bin/tool', '/old text'])(
    'refused: %s',
    (line) => {
      expect(() => parseHasPrefix(line, files, 'demo-1.0-0')).toThrow(UserError)
      expect(() => parseHasPrefix(line, files, 'demo-1.0-0')).toThrow(
        /package demo-1\.0-0 is malformed: .*has_prefix/,
      )
    },
  )
})

test('files, without hashes, sizes and types', () => {
  const texts = new Map([
    ['files', 'b\r\n\n  a b  \nc\nb\n'],
    ['no_link', 'b\n'],
    ['no_softlink', 'a b\nnot listed\n'],
  ] as const)
  expect(parseLegacyFiles(texts, 'demo')).toEqual([
    { path: 'b', size: 0, noLink: true },
    { path: 'a b', size: 0, noLink: true },
    { path: 'c', size: 0, noLink: false },
  ])
})

test('a path that leaves the prefix', () => {
  expect(() => parseLegacyFiles(new Map([['files', 'a/../../b']] as const), 'demo')).toThrow(/'\.\.' in it/)
})
