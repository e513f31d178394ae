import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { lstat, readlink, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Compiler, Compilers, installPython } from '../../src/bytecode/bytecode.ts'
import { program } from '../../src/bytecode/program.ts'
import { withReferences } from '../../src/bytecode/references.ts'
import { channelPackages } from './python.ts'
import { compileAll, expectSameCode, sourcesIn } from './same-code.ts'

// The first time, the channel is built.
jest.setTimeout(300_000)

const scratch = mkdtempSync(join(tmpdir(), 'bytecode-'))
let executable: string
const compilers: Compiler[] = []

beforeAll(async () => {
  executable = await installPython(await channelPackages(), join(scratch, 'python'))
})

afterAll(() => {
  for (const compiler of compilers) compiler.close()
  rmSync(scratch, { recursive: true })
})

function start(): Compiler {
  const compiler = new Compiler(executable)
  compilers.push(compiler)
  return compiler
}

/** Everything that the order of sets, the sharing of constants or what was compiled before could change. */
const source = Buffer.from(
  `"""A module."""
def kinds(x):
    return x in {None, 'a', 'b', ..., (1, 2), (None, 1.5), b'c', 10**30} or x in {'quite', 'a', 'few', 'names', 'in', 'a', 'set'}
def names(*, name='name', other='other name', third=('name', 'other', ('name',))):
    class Inner:
        def __init__(self):
            self.b, self.a, self.c = name, other, third
        def method(self): return [self.a for _ in range(3)] + [lambda: (self, name, other)]
    return Inner
def slices(x): return x[1:2], x[:], x[::-1]
`,
)
const sources = new Map<string, Buffer>()
const path = '/opt/conda/lib/python3.11/site-packages/module.py'

beforeAll(() => {
  sources.set(path, source)
  for (const [name, text] of sourcesIn(join(scratch, 'python/lib/python3.11'))) sources.set(name, text)
})

/** The program as `Compiler` runs it, but with what a job might have in its environment, and other options. */
function compileElsewhere(variables: Record<string, string>, options: readonly string[]): Buffer {
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32LE(path.length, 0)
  lengths.writeUInt32LE(source.length, 4)
  const output = execFileSync(executable, ['-S', '-B', ...options, '-c', program], {
    env: variables,
    stdio: 'pipe',
    input: Buffer.concat([lengths, Buffer.from(path), source]),
  })
  return withReferences(output.subarray(4))
}

