import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { extract } from 'tar-stream'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { pushBaseOfBoth } from '../world/base.ts'
import { buildChannel } from '../world/channel/build.ts'
import { startChannel } from '../world/channel/server.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, engine: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine

/** This machine's platform, and one that cannot run here. */
const [here, there] = process.arch === 'arm64' ? ['arm64', 'amd64'] : ['amd64', 'arm64']
const subdirs = { amd64: 'linux-64', arm64: 'linux-aarch64' }
const hereSubdir = subdirs[here as keyof typeof subdirs]
const thereSubdir = subdirs[there as keyof typeof subdirs]
const dependencies = ['python', 'requests', 'jinja2', 'hello']
let base: string

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  job = await createJob(world.inputs, world.environment)
  await job.write('env.yaml', environmentFile(world.channel.url, dependencies))
  base = (await pushBaseOfBoth(world.registry)).reference
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

interface Descriptor {
  readonly digest: string
  readonly platform?: { readonly architecture: string }
}

/** The hashes of the environment's files below site-packages, by path, of each image in an OCI layout, by architecture. */
async function sitePackages(layout: string): Promise<Map<string, Map<string, string>>> {
  const blob = (digest: string) => readFile(join(layout, 'blobs', digest.replace(':', '/')))
  const json = async <T>(file: Promise<Buffer>) => JSON.parse((await file).toString()) as T
  const index = await json<{ manifests: Descriptor[] }>(readFile(join(layout, 'index.json')))
  const [top] = index.manifests
  const { manifests = [] } = await json<{ manifests?: Descriptor[] }>(blob(top?.digest ?? ''))
  const images = new Map<string, Map<string, string>>()
  for (const { digest, platform } of manifests.length > 0 ? manifests : index.manifests) {
    const { layers } = await json<{ layers: (Descriptor & { mediaType: string })[] }>(blob(digest))
    const files = new Map<string, string>()
    for (const { digest, mediaType } of layers) {
      if (!mediaType.endsWith('+zstd')) continue // the base's
      const tar = extract()
      tar.end(zstdDecompressSync(await blob(digest)))
      for await (const entry of tar) {
        const hash = createHash('sha256')
        for await (const chunk of entry as AsyncIterable<Buffer>) hash.update(chunk)
        const [, path] =
          /^opt\/conda\/lib\/python3\.11\/site-packages\/(.*[^/])$/.exec(entry.header.name) ?? []
        if (path !== undefined) files.set(path, hash.digest('hex'))
      }
    }
    images.set(platform?.architecture ?? here, files)
  }
  return images
}

const isBytecode = (path: string) => path.endsWith('.pyc')

/** Tells whether there are many modules, and whether all of noarch packages have bytecode that is hash-based. */
const program = `
import sys
import requests, jinja2, hello.cli
modules = [module for name, module in sys.modules.items() if '/site-packages/' in (getattr(module, '__file__', None) or '')]
sources = [module for module in modules if module.__file__.endswith('.py')]
print(len(sources) > 50, all(open(module.__spec__.cached, 'rb').read(8)[4] == 1 for module in sources if 'markupsafe' not in module.__name__))
`

test('images for two platforms: the same bytecode, made by one python', async () => {
  const solves = () => world.channel.requests.filter(({ path }) => path.includes('repodata')).length
  const run = () =>
    job.run({
      'base-image': base,
      platforms: `linux/${here},linux/${there}`,
      tags: `${world.registry.host}/app:both`,
      push: 'true',
      output: 'both',
    })
  const first = await run()
  expect(first.exitCode === 0 || first.log).toBe(true)
  const images = await sitePackages(join(job.workspace, 'both'))
  const [own = new Map<string, string>(), other = new Map<string, string>()] = [here, there].map((name) =>
    images.get(name),
  )
  const bytecode = [...own.keys()].filter(isBytecode)
  expect(bytecode).toContain('requests/__pycache__/models.cpython-311.pyc')
  expect(bytecode).toContain('hello/__pycache__/cli.cpython-311.pyc')
  for (const path of [...own.keys()].filter((name) => /^(requests|jinja2|urllib3)\/.*\.py$/.test(name))) {
    expect(bytecode).toContain(path.replace(/([^/]*)\.py$/, '__pycache__/$1.cpython-311.pyc'))
  }
  expect(Object.fromEntries([...other].filter(([path]) => isBytecode(path)))).toEqual(
    Object.fromEntries(bytecode.map((path) => [path, own.get(path)])),
  )
  const before = solves()
  expect((await run()).outputs['digest']).toBe(first.outputs['digest'])
  expect(solves()).toBe(before) // the python of the first platform serves the second, too
})

