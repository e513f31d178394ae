import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeMade } from '../world/channel/made.ts'
import { text, type Recipe } from '../world/channel/recipe.ts'
import { startChannel, type Channel } from '../world/channel/server.ts'
import { pushDistroless } from '../world/distroless.ts'
import { servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { makeWheel } from '../world/wheels/make.ts'
import { startWorld } from '../world/world.ts'
import { createJob, type Job } from './job.ts'
import { MadeImage } from './made-image.ts'

const parts = { channel: { packages: 'with pip' }, releases: {}, registry: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let folder: string
let channel: Channel
let index: PythonIndex
let job: Job

/** As conda-build writes them, behind a test that is not to be run. */
const imports = (...names: string[]) => ({
  'test/run_test.py': [
    'raise SystemExit("no test is run")',
    ...names.map((name) => `print("import: '${name}'")\nimport ${name}\n`),
  ].join('\n'),
})
const module = (
  name: string,
  files: Readonly<Record<string, string>>,
  info: Recipe['info'] = {},
): Recipe => ({
  ...{ name, version: '1.0', build: 'pyhd8ed1ab_0', subdir: 'noarch', noarch: 'python', info },
  depends: name === 'demo' ? ['python', 'under'] : ['python'],
  files: Object.entries(files).map(([path, content]) => text(path, content)),
})

const site = 'site-packages'
const reading = 'import sys\nwith open(sys.prefix + "/share/reader/table") as table: table.read()\n'
const recipes = [
  module(
    'demo',
    {
      [`${site}/demo/__init__.py`]: '',
      [`${site}/demo/core.py`]: 'import demo.parts.tests\n',
      [`${site}/demo/parts/__init__.py`]: '',
      [`${site}/demo/parts/tests/__init__.py`]: '',
      'share/doc/demo/README': 'read me\n',
    },
    imports('demo', 'demo.core', 'demo.parts.tests'),
  ),
  module(
    'reader',
    { [`${site}/reader.py`]: reading, 'share/reader/table': 'table\n' },
    { 'tests/tests.yaml': '- python:\n    imports: [reader]\n- script: false\n' },
  ),
  module(
    'odd',
    {
      [`${site}/odd.py`]:
        'import os, sys\nif not os.path.exists(sys.prefix + "/share/odd"): raise ValueError("it is odd")\n',
      'share/odd': '',
    },
    imports('odd'),
  ),
  module('crash', { [`${site}/crash.py`]: 'import os\nos._exit(7)\n' }, imports('crash')),
  module('driver', { [`${site}/driver.py`]: 'import a_driver\n' }, imports('driver')),
  // Nobody asks for it.
  module('under', { [`${site}/under.py`]: 'raise ValueError\n' }, imports('under')),
  // It says nothing.
  module('silent', { [`${site}/silent.py`]: 'raise ValueError\n' }),
]
const gadget = makeWheel({
  name: 'gadget',
  version: '2.0',
  files: {
    'gadget/__init__.py': 'from gadget import data\n',
    'gadget/data/__init__.py': 'with open(__file__[:-11] + "numbers.json") as numbers: numbers.read()\n',
    'gadget/data/numbers.json': '[1]\n',
    'tests/__init__.py': 'raise ValueError\n',
  },
})

beforeAll(async () => {
  world = await startWorld(parts)
  folder = await mkdtemp(join(tmpdir(), 'exclude-check-'))
  await writeMade(folder, recipes)
  channel = await startChannel({ folder })
  index = await servePythonIndex([gadget])
  job = await createJob(
    { ...world.inputs, 'pip-index-url': index.url, push: 'true', 'exclude-check': 'true' },
    world.environment,
  )
})

afterAll(async () => {
  await job.remove()
  await index.stop()
  await channel.stop()
  await rm(folder, { recursive: true })
  await world.stop()
})

const nameOf = (name: string) => `${world.registry.host}/${name}`

async function build(
  name: string,
  dependencies: readonly string[],
  exclude: string,
  inputs: Readonly<Record<string, string>> = {},
) {
  const items = dependencies.map((item) =>
    item.startsWith('pip:') ? `  - pip:\n    - ${item.slice('pip:'.length)}\n` : `  - ${item}\n`,
  )
  await job.write(
    'env.yaml',
    `name: base\nchannels:\n  - ${channel.url}\n  - ${world.channel.url}\ndependencies:\n  - python\n  - pip\n${items.join('')}`,
  )
  const outcome = await job.run({ tags: nameOf(name), exclude, ...inputs })
  expect(outcome.log).not.toContain('this is a bug')
  return { ...outcome, isThere: await MadeImage.exists(nameOf(name)) }
}

const all = ['demo', 'reader', 'odd', 'silent', 'pip:gadget']

test('what was asked for is imported, by its own word, and the image that was tried is taken as it is', async () => {
  const first = await build('tried:1', all, '@docs\n@static')
  expect(first.exitCode === 0 || first.log).toBe(true)
  expect(first.log).toMatch(/\n5 imports of 4 packages tried in \d+\.\d s\n/)
  const again = await build('tried:1', all, '@docs\n@static')
  expect([again.outputs['digest'], again.log.includes('tried in')]).toEqual([first.outputs['digest'], false])
  // One that nobody tried is not.
  const untried = await build('untried:1', all, '@docs\n@static', { 'exclude-check': 'false' })
  expect(untried.log).not.toContain('tried in')
  const tried = await build('untried:1', all, '@docs\n@static')
  expect(tried.log).toMatch(/\n5 imports of 4 packages tried in \d+\.\d s\n/)
  // All that it has is of the earlier image.
  expect(tried.outputs['digest']).toBe(first.outputs['digest'])
})

test('what a pattern has broken is refused with the pattern, and no tag moves', async () => {
  const patterns = '@tests\n@docs\n/share/reader/\n*.json\n/share/odd'
  const { exitCode, log, isThere } = await build('broken:1', all, patterns)
  expect([exitCode, isThere]).toEqual([1, false])
  expect(log).toContain("input 'exclude-check': 4 imports failed in the image for linux/")
  const site = 'lib/python3.11/site-packages'
  expect(log).toContain(
    `  import demo.core (demo 1.0): ModuleNotFoundError: No module named 'demo.parts.tests'\n    '@tests' left out ${site}/demo/parts/tests/__init__.py\n`,
  )
  expect(log).toContain(
    `  import reader (reader 1.0): FileNotFoundError: [Errno 2] No such file or directory: '/opt/conda/share/reader/table'\n    '/share/reader/' left out share/reader/table\n`,
  )
  expect(log).toContain('  import odd (odd 1.0): ValueError: it is odd\n    What is missing cannot be told\n')
  expect(log).toContain(`    '*.json' left out ${site}/gadget/data/numbers.json\n`)
  expect(log).toContain('No tag was moved.')
})

test('what no pattern left out is the own affair of a package; one that ends its program fails', async () => {
  const own = await build('own:1', ['driver', 'reader'], '@docs')
  expect([own.exitCode, own.isThere]).toEqual([0, true])
  expect(own.log).toContain("import driver (driver 1.0): ModuleNotFoundError: No module named 'a_driver'")
  const crash = await build('crash:1', ['crash', 'reader'], '')
  expect([crash.exitCode, crash.isThere]).toEqual([1, false])
  expect(crash.log).toContain('  import crash (crash 1.0): exit code 7\n')
})

test.each([
  ['a package says what can be imported', 'reader'],
  ['a wheel is asked for, whose modules that python would name', 'pip:gadget'],
  ['nothing is there to be imported', 'silent'],
])('a python that does not start is told of with the pattern: %s', async (_, asked) => {
  const { exitCode, log, isThere } = await build('python:1', [asked], '/lib/python3.11/encodings/')
  expect([exitCode, isThere]).toEqual([1, false])
  expect(log).toContain("'/lib/python3.11/encodings/' left out lib/python3.11/encodings/")
  expect(log).toContain('1 import failed in the image for linux/')
})

test('on a base without a shell nothing can run them', async () => {
  const { reference } = await pushDistroless(world.registry, 'distroless/cc:1')
  const { exitCode, log } = await build('distroless:1', ['reader'], '@docs', { 'base-image': reference })
  expect(exitCode).toBe(1)
  expect(log).toContain("input 'exclude-check': bash runs the imports, and the base has none: ")
})

test('where nothing can run, that is said before any package is fetched', async () => {
  const before = channel.requests.length
  const { exitCode, log } = await build('nobody:1', ['reader'], '@docs', { executor: 'crun' })
  expect(exitCode).toBe(1)
  expect(log).toContain("nothing on this machine can run the imports of 'exclude-check'")
  expect(
    channel.requests.slice(before).filter(({ method, path }) => method === 'GET' && path.endsWith('.conda')),
  ).toEqual([])
})