describe('what is compiled', () => {
  test('depends on the source and its path, not on what was compiled before or in which process', async () => {
    const first = await compileAll(start(), sources)
    const second = await compileAll(start(), [...sources].reverse())
    expect(sources.size).toBeGreaterThan(100)
    expect(Object.fromEntries(second)).toEqual(Object.fromEntries(first))
    expect([...first.values()]).not.toContain(undefined)
    const elsewhere = await start().compile('/opt/conda/other.py', source)
    expect(elsewhere?.toString('base64')).not.toBe(first.get(path))
  })

  test.each<[string, Record<string, string>, string[]]>([
    ['another seed', { PYTHONHASHSEED: '4242' }, []],
    ['a random seed', { PYTHONHASHSEED: 'random' }, []],
    ['developer mode', {}, ['-X', 'dev']],
    ['timed imports, memory traced', {}, ['-X', 'importtime', '-X', 'tracemalloc']],
    ['UTF-8 mode', {}, ['-X', 'utf8']],
    ['the site module, optimising', {}, ['-O']],
  ])('does not depend on the process: %s', async (_, variables, options) => {
    const expected = await start().compile(path, source)
    expect(compileElsewhere(variables, options).equals(expected ?? Buffer.alloc(0))).toBe(true)
  })

  test('is hash-based and unchecked, of that source, and what python itself would run', async () => {
    const pyc = (await start().compile(path, source)) ?? Buffer.alloc(0)
    const check = `
import importlib.util, marshal, sys
pyc, source, path = sys.stdin.buffer.read(), open(sys.argv[1], 'rb').read(), sys.argv[2]
assert pyc[:4] == importlib.util.MAGIC_NUMBER and pyc[4:8] == b'\\1\\0\\0\\0'
assert pyc[8:16] == importlib.util.source_hash(source)
code = marshal.loads(pyc[16:])
assert code == compile(source, path, 'exec', dont_inherit=True) and code.co_filename == path
assert len(pyc) - 16 < len(marshal.dumps(code)) < len(marshal.dumps(code, 2))
names = {}
exec(code, names)
assert [names['kinds'](x) for x in (None, (None, 1.5), 'few', 7)] == [True, True, True, False]
print('right')`
    const file = join(scratch, 'python/source.py')
    execFileSync('tee', [file], { input: source })
    const said = execFileSync(executable, ['-c', check, file, path], { input: pyc, env: {} })
    expect(said.toString()).toBe('right\n')
  })

  test('is written with references that python reads as the same code, of its whole library', async () => {
    expectSameCode(executable, await compileAll(start(), sources), sources)
  })

  test('of a python that is not known, or broken off, it is as it is', async () => {
    const pyc = (await start().compile(path, source)) ?? Buffer.alloc(0)
    const later = Buffer.from(pyc)
    later.writeUInt16LE(3700, 0)
    for (const other of [later, pyc, pyc.subarray(0, 200), pyc.subarray(0, 18)]) {
      expect(withReferences(other)).toEqual(Buffer.from(other)) // references are no objects of version 2
    }
  })

  test.each([
    ['a syntax error', 'def f(:\n'],
    ['a NUL', 'x = 1\0\n'],
    ['an encoding that there is not', '# coding: nonesuch\n'],
    ['bytes that are not of its encoding', Buffer.from([0x78, 0x3d, 0x27, 0xe9, 0x27])],
    ['too much nesting', `x = ${'('.repeat(100_000)}`],
  ])('%s: no bytecode, and the next source has some', async (_, text) => {
    const compiler = start()
    const [wrong, right] = await Promise.all([
      compiler.compile('/opt/conda/wrong.py', Buffer.from(text)),
      compiler.compile(path, source),
    ])
    expect(wrong).toBeUndefined()
    expect(right?.length).toBeGreaterThan(100)
  })

  test.each([
    ['nothing', ''],
    ['Latin-1, as it says', Buffer.from('# coding: latin-1\nx = "\xe9"\n', 'latin1')],
    ['Japanese, as it says', Buffer.from('# coding: shift_jis\nx = "\x83\x65"\n', 'latin1')],
    ['a byte order mark', '\uFEFFx = "é"\n'],
    ['a megabyte', 'x = "y"\n'.repeat(131_072)],
  ])('%s', async (_, text) => {
    const pyc = await start().compile(path, Buffer.from(text))
    expect(pyc?.readUInt32LE(4)).toBe(1)
  })
})

test('several pythons share the sources, each with what one alone makes of it', async () => {
  const compiler = new Compilers(executable, 3)
  try {
    const all = await Promise.all([...sources].map(([name, text]) => compiler.compile(name, text)))
    const alone = await compileAll(start(), sources)
    expect(all.map((bytecode) => bytecode?.toString('base64'))).toEqual([...alone.values()])
  } finally {
    compiler.close()
  }
  await expect(new Compilers('/bin/false', 2).compile(path, source)).rejects.toThrow(/it ended \(1\)/)
})

test('a python that cannot be started, or ends, is told of with what to do', async () => {
  await expect(new Compiler('/nonexistent/bin/python').compile(path, source)).rejects.toThrow(
    /did not compile .*module\.py: [^]*compile-pyc: false/,
  )
  await expect(new Compiler('/bin/false').compile(path, source)).rejects.toThrow(/it ended \(1\)/)
})

describe('the python on disk', () => {
  test('is linked as far as it is needed, and finds its libraries in its own place', async () => {
    const prefix = join(scratch, 'python')
    expect(await readlink(join(prefix, 'bin/python'))).toBe('python3.11')
    expect(readdirSync(prefix).sort()).toEqual(['bin', 'lib', 'source.py'])
    expect((await lstat(executable)).mode & 0o777).toBe(0o755)
    const maps = execFileSync(executable, ['-S', '-c', 'print(open("/proc/self/maps").read())'], { env: {} })
    const libraries = [...maps.toString().matchAll(/\s(\/\S+\.so\S*)/g)].map(([, library = '']) => library)
    const inside = libraries.filter((library) => library.startsWith(prefix))
    expect(inside.length).toBeGreaterThan(0)
    expect(await realpath(executable)).toBe(executable)
  })
})
