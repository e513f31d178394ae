import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../src/common/errors.ts'
import { barsOf } from '../../script/lib/bench/bars.ts'
import { chooseEdits, needReference } from '../../script/lib/bench/cases.ts'
import { dockerfile } from '../../script/lib/bench/docker.ts'
import { emptyFindings, type Findings } from '../../script/lib/bench/findings.ts'
import { drawScale } from '../../script/lib/bench/plot.ts'
import { watchProcesses } from '../../script/lib/bench/processes.ts'
import { writeInto } from '../../script/lib/bench/publish.ts'
import { report } from '../../script/lib/bench/report.ts'
import { withDependencies } from '../../script/lib/bench/scripted-workload.ts'
import { checkDestinations, type Destination } from '../../script/lib/destinations.ts'
import { middleOf, type Measurement } from '../../script/lib/bench/types.ts'
import { startChannel } from '../world/channel/server.ts'

function took(wall: number, more: Partial<Measurement> = {}): Measurement {
  return { wall, down: 0, up: 0, requests: 3, image: '', ...more }
}

function findings(): Findings {
  const found = emptyFindings('a machine', 'a stand-in')
  found.floor.push(10)
  found.builds.ours.cold = [took(12, { peak: 300e6 }), took(90, { peak: 300e6 }), took(11, { peak: 300e6 })]
  return found
}

/** What a script says that is stopped when it does not end at once. */
function called(script: string, ...words: string[]): Promise<{ code: unknown; stderr: string }> {
  const file = join(import.meta.dirname, '../../script', script)
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...words], { timeout: 20_000 }, (error, _, stderr) => {
      resolve({ code: error?.code ?? 0, stderr })
    })
  })
}

describe('bars', () => {
  test('are those whose cases were run', () => {
    expect(barsOf(findings()).map(({ name }) => name)).toEqual([
      'cold, of the floor',
      'peak memory, cold, MB',
    ])
  })

  test('compare medians', () => {
    const found = findings()
    found.builds.docker.cold = [took(60), took(48), took(1)]
    expect(barsOf(found)).toContainEqual({
      name: 'cold, of docker build and push',
      value: 0.25,
      limit: 1 / 3,
    })
    expect(barsOf(found)).toContainEqual({ name: 'cold, of the floor', value: 1.2, limit: 1.5 })
  })

  test('hold link scripts to docker’s builds that run them too', () => {
    const found = findings()
    found.builds.docker.cold = [took(48)]
    found.builds.ours.scripts = [took(14)]
    found.builds.ours['scripts-leaf'] = [took(6)]
    const ofScripts = () => barsOf(found).filter(({ limit }) => limit === 1 / 4 || limit === 1 / 8)
    expect(ofScripts()).toEqual([])
    found.builds.docker.scripts = [took(56)]
    found.builds.docker['scripts-leaf'] = [took(60)]
    expect(ofScripts()).toEqual([
      { name: 'cold with link scripts, of docker build and push', value: 0.25, limit: 1 / 4 },
      { name: 'one leaf package bumped there, of docker', value: 0.1, limit: 1 / 8 },
    ])
  })

  test('hold wheels to docker’s builds with a real pip, and their memory', () => {
    const found = findings()
    found.builds.ours.wheels = [took(12)]
    found.builds.ours['wheels-bump'] = [took(3)]
    found.builds.ours['big-wheels'] = [took(50, { peak: 300e6 })]
    found.builds.docker.wheels = [took(48)]
    found.builds.docker['wheels-bump'] = [took(60)]
    expect(barsOf(found).filter(({ name }) => name.includes('wheel'))).toEqual([
      { name: 'cold with wheels, of docker build and push', value: 0.25, limit: 1 / 3 },
      { name: 'one wheel bumped, of docker', value: 0.05, limit: 1 / 30 },
      { name: 'peak memory with wheels of 2.5 GB, MB', value: 300, limit: 600 },
    ])
    // Without the reference workload there is no floor, and the report is of the rest.
    const alone = { ...found, floor: [], builds: { ...found.builds, ours: { wheels: [took(12)] } } }
    expect(report(alone)).toMatch(/One round\./)
    expect(report(alone)).not.toContain('floor')
  })

  test('hold the entrypoint to what micromamba takes, not to what its stand-in does', () => {
    const found = { ...findings(), entrypoint: { ours: 0.0035, upstream: 0.007, upstreamIsReal: false } }
    const bar = (from: Findings) => barsOf(from).find(({ name }) => name.startsWith('the entrypoint'))?.value
    expect(bar(found)).toBeCloseTo(0.1)
    expect(bar({ ...found, entrypoint: { ...found.entrypoint, upstreamIsReal: true } })).toBeCloseTo(0.5)
  })
})

