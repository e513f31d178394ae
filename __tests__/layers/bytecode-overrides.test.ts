import { expect, test } from '@jest/globals'
import { bytecodeOverrides } from '../../src/layers/build.ts'
import { openArchive } from '../../src/packages/conda/archive.ts'
import {
  findClobbers,
  planLink,
  pythonOf,
  type LinkSource,
  type SourceCompiler,
} from '../../src/prefix/link.ts'
import { nothingRemoved } from '../../src/layers/replaced.ts'
import { collect } from './collect.ts'
import { jobPackage } from './packages.ts'

const context = {
  prefix: '/opt/conda',
  rootPrefix: '/opt/conda',
  python: pythonOf({ version: '3.12.4', build: '0' }),
  bytecode: true,
}
const folder = 'lib/python3.12/site-packages'
const bytecode = `${folder}/__pycache__/m.cpython-312.pyc`

const compiler: SourceCompiler = {
  compile: (_, source) => {
    const text = Buffer.from(source).toString()
    return Promise.resolve(text === 'wrong' ? undefined : Buffer.from(`compiled ${text}`))
  },
}

type Files = Readonly<Record<string, string>>

async function sourceOf(name: string, files: Files): Promise<LinkSource> {
  const items = Object.entries(files).map(([path, content]) => ({ name: path, content }))
  const isNoarch = Object.keys(files).some((path) => path.startsWith('site-packages/'))
  const { locked, file, facts } = await jobPackage(name, items, isNoarch ? 'python' : undefined)
  return { locked: { ...locked, url: new URL(locked.url) }, archive: await openArchive(file, 'conda'), facts }
}

/** What is given again, path by path, of two packages in the order of the lock. */
async function overridesOf(first: Files, second: Files): Promise<Files> {
  const sources = await Promise.all([sourceOf('first', first), sourceOf('second', second)])
  const plans = sources.map(({ archive }) => planLink(archive.info, context))
  const [one, two] = sources
  const source = (position: number) => (position === 0 ? one : two)
  const contents = { context, source, plans, clobbers: findClobbers(plans), removals: nothingRemoved }
  const given: Record<string, string> = {}
  for await (const entry of bytecodeOverrides(contents, () => Promise.resolve(compiler))) {
    given[entry.path] = entry.type === 'file' ? (await collect(entry.content)).toString() : entry.type
  }
  return given
}

const noarch = (content: string) => ({ 'site-packages/m.py': content })

test.each<[string, Files, Files, Files]>([
  ['nothing in common', noarch('1'), { 'site-packages/other.py': '2' }, {}],
  [
    'one source, two packages: of the one that has it in the end',
    noarch('1'),
    noarch('2'),
    { [bytecode]: 'compiled 2' },
  ],
  ['which has none: none', noarch('1'), noarch('wrong'), { [bytecode]: 'whiteout' }],
  [
    'a source of a package that is not compiled: none',
    noarch('1'),
    { [`${folder}/m.py`]: '2' },
    { [bytecode]: 'whiteout' },
  ],
  ['with bytecode of its own: that', noarch('1'), { [`${folder}/m.py`]: '2', [bytecode]: 'own' }, {}],
  [
    'the other way round: compiled',
    { [`${folder}/m.py`]: '1', [bytecode]: 'own' },
    noarch('2'),
    { [bytecode]: 'compiled 2' },
  ],
  ['bytecode alone: what it is in the end', { [bytecode]: 'own' }, noarch('2'), { [bytecode]: 'compiled 2' }],
])('%s', async (_, first, second, expected) => {
  expect(await overridesOf(first, second)).toEqual(expected)
})
