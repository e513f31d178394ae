import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseDockerignore } from '../../src/layers/dockerignore.ts'

function remaining(text: string, paths: readonly string[]): string[] {
  const ignore = parseDockerignore(text)
  return paths.filter((path) => !ignore.ignores(path))
}

const tree = [
  'README.md',
  'README-secret.md',
  'temp',
  'tempa',
  'a/temp1/x',
  'a/b/temp2',
  'docs/README.md',
  'docs/deep/page.md',
  'src/main.py',
  'src/main.pyc',
  'c++/x',
  '(1) {a}|b',
  'constructor',
]
const all = (...gone: string[]) => tree.filter((path) => !gone.includes(path))

describe('what is ignored', () => {
  test.each([
    ['nothing', '', all()],
    ['nothing by comments and blank lines', '# temp\n\n   \n', all()],
    ['what a mark at the beginning stands before', '\uFEFFtemp', all('temp')],
    ['lines of Windows', 'temp\r\ntempa\r\n', all('temp', 'tempa')],
    ['a path from the top only', 'README.md', all('README.md')],
    [
      'a path written as absolute, or with dots',
      '/temp\n./tempa/\ndocs/../src',
      all('temp', 'tempa', 'src/main.py', 'src/main.pyc'),
    ],
    ['a directory with what is in it', 'docs', all('docs/README.md', 'docs/deep/page.md')],
    ['by *, which stops at a slash', '*/temp*', all('a/temp1/x')],
    ['by * twice', '*/*/temp*', all('a/b/temp2')],
    ['by ?', 'temp?', all('tempa')],
    ['by ** at the beginning', '**/README.md', all('README.md', 'docs/README.md')],
    ['by ** in the middle', 'docs/**/*.md', all('docs/README.md', 'docs/deep/page.md')],
    ['by ** at the end', 'docs/**', all('docs/README.md', 'docs/deep/page.md')],
    ['by ** before an ending', '**.pyc', all('src/main.pyc')],
    ['everything', '**', []],
    ['everything by one *', '*', []],
    ['by a class', 'temp[a-c]\n[^a-zA-Z(]*', all('tempa')],
    ['by characters that mean something elsewhere', 'c++\n(1) {a}|b', all('c++/x', '(1) {a}|b')],
    ['by escaped characters', '\\(1\\) {a}|b\nREADME\\.md', all('(1) {a}|b', 'README.md')],
    ['all but exceptions', '*.md\n!README.md', all('README-secret.md')],
    ['by the last pattern that matches', '!README.md\n*.md', all('README.md', 'README-secret.md')],
    ['all but what is in an ignored directory', 'docs\n!docs/deep', all('docs/README.md')],
    [
      'what an exception for its directory comes too late for',
      '**/page.md\n!docs/deep',
      all('docs/deep/page.md'),
    ],
    ['all but one', '*\n! src/*.py ', ['src/main.py']],
    ['no dot, for historical reasons', '.', all()],
  ])('%s', (_name, text, expected) => {
    expect(remaining(text, tree)).toEqual(expected)
  })

  test('a first pattern can be taken back', () => {
    expect(parseDockerignore('', '**/.git').ignores('a/.git/config')).toBe(true)
    expect(parseDockerignore('!a/.git', '**/.git').ignores('a/.git/config')).toBe(false)
  })

  test.each([
    ['x\n!', 2],
    ['a[b', 1],
    ['[z-a]', 1],
    ['a\\', 1],
  ])('%j is refused with its line', (text, line) => {
    expect(() => parseDockerignore(text)).toThrow(expect.objectContaining({ file: '.dockerignore', line }))
  })
})

describe('what need not be looked at', () => {
  test.each([
    ['node_modules', 'node_modules', true],
    ['node_modules\n!src', 'node_modules', true],
    ['node_modules\n!node_modules/mine', 'node_modules', false],
    ['node_modules\n!node_modules/mine/x', 'node_modules/mine', false],
    ['node_modules\n!node_modules/mine', 'node_modules/other', true],
    ['node_modules\n!**/keep', 'node_modules', false],
    ['*\n!src/*.py', 'docs', true],
    ['*\n!src/*.py', 'src', false],
    ['docs', 'src', false],
  ])('%j: %s %j', (text, directory, expected) => {
    expect(parseDockerignore(text).ignoresBelow(directory)).toBe(expected)
  })

  test('holds nothing that is taken back', () => {
    const step = fc.constantFrom('a', 'b', 'ab', '.c')
    const wildcard = fc.constantFrom('*', '**', '?', '[ab]', 'a*', '\\a')
    const pattern = fc
      .array(fc.oneof(step, wildcard), { minLength: 1, maxLength: 3 })
      .map((steps) => steps.join('/'))
    const line = fc.tuple(fc.constantFrom('', '!'), pattern).map((parts) => parts.join(''))
    const path = fc.array(step, { minLength: 2, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), path, fc.nat(), (lines, steps, depth) => {
        const ignore = parseDockerignore(lines.join('\n'))
        const directory = steps.slice(0, 1 + (depth % (steps.length - 1))).join('/')
        if (ignore.ignoresBelow(directory)) expect(ignore.ignores(steps.join('/'))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