test("docker's build runs a real micromamba on a base without CA certificates", () => {
  const [run] = dockerfile('base', true)
    .split('\n')
    .filter((line) => line.startsWith('RUN'))
  expect(run).toMatch(/^RUN export MAMBA_SSL_VERIFY=false && micromamba install .* && micromamba clean /)
  expect(dockerfile('base', false)).not.toContain('micromamba')
})

test('cases with workloads of their own run without the others', () => {
  expect(needReference(['wheels', 'wheels-bump', 'big-wheels', 'scripts'])).toBe(false)
  expect(needReference(['wheels', 'unchanged'])).toBe(true)
  expect(needReference(['leaf'])).toBe(true)
})

test("pip's wheels are a layer of their own in docker's build", () => {
  const lines = dockerfile('base', true, 'http://index/simple/').split('\n')
  expect(lines.findIndex((line) => line.includes('micromamba install'))).toBeLessThan(
    lines.indexOf('COPY requirements.txt /tmp/requirements.txt'),
  )
  expect(lines.find((line) => line.includes('-m pip install'))).toContain('--index-url http://index/simple/')
})

test('the middle of an even number of runs is the lower one', () => {
  expect(middleOf([4, 1, 3, 2], (run) => run)).toBe(2)
})

test('a report compares every case with docker’s, and none with a build cache', () => {
  const found = findings()
  found.builds.docker.cold = [took(48)]
  found.builds.docker.unchanged = [took(0.5)]
  found.builds.ours.unchanged = [took(0.48)]
  found.builds.ours.big = [took(20, { peak: 500e6 })]
  found.builds.ours['scripts-leaf'] = [took(6)]
  found.builds.docker['scripts-leaf'] = [took(60)]
  const lines = report(found).split('\n')
  const row = (...start: string[]) => lines.find((line) => line.startsWith(`| ${start.join(' | ')} |`)) ?? ''
  expect(row('cold', 'the action')).toContain('| 12.0 s | 0.25 |')
  expect(row('one leaf package bumped there', 'the action')).toContain('| 6.00 s | 0.10 |')
  expect(row('nothing changed', 'the action')).toContain('| 0.48 s | 0.010 |')
  expect(row('nothing changed', 'docker, with its build cache')).toContain('| 0.50 s | 0.010 |')
  expect(row('cold, a single package of 2 GB', 'the action')).toContain('| 20.0 s |  |')
})

test('tables go between the marks of a document, and nowhere else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'))
  const file = join(folder, 'page.md')
  try {
    await writeFile(file, '# A\n\n<!-- x: begin -->\n\nold\n\n<!-- x: end -->\n\nB\n')
    await writeInto(file, 'x', '| a |\n| --- |\n| b |')
    expect(await readFile(file, 'utf8')).toBe(
      '# A\n\n<!-- x: begin -->\n\n| a   |\n| --- |\n| b   |\n\n<!-- x: end -->\n\nB\n',
    )
    await expect(writeInto(file, 'y', '')).rejects.toThrow('<!-- y: begin -->')
  } finally {
    await rm(folder, { recursive: true })
  }
})

describe('a result that could not be written is an error before anything is measured', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-test-'))
    await writeFile(join(folder, 'page.md'), '# A\n')
  })
  afterEach(() => rm(folder, { recursive: true }))

  test.each<[string, Omit<Destination, 'file'>, string]>([
    ['missing.md', { option: '--markdown', marks: 'x' }, 'no such file'],
    ['', { option: '--markdown', marks: 'x' }, 'it is a folder'],
    ['page.md', { option: '--markdown', marks: 'x' }, 'it has not the lines <!-- x: begin --> and'],
    ['missing/figures.json', { option: '--json' }, 'no such file'],
    ['page.md/figures.json', { option: '--json' }, 'not a directory'],
  ])('%j of %o', async (path, destination, problem) => {
    const checked = checkDestinations([{ ...destination, file: join(folder, path) }])
    await expect(checked).rejects.toThrow(UserError)
    await expect(checked).rejects.toThrow(problem)
  })

  test('a file that is there or is not, in a folder that is', async () => {
    await checkDestinations(
      ['page.md', 'figures.json'].map((path) => ({ option: '--json', file: join(folder, path) })),
    )
    await checkDestinations([{ option: '--json', file: undefined }])
    expect(await readdir(folder)).toEqual(['page.md'])
  })

  test.each([
    ['bench.ts', '--markdown', 'missing.md'],
    ['bench-scale.ts', '--markdown', 'missing.md'],
    ['run-action.ts', '--summary', 'missing/summary.md'],
    ['bench.ts', '--jsom', 'figures.json'],
    ['bench.ts', '--cases', 'scripts,no-such-case'],
  ])('script/%s %s %s', async (script, option, path) => {
    const { code, stderr } = await called(script, option, join(folder, path))
    expect(stderr).toMatch(/^error: /)
    expect(stderr).toContain(option)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(code).toBe(2)
  })
})

