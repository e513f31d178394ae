import { expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { bytecodeOverrides, PrefixContents } from '../../src/layers/build.ts'
import { runJob, type JobPackage } from '../../src/layers/job.ts'
import { hiddenPaths, planRemovals, type Replaced } from '../../src/layers/replaced.ts'
import { formatCsvRow } from '../../src/packages/wheel/csv.ts'
import { openPackage, pythonOf } from '../../src/prefix/link.ts'
import type { Linkable } from '../../src/prefix/linkable.ts'
import { openLockedWheel } from '../../src/prefix/wheel/link.ts'
import { temporaryFile } from '../packages/make-package.ts'
import { makeWheel, type WheelParts } from '../packages/make-wheel.ts'
import { lockedWheel } from '../prefix/wheel/linked.ts'
import { jobOf, jobPackage } from './packages.ts'

const directory = mkdtempSync(join(tmpdir(), 'replaced-'))
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const python = pythonOf({ version: '3.11.2', build: '0' })
const site = python.sitePackages
const installed = { prefix: '/opt/conda', rootPrefix: '/opt/conda', python, pip: '26.0' }

function replacedBy(position: number, ...paths: string[]): Replaced {
  const at = { file: 'env.lock', line: 1 }
  return {
    wheel: { name: 'x', version: '2', position, at },
    dist: 'x-1-0',
    distribution: { name: 'x', version: '1', path: '', kind: 'dist-info' },
    paths,
  }
}

test.each<[string, string[][], Replaced[], string[]]>([
  [
    'what nobody else has is gone, with its directory',
    [['s/a/x', 's/b'], ['s/c']],
    [replacedBy(1, 's/a/x')],
    ['s/a'],
  ],
  ['what the wheel has too stays', [['s/a', 's/b'], ['s/a']], [replacedBy(1, 's/a', 's/b')], ['s/b']],
  ['what a later wheel has stays', [['s/a', 's/k'], [], ['s/a']], [replacedBy(1, 's/a')], []],
  [
    'what an earlier wheel had put there goes',
    [['s/a', 's/k'], ['s/a'], []],
    [replacedBy(2, 's/a')],
    ['s/a'],
  ],
  ['what another package had put there goes', [['s/a', 's/k'], ['s/a'], []], [replacedBy(2, 's/a')], ['s/a']],
  ['what is not there needs no hiding', [['s/a', 's/k'], []], [replacedBy(1, 's/a', 's/a.pyc')], ['s/a']],
  [
    'a directory stays as long as something is in it',
    [['s/a/x', 's/a/y/z', 's/b/x'], ['s/a/new']],
    [replacedBy(1, 's/a/x', 's/a/y/z', 's/b/x')],
    ['s/a/x', 's/a/y', 's/b'],
  ],
  [
    'of two that replace, the later one counts',
    [['s/a', 's/k'], ['s/a'], []],
    [replacedBy(1, 's/a'), replacedBy(2, 's/a')],
    ['s/a'],
  ],
])('%s', (_, paths, replaced, hidden) => {
  expect(
    hiddenPaths(
      planRemovals(
        replaced,
        paths.map((own) => ({ paths: own })),
      ),
    ),
  ).toEqual(hidden)
})

/** A package with a distribution of its name, the files of which are recorded. */
async function distribution(name: string, files: readonly string[], info = `${name}-1.dist-info`) {
  const own = files.map((path) => `${site}/${path}`)
  const record = `${site}/${info}/RECORD`
  const rows = [...files, `${info}/RECORD`].map((path) => formatCsvRow([path, '', ''])).join('')
  return jobPackage(name, [
    ...own.map((path) => ({ name: path, content: `of ${name}` })),
    info.endsWith('.dist-info') ? { name: record, content: rows } : { name: `${site}/${info}/PKG-INFO` },
  ])
}

/**
 * A prefix of packages and wheels, each in a layer of its own, of which only facts are known.
 * @returns it, and which were opened
 */
async function prefixOf(
  packages: readonly JobPackage[],
  wheels: readonly WheelParts[],
  exclude: readonly string[] = [],
) {
  const context = { ...installed, ...(exclude.length > 0 && { exclude }) }
  const made = wheels.map(makeWheel)
  const jobs = [
    ...packages,
    ...made.map((wheel) => {
      const locked = lockedWheel(wheel)
      const file = temporaryFile(wheel.fileName, wheel.bytes)
      return { wheel: { ...locked, url: locked.url.href }, file, size: wheel.bytes.length }
    }),
  ]
  const layers = []
  for (const [position, one] of jobs.entries()) {
    const { facts } = await runJob({ ...jobOf([], join(directory, 'layer')), packages: [one], context })
    layers.push({ packages: [position], facts })
  }
  const opened = new Set<number>()
  const open = (positions: readonly number[]) =>
    Promise.all(
      positions.map(async (position): Promise<Linkable> => {
        opened.add(position)
        const one = jobs[position]
        if (!one) throw new Error('there is no such position')
        if ('wheel' in one) return openLockedWheel({ ...one.wheel, url: new URL(one.wheel.url) }, one.file)
        return openPackage({
          locked: { ...one.locked, url: new URL(one.locked.url) },
          file: one.file,
          ...one.facts,
        })
      }),
    )
  const places = made.map(({ name, version }, index) => ({
    name,
    version,
    position: packages.length + index,
    at: { file: 'env.lock', line: 40 + index },
  }))
  const contents = await PrefixContents.of(layers, context, open, places)
  const hidden: string[] = []
  for await (const entry of bytecodeOverrides(contents, () =>
    Promise.reject(new Error('nothing to compile')),
  )) {
    hidden.push(entry.path.replace(`${site}/`, ''))
  }
  return { contents, hidden, opened: [...opened].sort((a, b) => a - b) }
}

test('a distribution is found by the facts of its layer, under whatever name its package goes', async () => {
  const packages = [
    await jobPackage('tool', [{ name: 'bin/tool' }]),
    await distribution('pkg-of-demo', ['demo/__init__.py', 'demo/old.py'], 'demo-1.dist-info'),
  ]
  const wheel = { name: 'demo', version: '2', files: { 'demo/__init__.py': '' } }
  const { contents, hidden, opened } = await prefixOf(packages, [wheel])
  expect(hidden).toEqual(['demo-1.dist-info', 'demo/old.py'])
  expect(opened).toEqual([1, 2])
  expect(contents.removals.replaced.map(({ dist, wheel: { name } }) => [dist, name])).toEqual([
    ['pkg-of-demo-1.0-0', 'demo'],
  ])
  expect(contents.kindOf(`${site}/demo/old.py`)).toBe('absent')
  expect(contents.kindOf(`${site}/demo-1.dist-info/RECORD`)).toBe('absent')
  expect(contents.kindOf(`${site}/demo/__init__.py`)).toBe('file')
})

test('what is left out of a package hides nothing of its distribution from the wheel that replaces it', async () => {
  const packages = [await distribution('demo', ['demo/old.py', 'demo/tests/a.py', 'demo/same.py'])]
  const wheel = { name: 'demo', version: '2', files: { 'demo/same.py': '' } }
  const exclude = ['demo-1.dist-info/', `${site}/demo/tests/`]
  const { contents, hidden } = await prefixOf(packages, [wheel], exclude)
  // Neither what is not there in the first place, nor what the wheel has.
  expect(hidden).toEqual(['demo/old.py'])
  expect(contents.removals.replaced).toHaveLength(1)
})

test('a directory that another layer has something in stays, though nothing had to be known of that', async () => {
  const packages = [
    await distribution('first', ['shared/first.py']),
    await jobPackage('second', [{ name: `${site}/shared/second.py` }]),
  ]
  const { hidden, opened } = await prefixOf(packages, [{ name: 'first', version: '2' }])
  expect(hidden).toEqual(['first-1.dist-info', 'shared/first.py'])
  expect(opened).toContain(1)
})

test('wheels of no package replace nothing, and nobody has to look', async () => {
  const packages = [await distribution('first', ['first/a.py'])]
  const { hidden, opened } = await prefixOf(packages, [{ name: 'other', files: { 'other.py': '' } }])
  expect([hidden, opened]).toEqual([[], []])
})

test.each([
  ['old-1-py3.11.egg-info', "it is an old '.egg-info'"],
  ['old.egg-info', "it is an old '.egg-info'"],
])('%s cannot be replaced', async (info, why) => {
  const packages = [await distribution('old', ['old/a.py'], info)]
  const prefix = prefixOf(packages, [{ name: 'old', version: '3' }])
  await expect(prefix).rejects.toThrow(
    /^env\.lock:40: pip would have to uninstall the old .* of the package old-1\.0-0/,
  )
  await expect(prefix).rejects.toThrow(why)
})
