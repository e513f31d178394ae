import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import type { Compiler } from '../../src/bytecode/bytecode.ts'

/** The modules that lie in a folder of python's library, by the paths that they have in an image. */
export function sourcesIn(library: string): Map<string, Buffer> {
  const names = readdirSync(library, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.py'))
    .map(({ name }) => name)
  return new Map(names.map((name) => [`/opt/conda/lib/${name}`, readFileSync(join(library, name))]))
}

/** @returns the bytecode of each, in base64, by the paths of the sources */
export async function compileAll(compiler: Compiler, entries: Iterable<[string, Buffer]>) {
  const compiled = new Map<string, string | undefined>()
  for (const [name, text] of entries) {
    compiled.set(name, (await compiler.compile(name, text))?.toString('base64'))
  }
  return compiled
}

const check = `
import marshal, sys
read = sys.stdin.buffer.read
while (lengths := read(8)):
    path, pyc = read(int.from_bytes(lengths[:4], 'little')).decode(), read(int.from_bytes(lengths[4:], 'little'))
    source = read(int.from_bytes(read(4), 'little'))
    code = marshal.loads(pyc[16:])
    assert code == compile(source, path, 'exec', dont_inherit=True), path
    assert len(pyc) - 16 <= len(marshal.dumps(code)), path
print('right')`

/** Has a python read bytecode, which is to be the code that it makes of the sources itself, in no more bytes than it writes. */
export function expectSameCode(
  python: string,
  compiled: ReadonlyMap<string, string | undefined>,
  sources: ReadonlyMap<string, Buffer>,
): void {
  const input = [...compiled].flatMap(([name, text = '']) => {
    const [pyc, own] = [Buffer.from(text, 'base64'), sources.get(name) ?? Buffer.alloc(0)]
    const lengths = Buffer.alloc(12)
    ;[Buffer.byteLength(name), pyc.length, own.length].forEach((size, index) =>
      lengths.writeUInt32LE(size, 4 * index),
    )
    return [lengths.subarray(0, 8), Buffer.from(name), pyc, lengths.subarray(8), own]
  })
  const said = execFileSync(python, ['-W', 'ignore', '-c', check], { input: Buffer.concat(input), env: {} })
  expect(said.toString()).toBe('right\n')
}