test('the image for another platform alone: with a python that is solved for this machine', async () => {
  const output = 'alone'
  const lock = `env.${thereSubdir}.lock`
  const before = world.channel.requests.length
  const { exitCode, log } = await job.run({
    'base-image': base,
    platforms: `linux/${there}`,
    // Without an environment file, whose channels would be asked.
    'environment-file': 'nonexistent.yaml',
    'lock-mode': 'frozen',
    'lock-file': lock,
    output,
  })
  expect(exitCode === 0 || log).toBe(true)
  const asked = world.channel.requests.slice(before).map(({ path }) => path)
  expect(asked.some((path) => path.startsWith(`/${hereSubdir}/repodata`))).toBe(true)
  expect(await readFile(join(job.workspace, lock), 'utf8')).toContain(`/${thereSubdir}/python-`)
  const alone = (await sitePackages(join(job.workspace, output))).get(there)
  const both = (await sitePackages(join(job.workspace, 'both'))).get(there)
  expect(alone?.size).toBeGreaterThan(100)
  expect(alone).toEqual(both)
})

test('python takes what was compiled, in a container that it cannot write to', async () => {
  const { exitCode, log } = await job.run({ 'base-image': base, tags: 'app:bytecode', load: 'true' })
  expect(exitCode === 0 || log).toBe(true)
  const run = ['run', '--rm', '--read-only', '--network=none', 'app:bytecode']
  const imported = await docker([...run, 'python', '-c', program])
  expect(imported).toEqual({ code: 0, stdout: 'True True\n', stderr: '' })
  const verbose = await docker([...run, 'python', '-v', '-c', 'import requests, jinja2'])
  const lines = verbose.stderr.split('\n').filter((line) => line.includes('/site-packages/'))
  expect(lines.some((line) => /matches .*requests\/models\.py/.test(line))).toBe(true)
  expect(lines.filter((line) => /code object from '.*\.py'/.test(line))).toEqual([])
  const traceback = await docker([...run, 'python', '-c', 'import requests; requests.get("nonsense")'])
  expect(traceback.stderr).toContain(
    'File "/opt/conda/lib/python3.11/site-packages/requests/models.py", line',
  )
})

test('compile-pyc: false leaves bytecode out', async () => {
  const output = 'without'
  const { exitCode, log } = await job.run({ 'base-image': base, 'compile-pyc': 'false', output })
  expect(exitCode === 0 || log).toBe(true)
  const files = (await sitePackages(join(job.workspace, output))).get(here)
  expect(files?.has('requests/models.py')).toBe(true)
  expect([...(files?.keys() ?? [])].filter(isBytecode)).toEqual([])
})

test('an environment without python has none that could be looked for', async () => {
  await job.write('tiny.yaml', environmentFile(world.channel.url, ['tiny']))
  const { exitCode, log } = await job.run({
    'base-image': base,
    platforms: `linux/${there}`,
    'environment-file': 'tiny.yaml',
    output: 'tiny',
  })
  expect(exitCode === 0 || log).toBe(true)
})

test('no python of the version for this machine: an error that says what to do', async () => {
  const folder = join(job.workspace, 'half-a-channel')
  const whole = await buildChannel()
  await mkdir(join(folder, hereSubdir), { recursive: true })
  for (const subdir of [thereSubdir, 'noarch']) await symlink(join(whole, subdir), join(folder, subdir))
  await writeFile(
    join(folder, hereSubdir, 'repodata.json'),
    JSON.stringify({ info: { subdir: hereSubdir }, packages: {}, 'packages.conda': {} }),
  )
  const channel = await startChannel({ folder })
  try {
    await job.write('half.yaml', environmentFile(channel.url, dependencies))
    const inputs = { 'base-image': base, platforms: `linux/${there}`, 'environment-file': 'half.yaml' }
    const refused = await job.run({ ...inputs, output: 'half' })
    expect(refused.exitCode).toBe(1)
    expect(refused.log).toContain(`python 3.11.2 for ${hereSubdir}`)
    expect(refused.log).toContain("Set 'compile-pyc: false', or make this image on a runner of its platform.")
    expect(refused.log).not.toMatch(/^\s+at /m)
    const allowed = await job.run({ ...inputs, 'compile-pyc': 'false', output: 'half' })
    expect(allowed.exitCode === 0 || allowed.log).toBe(true)
  } finally {
    await channel.stop()
    await rm(folder, { recursive: true })
  }
})
