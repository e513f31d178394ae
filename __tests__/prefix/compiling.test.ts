import { expect, test } from '@jest/globals'
import { withBytecode } from '../../src/prefix/compiling.ts'
import { readAll } from '../../src/prefix/content.ts'
import { fileOf } from '../../src/prefix/linking.ts'
import type { PrefixEntry } from '../../src/prefix/types.ts'

const context = { prefix: '/p', rootPrefix: '/p' }

/** Links files, all `.py` of which are compiled, and says what is asked of the compiler and given, in the order in which it happens. */
async function compileAll(files: Readonly<Record<string, string>>) {
  const events: string[] = []
  let [open, most, bytes, mostBytes] = [0, 0, 0, 0]
  const entries = async function* (): AsyncGenerator<PrefixEntry> {
    for (const [path, text] of Object.entries(files)) {
      await Promise.resolve()
      yield fileOf(path, 0o644, Buffer.from(text))
    }
  }
  const compile = async (path: string, source: Uint8Array) => {
    ;[open, bytes] = [open + 1, bytes + source.length]
    ;[most, mostBytes] = [Math.max(most, open), Math.max(mostBytes, bytes)]
    // The first comes last.
    await new Promise((resolve) => setTimeout(resolve, path.includes('0') ? 20 : 1))
    ;[open, bytes] = [open - 1, bytes - source.length]
    if (path.includes('fail')) throw new Error(path)
    return path.includes('none') ? undefined : Buffer.from(`compiled ${path}`)
  }
  const bytecode = Object.keys(files)
    .filter((path) => path.endsWith('.py'))
    .map((source) => ({ source, path: `${source}c` }))
  for await (const entry of withBytecode(entries(), { bytecode }, context, () => true, { compile })) {
    events.push(
      entry.type === 'file' ? `${entry.path}: ${(await readAll(entry.content)).toString().slice(0, 20)}` : '',
    )
  }
  return { events, most, mostBytes }
}

test('sources are compiled side by side, and come in their order with their bytecode behind them', async () => {
  const { events, most } = await compileAll({
    'a0.py': 'a',
    'b.py': 'b',
    data: 'd',
    'none.py': 'n',
    'c.py': 'c',
  })
  expect(events).toEqual([
    ...['a0.py: a', 'a0.pyc: compiled /p/a0.py', 'b.py: b', 'b.pyc: compiled /p/b.py', 'data: d'],
    ...['none.py: n', 'c.py: c', 'c.pyc: compiled /p/c.py'],
  ])
  expect(most).toBe(2)
})

test('of many or large ones no more than a few are in memory', async () => {
  const named = (count: number, text: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}.py`, text]))
  const many = await compileAll(named(100, 'x'))
  expect(many.events).toHaveLength(200)
  expect(many.most).toBeGreaterThan(4)
  expect(many.most).toBeLessThan(20)
  const large = await compileAll(named(6, 'x'.repeat(800_000)))
  expect(large.events).toHaveLength(12)
  expect(large.mostBytes).toBeLessThan(2_000_000)
})

test('what python says of a source is an error when its turn comes', async () => {
  await expect(compileAll({ 'a0.py': 'a', 'fail.py': 'f' })).rejects.toThrow('/p/fail.py')
})
