import { describe, expect, test } from '@jest/globals'
import { exclusionOf, parseExclude } from '../../src/prefix/exclude.ts'
import { excludeSets } from '../../src/prefix/exclude-sets.ts'

const site = 'lib/python3.12/site-packages'

/** The pattern that leaves a path out. */
function by(text: string, path: string, type?: 'directory'): string | undefined {
  const patterns = parseExclude(text, 'exclude')
  const index = exclusionOf(patterns).excludedBy(path, type)
  return index === undefined ? undefined : patterns[index]
}

describe('a set', () => {
  test.each([
    ['@static', 'lib/libz.a', 'lib/libz.so'],
    ['@static', 'lib/libz.la', 'lib/a/b'],
    ['@headers', 'include/zlib.h', 'lib/libz.so.1'],
    ['@headers', `${site}/numpy/_core/include/numpy/ndarray.h`, `${site}/numpy/_core/include/__init__.py`],
    ['@headers', 'lib/pkgconfig/zlib.pc', 'share/doc/zlib.txt'],
    ['@headers', 'lib/python3.12/config-3.12-x86_64-linux-gnu/Makefile', 'lib/python3.12/sysconfig.py'],
    ['@headers', 'lib/R/library/Rcpp/include/Rcpp.h', 'lib/R/library/Rcpp/libs/Rcpp.so'],
    ['@docs', 'share/man/man1/xz.1', 'share/manifest'],
    ['@docs', 'share/doc/xz/README', 'share/doc/xz/COPYING.GPLv2'],
    ['@docs', 'share/gtk-doc/html/glib/index.html', 'share/glib-2.0/schemas/x.xml'],
    ['@docs', 'man/man1/curl.1', `${site}/man/__init__.py`],
    ['@tests', `${site}/numpy/tests/test_a.py`, `${site}/django/test/client.py`],
    ['@tests', `${site}/numpy/lib/tests/data/a.npy`, `${site}/numpy/testing/__init__.py`],
    ['@tests', 'lib/R/library/Matrix/tests/a.R', 'lib/python3.12/unittest/case.py'],
    ['@locale', 'share/locale/de/LC_MESSAGES/git.mo', `${site}/babel/locale-data/de.dat`],
    ['@locale', 'lib/R/library/base/po/de/LC_MESSAGES/R.mo', 'lib/locale/locale-archive'],
    ['@debug', 'lib/debug/usr/lib/x.so.debug', 'share/molecules/1abc.pdb'],
    ['@debug', 'lib/libstdc++.so.6.0.33-gdb.py', 'lib/libstdc++.so.6.0.33'],
  ])('%s has %s, and not %s', (set, has, hasNot) => {
    expect([by(set, has), by(set, hasNot)]).toEqual([set, undefined])
  })

  test('can be taken back in part: by file, by directory, or another set', () => {
    expect(by('@docs\n!share/doc/app/help.txt', 'share/doc/app/help.txt')).toBeUndefined()
    expect(by('@docs\n!/share/doc/app/', 'share/doc/app/deep/help.txt')).toBeUndefined()
    expect(by('@docs\n!/share/doc/app/', 'share/doc/other/help.txt')).toBe('@docs')
    expect(by('!/share/doc/app/\n@docs', 'share/doc/app/help.txt')).toBe('@docs')
    expect(by('*.h\n!@headers', 'include/a.h')).toBeUndefined()
    expect(by('*.h\n!@headers', 'src/a.h')).toBe('*.h')
  })

  test('says why it is safe, and for whom not', () => {
    for (const { patterns, safe, unsafe } of Object.values(excludeSets)) {
      expect(safe.length).toBeGreaterThan(40)
      expect(unsafe.length).toBeGreaterThan(40)
      expect(parseExclude(patterns.join('\n'), 'exclude')).toEqual(patterns)
    }
  })
})

test('licences are kept unless a pattern names them', () => {
  const all = [
    'share/doc/zlib/LICENSE',
    'share/doc/xz/COPYING.GPLv2',
    'share/doc/libpng/copyright',
    'share/licenses/gcc/README',
    `${site}/a-1.dist-info/licenses/AUTHORS`,
    `${site}/b/tests/NOTICE.txt`,
    'share/doc/c/ThirdPartyNotices.txt',
  ]
  const exclude = '@docs\n@tests\n/share/\n*-info/\n*'
  expect(all.filter((path) => by(exclude, path) !== undefined)).toEqual([])
  expect(by('/share/licenses/', 'share/licenses/gcc/README')).toBe('/share/licenses/')
  expect(by('@docs\nLICENSE*', 'share/doc/zlib/LICENSE')).toBe('LICENSE*')
  expect(by('LICENSE*\n!/share/doc/', 'share/doc/zlib/LICENSE')).toBe('LICENSE*')
  // A module is none.
  expect(by('*', `${site}/license.py`)).toBe('*')
})

test('records of packages and link scripts are kept whatever is asked', () => {
  expect(by('*', 'conda-meta/zlib-1-0.json')).toBeUndefined()
  expect(by('/bin/\n*.sh', 'bin/.graphviz-post-link.sh')).toBeUndefined()
  expect(by('/bin/\n*.sh', 'bin/post-link.sh')).toBe('/bin/')
  expect(exclusionOf(['conda-meta/']).touching(['conda-meta/zlib-1-0.json'])).toEqual([])
})

test('bytecode goes with its source', () => {
  const path = `${site}/a/__pycache__/b.cpython-312.pyc`
  expect(by(`${site}/a/b.py`, path)).toBe(`${site}/a/b.py`)
  expect(by('__pycache__/', path)).toBe('__pycache__/')
  expect(by('__pycache__/', `${site}/a/b.py`)).toBeUndefined()
  expect(exclusionOf([`${site}/a/b.py`]).touching([path])).toEqual([0])
})

test('an empty directory is left out as one', () => {
  expect(by('/include/', 'include', 'directory')).toBe('/include/')
  expect(by('@headers', 'include', 'directory')).toBe('@headers')
  expect(by('/include/', 'include')).toBeUndefined()
})

test('only patterns that speak of a path touch a layer', () => {
  const patterns = ['*.a', 'share/doc/', '!share/doc/z/', '*.x', '@docs', '@tests']
  const files = ['lib/z.a', 'share/doc/z/a']
  expect(exclusionOf(patterns).touching(files)).toEqual([0, 1, 2, 4])
  // Asked once more it says the same.
  expect(exclusionOf(patterns).touching(files)).toEqual([0, 1, 2, 4])
})

test('of a pattern that stands there twice the last counts; unknown sets are refused', () => {
  expect(parseExclude('a\n# b\n\n!b\na', 'exclude')).toEqual(['!b', 'a'])
  expect(parseExclude('\\@babel/', 'exclude')).toEqual(['\\@babel/'])
  expect(() => parseExclude('@doc', 'exclude')).toThrow(
    "input 'exclude': there is no set '@doc'. Use @static, @headers, @docs, @tests, @locale, @debug",
  )
  expect(() => parseExclude('x'.repeat(40_000), 'exclude')).toThrow('more than 32000 characters')
})