test('no package is bumped twice', () => {
  const names = ['bcftools', 'python3.11', 'libpython3.11-stdlib', ...Array.from('abcdefghijklmnopqrst')]
  const build = { fileName: '', sha256: '', size: 1 }
  const { leaf, python, ten } = chooseEdits(names.map((name) => ({ name, builds: [build, build] as const })))
  expect(python).toEqual(['python3.11', 'libpython3.11-stdlib'])
  expect(ten).toHaveLength(10)
  expect(new Set([...leaf, ...python, ...ten]).size).toBe(13)
})

test('a package comes behind all that it needs, once', () => {
  const record = (name: string, ...depends: string[]) => ({ name, depends })
  const records = {
    'a-1.conda': record('a', 'c >=1', '__glibc >=2.17', 'b'),
    'b-1.conda': record('b', 'c'),
    'c-1.conda': record('c'),
    'd-1.conda': record('d'),
    'e-1.conda': record('e', 'b'),
  }
  const found = withDependencies(records, ['a', 'e'])
  expect(Object.keys(found)).toEqual(['c-1.conda', 'b-1.conda', 'a-1.conda', 'e-1.conda'])
  expect(() => withDependencies(records, ['f'])).toThrow('the channel has no f')
})

test('what installs in docker’s builds runs link scripts, in the active environment', async () => {
  const channel = await startChannel({ packages: 'with link scripts' })
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'))
  try {
    const repodata = await fetch(`${channel.url}/noarch/repodata.json`)
    const { 'packages.conda': records } = (await repodata.json()) as {
      'packages.conda': Record<string, { name: string; sha256: string }>
    } // the world's own channel
    const lines = ['tiny', 'script-reads'].map((name) => {
      const [file, record] = Object.entries(records).find(([, entry]) => entry.name === name) ?? []
      return `${channel.url}/noarch/${file ?? ''}#sha256:${record?.sha256 ?? ''}\n`
    })
    await writeFile(join(folder, 'env.lock'), `@EXPLICIT\n${lines.join('')}`)
    const prefix = join(folder, 'prefix')
    const installed = await called('lib/bench/install.ts', join(folder, 'env.lock'), prefix)
    expect(installed).toEqual({ code: 0, stderr: '' })
    const share = join(prefix, 'share/script-reads')
    expect(await readFile(join(share, 'computed'), 'utf8')).toMatch(/^tiny is /)
    const conditions = await readFile(join(share, 'conditions'), 'utf8')
    for (const line of [`PREFIX=${prefix}`, `CONDA_PREFIX=${prefix}`, 'PKG_NAME=script-reads'])
      expect(conditions.split('\n')).toContain(line)
  } finally {
    await rm(folder, { recursive: true })
    await channel.stop()
  }
})

test('what a process used has in it what its children did', async () => {
  const child = spawn('sh', [
    '-c',
    'sh -c "i=0; while [ \\$i -lt 300000 ]; do i=\\$((i + 1)); done"; echo; cat',
  ])
  const stop = watchProcesses(child.pid ?? 0)
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const used = stop()
  child.stdin.end()
  expect(used?.cpu).toBeGreaterThan(0)
  expect(used?.peak).toBeGreaterThan(0)
})

test('the plot has the curves and the sizes', () => {
  const point = { bytes: 1, docker: 50, cold: 10, leaf: 1, unchanged: 0.5, floor: 5 }
  const svg = drawScale([
    { ...point, packages: 10 },
    { ...point, packages: 400 },
  ])
  expect(svg).toMatch(/^<svg /)
  for (const text of ['docker build + push', 'the action, cold', 'nothing changed', 'packages', '400']) {
    expect(svg).toContain(`>${text}<`)
  }
})
