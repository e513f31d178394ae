import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { Compiler } from '../../../src/bytecode/bytecode.ts'
import { formatCsvRow, parseCsv } from '../../../src/packages/wheel/csv.ts'
import { pythonOf } from '../../../src/prefix/link.ts'
import { removedBy, type WheelContext } from '../../../src/prefix/wheel/link.ts'
import { makeWheel } from '../../packages/make-wheel.ts'
import { debianPip, pipReleases } from '../../world/pip.ts'
import { linkedTree, shownTree } from './linked.ts'
import { randomWheels } from './random-wheels.ts'
import { PipPrefix, type Tree } from './real-pip.ts'
import { specimens } from './specimens.ts'

// The first time, the channel is built.
jest.setTimeout(600_000)

const scratch = mkdtempSync(join(tmpdir(), 'real-pip-'))
let real: PipPrefix
let compiler: Compiler

beforeAll(async () => {
  real = await PipPrefix.create(join(scratch, 'prefix'), scratch)
  compiler = new Compiler(join(real.prefix, 'bin/python3.11'))
})
afterAll(() => {
  compiler.close()
  rmSync(scratch, { recursive: true })
})

const python = pythonOf({ version: '3.11.2', build: '0' })
const contextOf = (prefix: string, pip: string, bytecode = false): WheelContext => ({
  prefix,
  rootPrefix: prefix,
  python,
  bytecode,
  pip,
})

describe.each(pipReleases)('as the pip of %s', (release) => {
  let pip: string
  beforeAll(async () => {
    pip = (await debianPip(release)).version
  })

  test.each([false, true])('all that a wheel can have; with bytecode: %s', async (bytecode) => {
    const options = ['--no-deps', ...(bytecode ? [] : ['--no-compile'])]
    const installed = await real.install(release, specimens, [
      ...options,
      ...specimens.map(({ name }) => name),
    ])
    const context = contextOf(real.prefix, pip, bytecode)
    const linked = await Promise.all(
      specimens.map((wheel) => linkedTree(wheel, context, { locked: { requested: true }, compiler })),
    )
    expect(shownTree(...linked)).toEqual(shownTree(installed))
  })

  test('wheels of whatever kind', async () => {
    const wheels = randomWheels(100)
    const installed = await real.install(release, wheels, ['--no-deps', ...wheels.map(({ name }) => name)])
    const context = contextOf(real.prefix, pip, true)
    const linked = await Promise.all(
      wheels.map((wheel) => linkedTree(wheel, context, { locked: { requested: true }, compiler })),
    )
    expect(shownTree(...linked)).toEqual(shownTree(installed))
  })

  test('what nobody named has no REQUESTED, and headers are called as they were asked for', async () => {
    const [dependency] = specimens.filter(({ name }) => name === 'Data-Of-All.Kinds')
    if (!dependency) throw new Error('there is no such wheel')
    const asker = makeWheel({ name: 'asker', requires: ['data_OF-all.kinds'] })
    const installed = await real.install(release, [asker, dependency], ['--no-compile', 'asker'])
    const context = contextOf(real.prefix, pip)
    expect(
      shownTree(
        await linkedTree(asker, context, { locked: { requested: true } }),
        await linkedTree(dependency, context, { locked: { name: 'data_OF-all.kinds' } }),
      ),
    ).toEqual(shownTree(installed))
  })

  test('a direct URL', async () => {
    const wheel = makeWheel({ name: 'direct', files: { 'direct.py': '' } })
    const url = pathToFileURL(real.wheelFile(wheel)).href
    const hashes = { sha256: wheel.sha256 }
    const locked = {
      requested: true,
      directUrl: { url, archive: { hash: `sha256=${wheel.sha256}`, hashes } },
    }
    const installed = await real.install(
      release,
      [wheel],
      ['--no-compile', `direct @ ${url}#sha256=${wheel.sha256}`],
    )
    expect(shownTree(await linkedTree(wheel, contextOf(real.prefix, pip), { locked }))).toEqual(
      shownTree(installed),
    )
  })

  test.each([124, 125, 'space'])('scripts of a python whose path is long: %s', async (length) => {
    const stem = join(scratch, `${pip}-`)
    const link =
      length === 'space' ? `${stem}with a space` : stem.padEnd(Number(length) - '/bin/python'.length, 'x')
    const elsewhere = await real.at(link)
    const wheels = specimens.filter(({ name }) => ['scripts', 'entry-points', 'py-installer'].includes(name))
    const installed = await elsewhere.install(release, wheels, [
      '--no-deps',
      '--no-compile',
      ...wheels.map(({ name }) => name),
    ])
    const context = contextOf(link, pip)
    const linked = await Promise.all(
      wheels.map((wheel) => linkedTree(wheel, context, { locked: { requested: true } })),
    )
    expect(shownTree(...linked)).toEqual(shownTree(installed))
  })

  test('pip uninstalls what was linked, wholly, and removes of it what is said', async () => {
    const context = contextOf(real.prefix, pip, true)
    const extra = { mode: '644', content: Buffer.from('x') }
    const laid: Record<string, Tree[string]> = {}
    const removed: string[] = []
    for (const wheel of specimens) {
      const linked = await linkedTree(wheel, context, { compiler })
      const [recordPath = ''] = Object.keys(linked).filter((path) => path.endsWith('.dist-info/RECORD'))
      const text = (name: string) => linked[recordPath.replace(/RECORD$/, name)]?.content.toString('utf8')
      // What RECORD does not list, and goes as well: a script of an entry point, bytecode of other kinds.
      const record = text('RECORD')?.replace(/^.*bin\/ep-console,.*\r\n/m, '') ?? ''
      Object.assign(laid, linked, { [recordPath]: { mode: '644', content: Buffer.from(record) } })
      for (const path of Object.keys(linked)) {
        if (path.endsWith('.py')) laid[`${path}c`] = laid[`${path}o`] = extra
      }
      removed.push(
        ...removedBy(
          { dist: wheel.name, record, entryPoints: text('entry_points.txt') },
          python,
          real.prefix,
        ),
      )
    }
    const left = ['lib/python3.11/site-packages/entry_points_/left.txt', 'bin/left']
    for (const path of left) laid[path] = extra
    try {
      await real.lay(laid)
      await real.pip(release, ['uninstall', '-y', ...specimens.map(({ name }) => name)])
      const after = Object.keys(await real.added())
      expect(after.sort()).toEqual([...left].sort())
      expect(
        Object.keys(laid)
          .filter((path) => !removed.includes(path))
          .sort(),
      ).toEqual([...left].sort())
    } finally {
      await real.clean()
    }
  })
})

test('RECORD is read and written as the csv module of python does', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'ü', '"', ',', '\n', '\r', '\x0b', '\u2028', ' '),
    maxLength: 12,
  })
  const texts = fc.sample(text, 500)
  const program = `
import csv, io, json, sys
def written(row):
    out = io.StringIO(newline="")
    csv.writer(out).writerow(row)
    return out.getvalue()
texts = json.load(sys.stdin)
print(json.dumps([[list(csv.reader(t.splitlines())), written(["x", t])] for t in texts]))
`
  const answers = JSON.parse(
    execFileSync(join(real.prefix, 'bin/python'), ['-c', program], {
      input: JSON.stringify(texts),
    }).toString(),
  ) as unknown
  expect(texts.map((one) => [parseCsv(one), formatCsvRow(['x', one])])).toEqual(answers)
})
