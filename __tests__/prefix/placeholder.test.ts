import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { replacePlaceholder } from '../../src/prefix/placeholder.ts'

const old = '/old/prefix_placehold'

function replaced(
  mode: 'text' | 'binary',
  content: string,
  prefix: string,
  placeholder = old,
): string | undefined {
  return replacePlaceholder(Buffer.from(content, 'latin1'), { prefix: placeholder, mode }, prefix)?.toString(
    'latin1',
  )
}

describe('text', () => {
  test.each([
    ['nothing to replace', 'plain\n', 'plain\n'],
    ['an empty file', '', ''],
    ['all of it', old, '/new'],
    ['several, one right after the other', `${old}${old}/a:${old}\n${old}`, '/new/new/a:/new\n/new'],
    ['a part of it is none', `${old.slice(0, -1)} ${old}`, `${old.slice(0, -1)} /new`],
    ['bytes that are no UTF-8', `\xff\xfe${old}\x80\0${old}`, '\xff\xfe/new\x80\0/new'],
    ['a shebang', `#!${old}/bin/python -E\n${old}`, '#!/new/bin/python -E\n/new'],
  ])('%s', (_, content, expected) => {
    expect(replaced('text', content, '/new')).toBe(expected)
  })

  test('a prefix longer than the placeholder', () => {
    expect(replaced('text', `a=${old};`, `${old}/and/more`)).toBe(`a=${old}/and/more;`)
  })

  test('a shebang that the prefix makes too long', () => {
    const prefix = `/${'p'.repeat(130)}`
    expect(replaced('text', `#!${old}/bin/python -E\n${old}\n`, prefix)).toBe(
      `#!/usr/bin/env python -E\n${prefix}\n`,
    )
  })
})

describe('binary', () => {
  const pad = '\0'.repeat(old.length - '/new'.length)

  test.each([
    ['nothing to replace', 'a\0b', 'a\0b'],
    ['a string', `x\0${old}\0y`, `x\0/new${pad}\0y`],
    ['a string with something behind', `${old}/lib\0y`, `/new/lib${pad}\0y`],
    ['a string with something in front', `rpath=${old}/lib\0y`, `rpath=/new/lib${pad}\0y`],
    ['two in a string', `${old}/a:${old}/b\0y`, `/new/a:/new/b${pad}${pad}\0y`],
    ['two without a gap', `${old}${old}\0y`, `/new/new${pad}${pad}\0y`],
    ['two strings', `${old}\0${old}/b\0`, `/new${pad}\0/new/b${pad}\0`],
    ['a string at the end, without its NUL', `x\0${old}/a`, `x\0/new/a${pad}`],
    ['a shebang is left alone', `#!${old}/${'x'.repeat(200)}`, `#!/new/${'x'.repeat(200)}${pad}`],
  ])('%s', (_, content, expected) => {
    expect(replaced('binary', content, '/new')).toBe(expected)
  })

  test('a prefix of the same length', () => {
    expect(replaced('binary', 'a/old:/old\0b', '/new', '/old')).toBe('a/new:/new\0b')
  })

  test('a longer prefix does not fit, where there is something to replace', () => {
    expect(replaced('binary', 'a/old\0', '/longer', '/old')).toBeUndefined()
    expect(replaced('binary', 'nothing\0', '/longer', '/old')).toBe('nothing\0')
  })
})

describe('whatever the file holds', () => {
  const placeholder = 'ab/ab'
  const prefix = fc.constantFrom('/p', 'ab', 'b/abx', 'a')
  /** Few letters, so that placeholders, parts of them and NULs are frequent. */
  const content = fc
    .array(fc.constantFrom('a', 'b', '/', '\0', 'x', placeholder), { maxLength: 60 })
    .map((parts) => parts.join(''))

  test('binary files keep their size, their strings and where those begin', () => {
    fc.assert(
      fc.property(content, prefix, (before, to) => {
        const after = replaced('binary', before, to, placeholder)
        const expected = before
          .split('\0')
          .map((string) => string.replaceAll(placeholder, to).padEnd(string.length, '\0'))
          .join('\0')
        expect(after).toBe(expected)
        expect(after).toHaveLength(before.length)
      }),
      { numRuns: 2000 },
    )
  })

  test('text files are as if replaced as a string', () => {
    fc.assert(
      fc.property(content, prefix, (before, to) => {
        expect(replaced('text', before, to, placeholder)).toBe(before.replaceAll(placeholder, to))
      }),
      { numRuns: 2000 },
    )
  })
})
