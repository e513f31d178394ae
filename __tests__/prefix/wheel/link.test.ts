import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { findClobbers, pythonOf, selectWinning, type SourceCompiler } from '../../../src/prefix/link.ts'
import { linkWheel, openLockedWheel, planWheel, type WheelContext } from '../../../src/prefix/wheel/link.ts'
import { temporaryFile } from '../../packages/make-package.ts'
import { makeWheel, type MadeWheel, type WheelParts } from '../../packages/make-wheel.ts'
import { linkedTree, lockedWheel } from './linked.ts'

const python = pythonOf({ version: '3.12.4', build: '0' })
const context: WheelContext = {
  prefix: '/opt/conda',
  rootPrefix: '/opt/conda',
  python,
  pip: '25.3',
  bytecode: true,
}
const site = 'lib/python3.12/site-packages'

/** Stands for python; what it makes of a source tells what it was given. */
const compiler: SourceCompiler = {
  compile: (path, source) => {
    const text = Buffer.from(source).toString()
    return Promise.resolve(text === 'wrong' ? undefined : Buffer.from(`${path}: ${text}`))
  },
}

async function planOf(wheel: MadeWheel, within = context) {
  const source = await openLockedWheel(lockedWheel(wheel), temporaryFile(wheel.fileName, wheel.bytes))
  return planWheel(source, within)
}

const demo: WheelParts = {
  files: {
    'demo/a.py': 'a',
    'demo/wrong.py': 'wrong',
    'demo/data': 'd',
    'demo-1.0.data/scripts/tool.py': '#!python\ntool',
    'demo-1.0.data/data/share/b.py': 'b',
  },
  entryPoints: '[console_scripts]\nrun = demo:main\n',
}

describe('the plan', () => {
  test('claims every path that linking gives, and no other but of bytecode that cannot be', async () => {
    const wheel = makeWheel(demo)
    const { paths } = await planOf(wheel)
    const linked = await linkedTree(wheel, context, { compiler })
    const wrong = `${site}/demo/__pycache__/wrong.cpython-312.pyc`
    expect([...paths].sort()).toEqual([...Object.keys(linked), wrong].sort())
    expect(new Set(paths).size).toBe(paths.length)
  })

  test.each([
    ['without', { bytecode: false }],
    [
      'for a python that has no bytecode without times',
      { python: pythonOf({ version: '3.6.1', build: '0' }) },
    ],
  ])('%s bytecode claims none', async (_title, within) => {
    const { paths, isCompiled } = await planOf(makeWheel(demo), { ...context, ...within })
    expect(isCompiled).toBe(false)
    expect(paths.filter((path) => path.endsWith('.pyc'))).toEqual([])
  })

  test("headers go where this python's include files are, in a directory as the wheel was asked for", async () => {
    const wheel = makeWheel({ files: { 'demo-1.0.data/headers/d.h': '' } })
    const source = await openLockedWheel(
      lockedWheel(wheel, { name: 'DeMo' }),
      temporaryFile('w', wheel.bytes),
    )
    const headersOf = (version: string, build: string) =>
      planWheel(source, { ...context, python: pythonOf({ version, build }) }).paths.find((path) =>
        path.endsWith('.h'),
      )
    expect(headersOf('3.12.4', '0')).toBe('include/python3.12/DeMo/d.h')
    expect(headersOf('3.13.1', 'h_cp313t')).toBe('include/python3.13t/DeMo/d.h')
    expect(headersOf('3.7.1', '0')).toBe('include/python3.7m/DeMo/d.h')
  })

  test.each<[title: string, parts: WheelParts, message: string]>([
    ['a removal in an image', { files: { 'demo/.wh.other': '' } }, 'would mean in an image'],
    [
      'a file below another one, by way of .data',
      { files: { 'demo-1.0.data/data/bin/run/x': '' }, entryPoints: '[console_scripts]\nrun = a:b\n' },
      "it puts 'bin/run/x' below its own 'bin/run'",
    ],
  ])('refuses %s', async (_title, parts, message) => {
    await expect(planOf(makeWheel(parts))).rejects.toThrow(message)
  })

  test('refuses a wheel that is another one than the lock says', async () => {
    const wheel = makeWheel({ name: 'demo' })
    const open = (name: string) =>
      openLockedWheel(lockedWheel(wheel, { name }), temporaryFile('w', wheel.bytes)).then((source) =>
        planWheel(source, context),
      )
    await expect(open('other')).rejects.toThrow('the wheel of other says that it is demo')
    await expect(open('DEMO')).resolves.toMatchObject({ name: 'demo' })
    const liar = makeWheel({ name: 'demo', info: { METADATA: 'Name: other\nVersion: 1\n' } })
    await expect(planOf(liar)).rejects.toThrow('the wheel of demo says that it is other')
  })

  test('refuses an environment without python', async () => {
    await expect(planOf(makeWheel({}), { ...context, python: undefined })).rejects.toThrow("Add 'python'")
  })
})

