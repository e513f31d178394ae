import { describe, expect, test } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { decodeText } from '../../src/environment/decode.ts'
import { parseEnvironment } from '../../src/environment/parse.ts'
import { readList } from '../../src/environment/pip/list.ts'
import { physicalLines } from '../../src/environment/pip/logical-lines.ts'

function read(text: string) {
  return parseEnvironment(decodeText(Buffer.from(text), 'env.yaml'), 'env.yaml', {}).environment
}

// A test ends by its own limit where a reader would need for ever.
describe('an environment file', () => {
  test('of aliases that stand for twice as much each is read', () => {
    const maps = Array.from({ length: 40 }, (_, index) =>
      index === 0
        ? 'a0: &m0 {name: bomb}'
        : `a${index}: &m${index}\n  <<: [*m${index - 1}, *m${index - 1}, *m${index - 1}]`,
    )
    expect(read([...maps, '<<: *m39', 'dependencies: [a]'].join('\n')).name).toBe('bomb')
  }, 20_000)

  test('of lists that hold each other twice is refused', () => {
    const lists = Array.from(
      { length: 40 },
      (_, index) => `a${index}: &l${index} [*l${index - 1}, *l${index - 1}]`,
    )
    const text = ['a: &l-1 [x, x]', ...lists, 'dependencies: *l39'].join('\n')
    expect(() => read(text)).toThrow('a dependency is not text')
  }, 20_000)

  test('of ten thousand aliases is read, each the last of its name before it', () => {
    const text = `x: &x a\nchannels: [*x]\ny: &x b\ndependencies:\n${'- *x\n'.repeat(10_000)}`
    const { channels, specs } = read(text)
    expect(channels.map(({ canonical }) => canonical)).toEqual(['a'])
    expect(new Set(specs.map(({ text: spec }) => spec))).toEqual(new Set(['b']))
  }, 60_000)

  test.each([
    ['with an alias of nothing', 'dependencies: [*a]', 'nothing is called &a'],
    ['with an alias before its anchor', 'dependencies: [*a]\nx: &a b', 'nothing is called &a'],
    ['with a map that is merged into itself', 'a: &a\n  <<: *a\n<<: *a\ndependencies: [a]', 'it merges a map into itself'],
    ['with tabs', 'dependencies:\n\t- a', 'not YAML'],
    ['that is nested without end', `dependencies: ${'['.repeat(20_000)}`, 'not YAML'],
    ['with a tag of python in the place of a list', 'dependencies: !!python/object/apply:os.system {a: b}', "'dependencies' is not a list"],
    ['of 10 MB', `#${'x'.repeat(10_000_000)}\ndependencies: [a]`, 'env.yaml: it has 10 MB, and 2.1 MB are the most'],
  ])('%s is refused', (_, text, message) => {
    expect(() => read(text)).toThrow(message)
    expect(() => read(text)).toThrow(UserError)
  }) // prettier-ignore

  test('with an expression of GitHub has it as text', () => {
    expect(read('name: "${{ github.token }}"\ndependencies: ["a"]').name).toBe('${{ github.token }}')
  })
})

test.each([
  ['operators without commas', `a${' >= 1'.repeat(600)} !`],
  ['names without commas', `a${'  b'.repeat(1000)} !`],
  ['versions of any kind', `a${'===1,'.repeat(500)} x`],
  ['blanks', `a${' '.repeat(4000)}b`],
  ['blanks before a comment that is none', `a${' '.repeat(100_000)}x`],
  ['a scheme that does not end', 'a+'.repeat(50_000)],
  ['quotes', `a --x=${'"'.repeat(20_001)}`],
  ['lines that go on', 'a\\\n'.repeat(50_000)],
])(
  'a line for pip of %s is refused at once',
  (_, text) => {
    const reading = () =>
      readList(physicalLines(text), 'r.txt', {}, (line, what) => new UserError(`${line}: ${what}`))
    try {
      reading()
    } catch (error) {
      expect(error).toBeInstanceOf(UserError)
    }
  },
  20_000,
)
