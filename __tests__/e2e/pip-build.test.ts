import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { serveGit } from '../world/github/http-backend.ts'
import { createRepository, type BareRepository } from '../world/github/repository.ts'
import { listen, type LoopbackServer } from '../world/loopback.ts'
import { servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { sourceFiles } from '../world/wheels/backend.ts'
import { makeSdist } from '../world/wheels/make.ts'
import { buildTools } from '../world/wheels/setuptools.ts'
import { specimens } from '../world/wheels/specimens.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'
import { MadeImage } from './made-image.ts'

const parts = { channel: { packages: 'with pip' }, releases: {}, registry: {}, base: {}, cache: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let index: PythonIndex
let repository: BareRepository
let git: LoopbackServer
let commit = ''
let job: Job

const login = { user: 'reader', password: 'index-pass-5e1f' }
const site = 'opt/conda/lib/python3.11/site-packages'

/** A project of setuptools, which an index has to have. */
const ofSetuptools = {
  'setup.py':
    'from setuptools import setup\n\nsetup(name="classic", version="1.0", py_modules=["classic"])\n',
  'classic.py': 'answer = 44\n',
}

beforeAll(async () => {
  world = await startWorld(parts)
  const classic = await makeSdist({ name: 'classic', version: '1.0', files: ofSetuptools })
  index = await servePythonIndex([...(await specimens()), ...(await buildTools()), classic], { login })
  repository = await createRepository('tool')
  commit = await repository.commit('main', sourceFiles('tool', '3.1', { 'tool.py': 'answer = 43\n' }))
  git = await listen((request, response) =>
    serveGit(request, response, { root: repository.root, user: 'somebody' }),
  )
  job = await createJob(
    {
      ...world.inputs,
      'pip-index-url': index.url,
      'auth-host': new URL(index.origin).host,
      'auth-username': login.user,
      'auth-password': login.password,
      push: 'true',
    },
    world.environment,
  )
  const application = sourceFiles('app', '0.1', { 'app.py': 'version = 1\n' }, ['plain'])
  for (const [path, text] of Object.entries(application)) await job.write(path, text)
  await job.write('.dockerignore', '*.lock\nprivate.txt\n')
  await job.write('private.txt', 'nothing for an image\n')
  await write(['python', 'pip', 'compilers'], ['classic', 'compiled', `git+${gitUrl()}@main`, '-e .'])
})

afterAll(async () => {
  await job.remove()
  await Promise.all([index.stop(), git.stop(), repository.remove()])
  await world.stop()
})

const gitUrl = () => `http://${git.host}/owner/tool.git`
const nameOf = (name: string) => `${world.registry.host}/${name}`

async function write(specs: readonly string[], pip: readonly string[], file = 'env.yaml') {
  const list = `  - pip:\n${pip.map((line) => `    - ${line}\n`).join('')}`
  await job.write(file, environmentFile(world.channel.url, specs, list))
}

/** Of a run that has nothing from earlier ones. */
const fresh = { 'cache-from': 'none' }

async function make(name: string, inputs: Readonly<Record<string, string>> = {}) {
  const { exitCode, log, outputs } = await job.run({ tags: nameOf(name), ...inputs })
  expect(exitCode === 0 || log).toBe(true)
  return { log, outputs, image: await MadeImage.read(nameOf(name)) }
}

let first: Awaited<ReturnType<typeof make>>

test('an archive, a repository and a folder are built in the image, each a layer of its own, and work there', async () => {
  const run = `python -c 'import app, classic, compiled, tool; print("sum", app.version + classic.answer + compiled.answer() + tool.answer)'`
  const { log, image } = await make('whole:1', { run })
  expect(log).toContain('sum 130')
  const lock = await readFile(join(job.workspace, 'env.linux-64.lock'), 'utf8')
  expect((lock.match(/^# pip .*$/gm) ?? []).map((line) => line.replace(index.origin, '')).sort()).toEqual([
    expect.stringMatching(/^# pip app @ file:\.#sha256=[0-9a-f]{64}$/),
    expect.stringMatching(/^# pip classic @ \/files\/classic-1\.0\.tar\.gz#sha256=[0-9a-f]{64}$/),
    expect.stringMatching(/^# pip compiled @ \/files\/compiled-1\.0\.tar\.gz#sha256=[0-9a-f]{64}$/),
    expect.stringMatching(/^# pip plain @ \/files\/plain-1\.1-py3-none-any\.whl#sha256=/),
    `# pip tool @ git+${gitUrl()}@${commit}#revision=main`,
  ])
  expect(log).toMatch(/warning: .*\/env\.yaml:12: app is installed into the image as a plain package/)

  const [layer] = image.layers('pip: app')
  const files = layer ? await image.files(layer) : new Map<string, { text: string }>()
  expect(files.get(`${site}/app.py`)?.text).toBe('version = 1\n')
  expect(files.get(`${site}/app-0.1.dist-info/direct_url.json`)?.text).toBe(
    '{"dir_info": {}, "url": "file:///"}',
  )
  expect(files.get(`${site}/app-0.1.dist-info/INSTALLER`)?.text).toBe('pip\n')
  expect(image.layers(/^pip: (tool|classic|compiled)$/)).toHaveLength(3)
  expect(image.documents + log + lock).not.toContain(login.password)
  for (const one of image.content.layers) {
    const all = await image.files(one)
    expect([...all.keys()].filter((path) => path.startsWith('micromamba-image-build'))).toEqual([])
    expect([...all.values()].some(({ text }) => text.includes(login.password))).toBe(false)
  }
})

test('the wheels that were built are kept, and building them again gives the same image', async () => {
  first = await make('again:1', fresh)
  expect(first.log).toContain(
    'The wheel of compiled was built before: compiled-1.0-cp311-cp311-linux_x86_64.whl',
  )
  expect(first.log).not.toContain('pip wheel')
  const { log, outputs } = await make('again:2', { ...fresh, 'cache-downloads': 'false' })
  expect(log).toContain('pip wheel compiled')
  expect(outputs['digest']).toBe(first.outputs['digest'])
})

test('a change of the application changes its own layer, and the lock stays', async () => {
  await job.write('app.py', 'version = 2\n')
  const { image, log } = await make('again:1', { 'lock-mode': 'locked' })
  expect(log).toContain('pip wheel app')
  expect(log).not.toContain('pip wheel compiled')
  const before = new Set(first.image.content.layers.map(({ digest }) => digest))
  const changed = image.content.layers.filter(({ digest }) => !before.has(digest))
  expect(changed.map(({ createdBy }) => createdBy)).toEqual(['pip: app'])
})

test('headers that the image leaves out are there for what is built, and the image has neither them nor what patterns name of wheels', async () => {
  const exclude = '@headers\n@static\n/bin/\nclassic.py'
  const { image, log, outputs } = await make('less:1', { ...fresh, 'cache-downloads': 'false', exclude })
  expect(log).toContain('pip wheel compiled')
  expect(log).not.toContain('matches nothing')
  const paths = new Set<string>()
  for (const one of image.layers(/^(packages|pip|link scripts|environment|python|compilers)/)) {
    for (const path of (await image.files(one)).keys()) paths.add(path)
  }
  expect([...paths].filter((path) => /^opt\/conda\/(include|bin)\/|classic\.py$|\.a$/.test(path))).toEqual([])
  expect(paths.has(`${site}/classic-1.0.dist-info/RECORD`)).toBe(true)
  // Layers from which nothing is left out are those that the wheels were built on: they are as they would be by themselves.
  const again = await make('less:2', { ...fresh, exclude })
  // A folder's wheel is kept only where the lock's cache entry is made, which an earlier run has done.
  expect(again.log).not.toMatch(/pip wheel (?!app)/)
  expect(again.outputs['digest']).toBe(outputs['digest'])
})

test('what the application has come to require is not left out in silence', async () => {
  await job.write('REQUIRES', 'plain\ntools>=1\n')
  const { exitCode, log } = await job.run({ tags: nameOf('refused:1') })
  expect(exitCode).toBe(1)
  expect(log).toContain('the wheel of app requires what neither the lock nor the environment has:')
  expect(log).toContain('tools>=1')
  expect(await MadeImage.exists(nameOf('refused:1'))).toBe(false)
})

test('nothing is built where that is refused', async () => {
  const { exitCode, log } = await job.run({ tags: nameOf('refused:1'), 'pip-build': 'refuse' })
  expect(exitCode).toBe(1)
  expect(log).toMatch(/env\.linux-64\.lock:\d+: .*compiled is locked as an archive of its source/)
  expect(log).toContain('app is locked as a folder')
})

test('without a compiler the error has what pip says, and what to add', async () => {
  await write(['python', 'pip'], ['compiled'], 'other.yaml')
  const { exitCode, log } = await job.run({ tags: nameOf('refused:1'), 'environment-file': 'other.yaml' })
  expect(exitCode).toBe(1)
  expect(log).toContain('other.yaml:8: the wheel of compiled cannot be built: exit code 1')
  expect(log).toContain("No such file or directory: 'cc'")
  expect(log).toContain("There is no compiler in the environment: add 'compilers' to its dependencies")
})
