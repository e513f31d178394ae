import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { sourceFiles } from '../world/wheels/backend.ts'
import { makeSdist, makeWheel, type PythonFile } from '../world/wheels/make.ts'
import { buildTools } from '../world/wheels/setuptools.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'
import { MadeImage } from './made-image.ts'

/** What resolving finds its indexes by, builds find them by too. */

const parts = { channel: { packages: 'with pip' }, releases: {}, registry: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let files: PythonFile[]

const login = { user: 'reader', password: 'index-pass-77a0' }
const token = 'index-token-19ce'
const site = 'opt/conda/lib/python3.11/site-packages'

beforeAll(async () => {
  world = await startWorld(parts)
  job = await createJob({ ...world.inputs, push: 'true' }, world.environment)
  files = [
    ...(await buildTools()),
    makeWheel({ name: 'plain', version: '1.0', files: { 'plain.py': 'answer = 1\n' } }),
    await makeSdist({
      name: 'classic',
      version: '1.0',
      // Of a project that wants setuptools to be built, and whose metadata only that tells.
      files: {
        'setup.py':
          'from setuptools import setup\nsetup(name="classic", version="1.0", py_modules=["classic"])\n',
        'classic.py': 'answer = 44\n',
      },
    }),
    await makeSdist({ name: 'told', version: '1.0', files: sourceFiles('told', '1.0', { 'told.py': '' }) }),
  ]
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

const nameOf = (name: string) => `${world.registry.host}/${name}:1`

async function make(
  name: string,
  pip: readonly string[],
  inputs: Readonly<Record<string, string>> = {},
  variables: NodeJS.ProcessEnv = {},
) {
  const list = `  - pip:\n${pip.map((line) => `    - ${line}\n`).join('')}`
  const file = `${name}.yaml`
  await job.write(file, environmentFile(world.channel.url, ['python', 'pip'], list))
  // Nothing that was built or fetched before.
  const own = { 'environment-file': file, 'cache-downloads': 'false', tags: nameOf(name) }
  const { exitCode, log } = await job.run(
    { ...own, ...inputs },
    { PIP_CONFIG_FILE: '/dev/null', ...variables },
  )
  const lock = await readFile(join(job.workspace, `${name}.linux-64.lock`), 'utf8').catch(() => '')
  return { exitCode, log, lock }
}

async function filesOf(name: string) {
  const image = await MadeImage.read(nameOf(name))
  const found = new Map<string, string>()
  for (const layer of image.layers(/^pip: /)) {
    for (const [path, { text }] of await image.files(layer)) found.set(path, text)
  }
  return { image, found }
}

async function served(
  options: Parameters<typeof servePythonIndex>[1],
  use: (index: PythonIndex) => Promise<void>,
) {
  const index = await servePythonIndex(files, options)
  await use(index).finally(() => index.stop())
}

test('a token opens the index of what a backend needs, and is nowhere afterwards', async () => {
  await served({ token }, async (index) => {
    const inputs = {
      'pip-index-url': index.url,
      'auth-host': new URL(index.origin).host,
      'auth-token': token,
    }
    const { exitCode, log, lock } = await make('token', ['classic', 'plain'], inputs)
    expect(exitCode === 0 || log).toBe(true)
    const { image, found } = await filesOf('token')
    expect(found.get(`${site}/classic.py`)).toBe('answer = 44\n')
    expect(log + lock + image.documents + [...found.values()].join('')).not.toContain(token)
  })
})

test("an index by pip's configuration and its login by a netrc: for resolving, for builds and for what is fetched", async () => {
  await served({ login }, async (index) => {
    const home = join(job.workspace, 'home')
    await mkdir(home, { recursive: true })
    await writeFile(join(home, 'pip.conf'), `[install]\nindex_url: ${index.url}\n`)
    const netrc = 'machine 127.0.0.1 login reader password index-pass-77a0\n'
    await writeFile(join(home, '.netrc'), netrc, { mode: 0o600 })
    const variables = { PIP_CONFIG_FILE: join(home, 'pip.conf'), NETRC: join(home, '.netrc') }
    const { exitCode, log, lock } = await make('netrc', ['classic', 'plain'], {}, variables)
    expect(exitCode === 0 || log).toBe(true)
    expect((await filesOf('netrc')).found.has(`${site}/plain.py`)).toBe(true)
    expect(log + lock).not.toContain(login.password)
  })
})

test('a folder of archives is there for what a backend needs, without any index', async () => {
  const folder = join(job.workspace, 'wheelhouse')
  await mkdir(folder, { recursive: true })
  for (const { fileName, content } of files) await writeFile(join(folder, fileName), content)
  const lines = ['--no-index', '--find-links ./wheelhouse', 'classic', 'plain']
  const { exitCode, log, lock } = await make('folder', lines, { 'run-network': 'none' })
  expect(exitCode === 0 || log).toBe(true)
  expect(lock).toMatch(/^# pip classic @ file:wheelhouse\/classic-1\.0\.tar\.gz#sha256=/m)
  expect((await filesOf('folder')).found.has(`${site}/classic.py`)).toBe(true)
})

test('an index that is a folder is refused where something is to be built', async () => {
  const folder = join(job.workspace, 'simple', 'classic')
  await mkdir(folder, { recursive: true })
  const sdist = files.find(({ project }) => project === 'classic')
  await writeFile(join(folder, 'classic-1.0.tar.gz'), sdist?.content ?? '')
  await writeFile(join(folder, 'index.html'), '<a href="classic-1.0.tar.gz">classic-1.0.tar.gz</a>\n')
  const { exitCode, log } = await make('local', [`--index-url file://${job.workspace}/simple`, 'classic'])
  expect(exitCode).toBe(1)
  expect(log).toContain('is on this machine, where what builds a wheel does not see it')
  expect(log).toContain('--find-links')
})

test('settings of a line are given to the backend, stand in the lock, and make another wheel', async () => {
  await served({}, async (index) => {
    const inputs = { 'pip-index-url': index.url }
    const line = `told --config-settings=a=1 --config-settings=a=2 --config-settings="b=c d"`
    const { exitCode, log, lock } = await make('settings', [`'${line}'`], inputs)
    expect(exitCode === 0 || log).toBe(true)
    expect(lock).toContain('# pip-config-settings: told {"a":["1","2"],"b":"c d"}\n')
    const settings = async () => (await filesOf('settings')).found.get(`${site}/told_settings.txt`)
    expect(await settings()).toBe(`[('a', ['1', '2']), ('b', 'c d')]`)
    // The lock alone says it.
    const frozen = {
      'lock-mode': 'frozen',
      'cache-from': 'none',
      'environment-file': 'settings.yaml',
      'cache-downloads': 'false',
    }
    const again = await job.run({ ...inputs, ...frozen, tags: nameOf('settings') })
    expect(again.exitCode === 0 || again.log).toBe(true)
    expect(again.log).toContain('pip wheel told')
    expect(await settings()).toBe(`[('a', ['1', '2']), ('b', 'c d')]`)
    const other = await make('settings', [`told -C a=3`], inputs)
    expect(other.log).toMatch(/pip requirement 'told -C a=3' was 'told --config/)
    expect(await settings()).toBe(`[('a', '3')]`)
  })
})