describe('some of the paths', () => {
  const all = () => linkedTree(makeWheel(demo), context, { compiler })

  test.each(['RECORD', 'tool.py', 'a.py', 'a.cpython-312.pyc', 'run'])(
    '%s is the same without the others',
    async (name) => {
      const whole = await all()
      const [path = ''] = Object.keys(whole).filter((one) => one.endsWith(`/${name}`))
      const select = (one: string) => one === path || one === `${site}/demo/a.py`
      expect((await linkedTree(makeWheel(demo), context, { compiler, select }))[path]).toEqual(whole[path])
    },
  )

  test('bytecode comes with its own source only', async () => {
    const select = (path: string) => path !== `${site}/demo/a.py`
    const linked = await linkedTree(makeWheel(demo), context, { compiler, select })
    expect(Object.keys(linked).filter((path) => path.endsWith('.pyc'))).toEqual([
      'bin/__pycache__/tool.cpython-312.pyc',
      'share/__pycache__/b.cpython-312.pyc',
    ])
  })

  test('nothing is compiled for what nobody takes', async () => {
    const compiled: string[] = []
    const counting: SourceCompiler = {
      compile: (path) => {
        compiled.push(path)
        return Promise.resolve(undefined)
      },
    }
    await linkedTree(makeWheel(demo), context, {
      compiler: counting,
      select: (path) => path.includes('share/'),
    })
    expect(compiled).toEqual(['/opt/conda/share/b.py'])
  })

  test('of wheels that clobber, those of the winner', async () => {
    const wheels = [
      makeWheel({ name: 'one', files: { 'both/x.py': 'one', 'one.py': '' } }),
      makeWheel({ name: 'two', files: { 'both/x.py': 'two', 'two.py': '' } }),
    ]
    const clobbers = findClobbers(await Promise.all(wheels.map((wheel) => planOf(wheel))))
    expect([...clobbers.keys()]).toEqual([`${site}/both/x.py`, `${site}/both/__pycache__/x.cpython-312.pyc`])
    const [one, two] = await Promise.all(
      wheels.map((wheel, position) =>
        linkedTree(wheel, context, { compiler, select: selectWinning(clobbers, position) }),
      ),
    )
    expect(Object.keys(one ?? {})).toContain(`${site}/one.py`)
    expect(Object.keys(one ?? {})).not.toContain(`${site}/both/x.py`)
    expect(two?.[`${site}/both/x.py`]?.content.toString()).toBe('two')
    // pip's own RECORD lists what was overwritten later.
    expect(one?.[`${site}/one-1.0.dist-info/RECORD`]?.content.toString()).toContain(
      'both/__pycache__/x.cpython-312.pyc,,\r\n',
    )
  })
})

test('RECORD says what there is: changed scripts with their own hash, bytecode and RECORD without', async () => {
  const linked = await linkedTree(makeWheel(demo), context, { compiler })
  const hashed = (path: string) => {
    const { content } = linked[posix.join(site, path)] ?? { content: Buffer.alloc(0) }
    return `${path},sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}`
  }
  expect(linked['bin/tool.py']?.content.toString()).toBe('#!/opt/conda/bin/python\ntool')
  expect(linked[`${site}/demo-1.0.dist-info/RECORD`]?.content.toString().split('\r\n')).toEqual([
    '../../../bin/__pycache__/tool.cpython-312.pyc,,',
    hashed('../../../bin/run'),
    hashed('../../../bin/tool.py'),
    '../../../share/__pycache__/b.cpython-312.pyc,,',
    hashed('../../../share/b.py'),
    hashed('demo-1.0.dist-info/INSTALLER'),
    hashed('demo-1.0.dist-info/METADATA'),
    'demo-1.0.dist-info/RECORD,,',
    hashed('demo-1.0.dist-info/WHEEL'),
    hashed('demo-1.0.dist-info/entry_points.txt'),
    'demo/__pycache__/a.cpython-312.pyc,,',
    hashed('demo/a.py'),
    hashed('demo/data'),
    hashed('demo/wrong.py'),
    '',
  ])
})

test('no file has a time, and none is in memory that need not be', async () => {
  const wheel = makeWheel({ files: { 'demo/large.bin': Buffer.alloc(5_000_000) } })
  const source = await openLockedWheel(lockedWheel(wheel), temporaryFile('w', wheel.bytes))
  for await (const entry of linkWheel(source, context)) {
    if (entry.type !== 'file') throw new Error('a wheel has files only')
    expect(entry.mtime).toBeUndefined()
    let chunks = 0
    for await (const chunk of entry.content) chunks += Math.sign(chunk.length)
    if (entry.path.endsWith('large.bin')) expect(chunks).toBeGreaterThan(5)
  }
})
