import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import { noteBlocks } from '../../script/lib/fuzz/blocks.ts'
import { Seen } from '../../script/lib/fuzz/seen.ts'

/** What a script gives at its end, and for each of its blocks whether it was entered, in the order of the text. */
function run(script: string): { value: unknown; entered: number[] } {
  const [from, to] = ['from', 'to'].map((name) => mkdtempSync(join(tmpdir(), `blocks-${name}-`))) as [
    string,
    string,
  ]
  writeFileSync(join(from, 'a.ts'), script)
  const blocks = new Uint8Array(noteBlocks(from, to))
  const text = readFileSync(join(to, 'a.ts'), 'utf8')
  expect(text.split('\n')).toHaveLength(script.split('\n').length)
  const value: unknown = runInNewContext(stripTypeScriptTypes(text), { blocks })
  const places = [...text.matchAll(/\$blocks\[(\d+)\]/g)].map(([, index]) => Number(index))
  return { value, entered: places.map((index) => blocks[index] ?? 0) }
}

describe('blocks that are entered', () => {
  test.each<[string, string, unknown, number[]]>([
    ['an if without else', 'let a = 1\nif (a > 1) a = 2 // no\na', 1, [0, 1]],
    ['else if', 'let a = 2\nif (a < 1) a = 5\nelse if (a > 1) { a = 3 }\na', 3, [0, 1, 1, 0]],
    ['loops', 'let a = 0\nfor (const b of [1, 2, 3]) a += b\nwhile (a < 8) a++\na', 8, [1, 1]],
    ['an arrow, and what stands behind ??', 'const f = (a?: number) => a ?? 5\nf(1) + f()', 6, [1, 1]],
    ['&& and ||', 'const f = (a: boolean) => a && 1 || 2\nf(true)', 1, [1, 1, 0]],
    [
      'both sides of a question',
      'const f = (a: unknown): a is 1 => a ? true : false\nf(0)',
      false,
      [1, 0, 1],
    ],
    [
      'cases',
      "let a = ''\nswitch ('b' as string) { case 'b': a += 'b'; default: a += 'c' }\na",
      'bc',
      [1, 1],
    ],
    ['what is caught', 'let a = 1\ntry { throw 1 } catch { a = 2 } finally { a++ }\na', 3, [1, 1, 1]],
    ['a constructor', 'class A extends Array<number> { constructor() { super(2) } }\nnew A().length', 2, [1]],
  ])('%s', (_, script, value, entered) => {
    expect(run(script)).toEqual({ value, entered })
  })
})

test('an input is new once', () => {
  const seen = new Seen()
  const inputs = ['', 'a', Buffer.from('b'), 'a', Buffer.from('b'), 'ab']
  expect(inputs.map((input) => seen.isNew(input))).toEqual([true, true, true, false, false, true])
})
