import { expect, test } from '@jest/globals'
import { openPackage, pythonOf } from '../../src/prefix/link.ts'
import { exclusionOf } from '../../src/prefix/exclude.ts'
import { linkLinkable, planLinkable, type Linkable } from '../../src/prefix/linkable.ts'
import { openLockedWheel } from '../../src/prefix/wheel/link.ts'
import { collect } from '../layers/collect.ts'
import { jobPackage } from '../layers/packages.ts'
import { temporaryFile } from '../packages/make-package.ts'
import { makeWheel } from '../packages/make-wheel.ts'
import { lockedWheel } from './wheel/linked.ts'

const python = pythonOf({ version: '3.12.4', build: '0' })
const context = { prefix: '/opt/conda', rootPrefix: '/opt/conda', python, pip: '25.3', bytecode: true }
const site = python.sitePackages

const compiler = { compile: (path: string) => Promise.resolve(Buffer.from(path)) }

async function contentOf(source: Linkable, exclude?: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const place = { ...context, ...(exclude && { exclude }) }
  for await (const entry of linkLinkable(source, place, undefined, compiler)) {
    found[entry.path] = entry.type === 'file' ? (await collect(entry.content)).toString() : entry.type
  }
  return found
}

async function noarchPackage(): Promise<Linkable> {
  const { locked, file, facts } = await jobPackage(
    'pure',
    [
      { name: 'site-packages/pure/__init__.py', content: '1' },
      { name: 'site-packages/pure/tests/a.py', content: '2' },
      { name: 'site-packages/pure/tests/LICENSE', content: 'may' },
      { name: 'share/doc/pure', content: '3' },
      { name: 'etc/conda/activate.d/pure.sh', content: '4' },
    ],
    'python',
  )
  return openPackage({ locked: { ...locked, url: new URL(locked.url) }, file, ...facts })
}

function wheel(): Promise<Linkable> {
  const made = makeWheel({
    files: {
      'demo/__init__.py': '1',
      'demo/tests/a.py': '2',
      'demo-1.0.data/scripts/tool.py': '#!python\ntool',
      'demo-1.0.data/data/share/doc/demo': '3',
    },
    entryPoints: '[console_scripts]\nrun = demo:main\n',
  })
  return openLockedWheel(lockedWheel(made), temporaryFile(made.fileName, made.bytes))
}

test.each([
  ['a package', noarchPackage],
  ['a wheel', wheel],
])('of %s all is as it was, less what patterns leave out, in the plan as on disk', async (_, open) => {
  const source = await open()
  const whole = await contentOf(source)
  for (const exclude of [
    ['@tests', '@docs'],
    ['__init__.py'],
    ['__pycache__/'],
    ['bin/', '*.sh'],
    ['*'],
    ['*', '!/bin/', '!/bin/*'],
    [`${site}/*/tests/`, `!${site}/*/tests/`],
    ['LICENSE'],
  ]) {
    const exclusion = exclusionOf(exclude)
    const expected = Object.entries(whole).filter(([path]) => exclusion.excludedBy(path) === undefined)
    expect([exclude, await contentOf(source, exclude)]).toEqual([exclude, Object.fromEntries(expected)])
    const { paths, bytecode } = planLinkable(source, { ...context, exclude })
    const record = Object.keys(whole).filter((path) => path.startsWith('conda-meta/'))
    expect([...paths, ...record].sort()).toEqual(expected.map(([path]) => path).sort())
    for (const { source: from, path } of bytecode)
      expect([paths.includes(from), paths.includes(path)]).toEqual([true, true])
  }
})
