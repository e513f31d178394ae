import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseGitPattern } from '../../src/common/gitignore.ts'
import { exclusionOf, parseExclude } from '../../src/prefix/exclude.ts'

let repository: string
beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'gitignore-'))
  execFileSync('git', ['init', '-q', repository])
})
afterAll(() => {
  rmSync(repository, { recursive: true })
})

/** What git says of paths, none of which is there: so all of them are files. */
function ignoredByGit(text: string, paths: readonly string[]): string[] {
  writeFileSync(join(repository, '.gitignore'), text)
  try {
    const out = execFileSync(
      'git',
      ['-c', 'core.excludesFile=', 'check-ignore', '--no-index', '-z', '--stdin'],
      {
        cwd: repository,
        input: paths.join('\0'),
      },
    )
    return out.toString().split('\0').filter(Boolean)
  } catch (error) {
    if ((error as { status?: number }).status === 1) return []
    throw error
  }
}

function excluded(text: string, paths: readonly string[]): string[] {
  const exclusion = exclusionOf(parseExclude(text, 'exclude'))
  return paths.filter((path) => exclusion.excludedBy(path) !== undefined)
}

const tree = [
  'a',
  'b.a',
  'lib/libz.a',
  'lib/libz.so',
  'lib/cmake/z/z.cmake',
  'share/doc/z/a.txt',
  'share/doc/z/deep/a.txt',
  'share/man/man1/z.1',
  'share/a b ',
  'share/#c',
  'share/!d',
  'share/[e]',
  'share/f+g(h){i}|j',
  'share/k\\l',
  'doc/a.txt',
  'ää/öö',
]

describe("patterns are git's", () => {
  test.each([
    '*.a',
    '/*.a',
    'a',
    '/a',
    'doc',
    'doc/',
    '/doc/',
    'share/doc',
    'share/doc/',
    'share/*/z',
    'share/*',
    'share/**',
    '**/doc',
    '**/doc/**',
    'share/**/a.txt',
    'share/**a.txt',
    '***/a.txt',
    's?are/doc/',
    'doc?a.txt',
    'share[/]doc',
    '[a-c]',
    '[!a-c]',
    '[^a-c]',
    '[]a]',
    '[[:alpha:]]',
    '[[:upper:][:digit:]]',
    '[z-a]',
    '[a\\]]',
    'share/\\[e\\]',
    'share/f+g(h){i}|j',
    'share/k\\\\l',
    '\\#c',
    '\\!d',
    '# a\n\n  \na',
    'a   ',
    'a b\\ ',
    'A',
    'ää/',
    '*\n!*.txt',
    'share/doc/*\n!share/doc/z/',
    'share/\n!share/doc/z/a.txt',
    '*.txt\n!doc/',
    '!doc/\n*.txt',
    '*.txt\n!a.txt\nshare/doc/z/deep/',
    '/*\n!/share/\n/share/*\n!/share/doc/',
  ])('%j', (text) => {
    expect(excluded(text, tree)).toEqual(ignoredByGit(text, tree))
  })

  test('whatever they are', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '*', '**', '?', '*a', '[ab]', '[!a]', 'a*b')
    const pattern = fc
      .tuple(
        fc.constantFrom('', '!'),
        fc.constantFrom('', '/'),
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('', '/'),
      )
      .map(([mark, start, parts, end]) => `${mark}${start}${parts.join('/')}${end}`)
    const name = fc.constantFrom('a', 'b', 'ab', 'ba', 'aab')
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(path, { minLength: 20, maxLength: 40 }),
        (patterns, paths) => {
          const text = `${patterns.join('\n')}\n`
          expect(excluded(text, paths)).toEqual(ignoredByGit(text, paths))
        },
      ),
      { numRuns: 40 },
    )
  })
})

test('a pattern speaks of a path by itself', () => {
  const pattern = parseGitPattern('!/share/*/ ')
  expect(pattern).toMatchObject({ text: '!/share/*/', isNegated: true, isForDirectories: true })
  expect(pattern?.matches('share/doc')).toBe(true)
  expect(pattern?.matches('share/doc/a')).toBe(false)
  expect(parseGitPattern('# no')).toBeUndefined()
})

test.each(['a[b', '[]', 'a\\', '/', '!', '[[:letter:]]'])(
  '%j is refused, where git would match nothing',
  (text) => {
    expect(() => parseExclude(text, 'exclude')).toThrow(/^input 'exclude': /)
  },
)
