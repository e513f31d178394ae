import { lstat, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pushBaseOfBoth } from '../world/base.ts'
import { run } from '../world/command.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

/** An image for amd64 and arm64, made here, where one of them cannot run: what others' tools make of it. */

const parts = { channel: {}, releases: {}, registry: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let scratch: string
let outputs: Readonly<Record<string, string>>
let name: string
let layout: string

beforeAll(async () => {
  world = await startWorld(parts)
  scratch = await mkdtemp(join(tmpdir(), 'platforms-'))
  const index = await pushBaseOfBoth(world.registry)
  name = `${world.registry.host}/app:platforms`
  job = await createJob({ ...world.inputs, 'base-image': index.reference }, world.environment)
  layout = join(job.workspace, 'layout')
  const packages = ['python', 'hello', 'markupsafe', 'esbuild']
  await job.write('env.yaml', environmentFile(world.channel.url, packages))
  await job.write('other.yaml', environmentFile(world.channel.url, ['hello']).replace('base', 'other'))
  const made = await job.run({
    'environment-file': 'env.yaml\nother.yaml',
    platforms: 'linux/amd64,linux/arm64',
    // umoci, which unpacks it below, knows no zstd.
    compression: 'gzip',
    tags: name,
    push: 'true',
    output: 'layout',
  })
  expect(made.exitCode === 0 || made.log).toBe(true)
  outputs = made.outputs
})

afterAll(async () => {
  await job.remove()
  await rm(scratch, { recursive: true, force: true })
  await world.stop()
})

interface Index {
  readonly manifests: readonly {
    readonly platform: { readonly architecture: string }
    readonly digest: string
  }[]
}

const skopeo = async (...words: string[]) => (await run('skopeo', words)).toString().trim()

test('two platforms make an index, in the registry and in the layout, with the digests of the outputs', async () => {
  const { manifests } = JSON.parse(
    await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${name}`),
  ) as Index
  expect(manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64'])
  const pushed = await skopeo('inspect', '--tls-verify=false', '--format={{.Digest}}', `docker://${name}`)
  expect(pushed).toBe(outputs['digest'])
  const metadata = JSON.parse(outputs['metadata'] ?? '') as {
    'micromamba-image': { images: { digest: string }[] }
  }
  expect(metadata['micromamba-image'].images.map(({ digest }) => digest)).toEqual(
    manifests.map(({ digest }) => digest),
  )
  // The whole index, each image and each blob of it verified on the way.
  const copy = join(scratch, 'copy')
  await skopeo('copy', '--all', '--preserve-digests', `oci:${layout}`, `oci:${copy}:all`)
  const { manifests: copied } = JSON.parse(await readFile(join(copy, 'index.json'), 'utf8')) as Index
  expect(copied.map(({ digest }) => digest)).toEqual([outputs['digest']])
})

test('the lockfiles are for each platform', () => {
  expect(outputs['lock-file']?.split('\n').sort()).toEqual(
    ['env', 'other'].flatMap((stem) => [`${stem}.linux-64.lock`, `${stem}.linux-aarch64.lock`]),
  )
})

test('two variants of one architecture, each with its lockfile and its packages', async () => {
  const platforms = 'linux/amd64/v3,linux/amd64'
  const made = await job.run({ 'environment-file': 'other.yaml', platforms, output: 'variants' })
  expect(made.exitCode === 0 || made.log).toBe(true)
  expect(made.outputs['lock-file']).toBe('other.linux-64-v3.lock\nother.linux-64.lock')
  const [v3 = '', plain = ''] = await Promise.all(
    ['other.linux-64-v3.lock', 'other.linux-64.lock'].map((name) =>
      readFile(join(job.workspace, name), 'utf8'),
    ),
  )
  expect(v3).toMatch(/^# virtual-package: __archspec=x86_64_v3$/m)
  expect(plain).toMatch(/^# virtual-package: __archspec=x86_64$/m)
  const blob = async <T>(digest: string) =>
    JSON.parse(await readFile(join(job.workspace, 'variants/blobs', digest.replace(':', '/')), 'utf8')) as T
  const { manifests } = await blob<Index>(made.outputs['digest'] ?? '')
  expect(manifests.map(({ platform }) => platform)).toEqual([
    { os: 'linux', architecture: 'amd64', variant: 'v3' },
    { os: 'linux', architecture: 'amd64' },
  ])
  const configs = await Promise.all(
    manifests.map(async ({ digest }) =>
      blob<object>((await blob<{ config: { digest: string } }>(digest)).config.digest),
    ),
  )
  expect(configs).toMatchObject([{ architecture: 'amd64', variant: 'v3' }, { architecture: 'amd64' }])
  expect(configs[1]).not.toHaveProperty('variant')
})

test('a platform without a lockfile, where one is demanded, is refused before anything is pushed', async () => {
  const pushes = () => world.registry.requests.filter(({ method }) => method === 'PUT').length
  const before = pushes()
  const inputs = { 'lock-mode': 'locked', tags: `${name}-locked`, push: 'true' }
  await rename(join(job.workspace, 'env.linux-aarch64.lock'), join(job.workspace, 'away.lock'))
  try {
    const { exitCode, log } = await job.run({ ...inputs, platforms: 'linux/amd64,linux/arm64' })
    expect(exitCode).toBe(1)
    expect(log).toContain('env.linux-aarch64.lock')
    expect(pushes()).toBe(before)
  } finally {
    await rename(join(job.workspace, 'away.lock'), join(job.workspace, 'env.linux-aarch64.lock'))
  }
})

describe.each([
  { architecture: 'amd64', subdir: 'linux-64', machine: 62, loader: 'lib64/ld-linux-x86-64.so.2' },
  { architecture: 'arm64', subdir: 'linux-aarch64', machine: 183, loader: 'lib/ld-linux-aarch64.so.1' },
])('the image for $architecture, which umoci unpacks', ({ architecture, subdir, machine, loader }) => {
  const prefixes = ['/opt/conda', '/opt/conda/envs/other']
  let root: string
  beforeAll(async () => {
    const image = join(scratch, architecture)
    await skopeo(`--override-arch=${architecture}`, 'copy', `oci:${layout}`, `oci:${image}:it`)
    const rootless = process.getuid?.() === 0 ? [] : ['--rootless']
    await run('umoci', ['unpack', ...rootless, '--image', `${image}:it`, `${image}.unpacked`])
    root = join(`${image}.unpacked`, 'rootfs')
  })
  const isThere = (path: string) =>
    lstat(join(root, path)).then(
      () => true,
      () => false,
    )

  test('has programs and libraries for that processor, and no others', async () => {
    const machines = new Map<number, number>()
    for (const entry of await readdir(join(root, 'opt/conda'), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const content = await readFile(join(entry.parentPath, entry.name))
      // e_machine of the ELF header.
      if (content.subarray(0, 4).toString('latin1') !== '\x7fELF') continue
      machines.set(content.readUInt16LE(18), (machines.get(content.readUInt16LE(18)) ?? 0) + 1)
    }
    expect([...machines.keys()]).toEqual([machine])
    // Python, its extension modules, libraries, esbuild, markupsafe.
    expect(machines.get(machine)).toBeGreaterThan(50)
    expect(await isThere(loader)).toBe(true)
    expect((await readFile(join(root, 'bin/micromamba'))).length).toBeGreaterThan(0)
  })

  test.each(prefixes)('has scripts that the python at %s runs', async (prefix) => {
    for (const script of ['hello', 'hello-app', 'pydoc3.11']) {
      const path = join(prefix, 'bin', script)
      const [shebang] = (await readFile(join(root, path), 'utf8')).split('\n')
      expect(shebang).toBe(`#!${prefix}/bin/python3.11`)
      expect((await lstat(join(root, path))).mode & 0o111).toBe(0o111)
    }
    expect(await isThere(join(prefix, 'bin/python3.11'))).toBe(true)
  })

  test.each(prefixes)("has the records of what lies at %s, of the platform's packages", async (prefix) => {
    const folder = join(root, prefix, 'conda-meta')
    const names = (await readdir(folder)).filter((file) => file.endsWith('.json'))
    const locked = await readFile(
      join(job.workspace, `${prefix.endsWith('other') ? 'other' : 'env'}.${subdir}.lock`),
      'utf8',
    )
    const urls = new Set<string>()
    const subdirs = new Set<string>()
    for (const file of names) {
      const record = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
        readonly files: readonly string[]
        readonly subdir: string
        readonly url: string
      }
      subdirs.add(record.subdir)
      urls.add(record.url)
      const missing: string[] = []
      for (const path of record.files) if (!(await isThere(join(prefix, path)))) missing.push(path)
      // Bytecode is on the record, as micromamba has it, and not in the image: nothing of it is run.
      expect(missing.filter((path) => !path.endsWith('.pyc'))).toEqual([])
    }
    expect([...subdirs].sort()).toEqual([subdir, 'noarch'].sort())
    const lines = locked.split('\n').filter((line) => /^https?:/.test(line))
    expect([...urls].sort()).toEqual(lines.map((line) => line.replace(/#.*/, '')).sort())
  })
})
