import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { checkContract } from '../../script/lib/contract.ts'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { debianBase, minimalDebian, pushImage, type ImageForm } from '../world/base.ts'
import { run } from '../world/command.ts'
import {
  likeAmazonLinux,
  likeFedora,
  likeRelease,
  systemOf,
  writeLookAlike,
  type ReleaseLook,
} from '../world/look-alike.ts'
import { writeTar, type TarEntry } from '../world/tar.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, engine: {}, base: { micromamba: true } } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine
let scratch: string

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  scratch = await mkdtemp(join(tmpdir(), 'bases-'))
  job = await createJob(world.inputs, world.environment)
  await job.write('env.yaml', environmentFile(world.channel.url, ['tiny', 'activation']))
  await job.write('glibc.yaml', environmentFile(world.channel.url, ['needs-glibc']))
  await job.write('cuda.yaml', environmentFile(world.channel.url, ['needs-cuda']))
})

afterAll(async () => {
  await job.remove()
  await rm(scratch, { recursive: true, force: true })
  await world.stop()
})

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

async function push(name: string, rootfs: string, form: ImageForm = {}, env: string[] = []): Promise<string> {
  const config = { Env: [path, ...env], Cmd: ['bash'] }
  return (await pushImage(world.registry, `${name}:1`, { layers: [rootfs], config }, form)).reference
}

async function build(base: string, inputs: Readonly<Record<string, string>> = {}) {
  const { exitCode, log, outputs } = await job.run({
    'base-image': base,
    tags: 'app:bases',
    load: 'true',
    ...inputs,
  })
  expect(exitCode === 0 || log).toBe(true)
  return outputs
}

async function refused(base: string, inputs: Readonly<Record<string, string>> = {}): Promise<string> {
  const { exitCode, log } = await job.run({ 'base-image': base, ...inputs })
  expect(exitCode === 1 || log).toBe(true)
  return log
}

const inContainer = async (line: string) => {
  const { stdout, stderr } = await docker(['run', '--rm', '--network=none', 'app:bases', 'bash', '-c', line])
  return stdout + stderr
}
const problems = async () => {
  const found: string[] = []
  for await (const { row, problem } of checkContract(docker, 'app:bases')) {
    if (problem !== undefined) found.push(`${row}: ${problem}`)
  }
  return found
}
const lockText = (name = 'env') => readFile(join(job.workspace, `${name}.linux-64.lock`), 'utf8')

const releases: readonly ReleaseLook[] = [
  { name: 'bullseye', osRelease: 'ID=debian\nVERSION_ID="11"\n', glibc: '2.31' },
  { name: 'trixie', osRelease: 'ID=debian\nVERSION_ID="13"\n', glibc: '2.41' },
  { name: 'jammy', osRelease: 'ID=ubuntu\nVERSION_ID="22.04"\n', glibc: '2.35' },
  { name: 'noble', osRelease: 'ID=ubuntu\nVERSION_ID="24.04"\n', glibc: '2.39', hasUser: true },
]

describe('an environment lives on a base', () => {
  test.each<[string, () => Promise<string>, string]>([
    [
      "Debian's minimal system, as docker pushes it",
      async () => push('debian', await debianBase(), { mediaTypes: 'docker' }),
      'debian',
    ],
    [
      'like Fedora, in a zstd layer',
      async () =>
        push('fedora', await writeLookAlike(join(scratch, 'fedora.tar'), likeFedora), {
          compression: 'zstd',
        }),
      'fedora',
    ],
    [
      'like Amazon Linux, in a layer that is not compressed',
      async () =>
        push('amazon', await writeLookAlike(join(scratch, 'amazon.tar'), likeAmazonLinux), {
          compression: 'none',
        }),
      'amzn',
    ],
    ['one of micromamba-docker', () => Promise.resolve(world.base.reference), 'debian'],
  ])('%s', async (_, make, system) => {
    await build(await make())
    expect(
      await inContainer('. /etc/os-release; echo "$CONDA_PREFIX $(id -un) $HOME $ID"; command -v micromamba'),
    ).toBe(`/opt/conda mambauser /home/mambauser ${system}\n/usr/bin/micromamba\n`)
    expect(await lockText()).toContain('# virtual-package: __glibc=2.36\n')
    // The whole contract on the two others is what other tests look at.
    if (system !== 'debian') expect(await problems()).toEqual([])
  })

  test.each<ReleaseLook>(releases)('$name: its glibc is $glibc', async (release) => {
    const tar = join(scratch, `${release.name}.tar`)
    // Putting a system together takes as long as all that is asked of it. So they look like theirs here, and are theirs each night.
    const isReal = process.env['EVERY_BASE'] === 'true'
    const rootfs = await (isReal
      ? systemOf(release, tar)
      : writeLookAlike(tar, (entries) => {
          likeRelease(entries, release)
        }))
    await build(await push(release.name, rootfs, { compression: 'zstd' }))
    expect(await inContainer('. /etc/os-release; echo "$CONDA_PREFIX $(id -un) $VERSION_ID"')).toBe(
      `/opt/conda mambauser ${/VERSION_ID="(.*)"/.exec(release.osRelease)?.[1]}\n`,
    )
    expect(await lockText()).toContain(`# virtual-package: __glibc=${release.glibc}\n`)
    // The oldest one, which looks like any other but when it is real, and the one that has a user of its own.
    if ((isReal && release.name === 'bullseye') || release.hasUser) expect(await problems()).toEqual([])
  })

  test("that has a user of its own, who is wished to be the image's", async () => {
    const rootfs = await writeLookAlike(join(scratch, 'ubuntu.tar'), (entries) => {
      for (const release of releases) if (release.hasUser) likeRelease(entries, release)
    })
    await build(await push('ubuntu', rootfs), { user: 'ubuntu' })
    const asked = 'echo "$(id -un) $(id -u) $HOME $CONDA_PREFIX"; stat -c %U "$CONDA_PREFIX/conda-meta" ~'
    expect(await inContainer(asked)).toBe('ubuntu 1000 /home/ubuntu /opt/conda\nubuntu\nubuntu\n')
    expect(await problems()).toEqual([])
  })

  test('in an OCI layout on disk, which the lock pins', async () => {
    await run('skopeo', [
      ...['copy', '--src-tls-verify=false', `docker://${world.base.reference}`],
      `oci:${join(job.workspace, 'layout')}:13`,
    ])
    const { digest } = await build('oci-layout://layout:13')
    expect(await inContainer('echo $CONDA_PREFIX')).toBe('/opt/conda\n')
    expect(await lockText()).toMatch(/^# base-image: oci:layout:13@sha256:/m)
    expect((await build('oci:layout:13', { 'lock-mode': 'locked' }))['digest']).toBe(digest)
  })

  test('that says nothing of PATH: where all processes are to have the environment, they have the usual one behind it', async () => {
    const config = { Env: [], Cmd: ['bash'] }
    const base = await pushImage(world.registry, 'imported:1', { layers: [await minimalDebian()], config })
    await build(base.reference, { activation: 'everywhere' })
    const usual = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    const path = `/opt/conda/bin:/opt/conda/condabin:${usual}`
    const words = [
      'run',
      '--rm',
      '--network=none',
      '--entrypoint',
      'bash',
      'app:bases',
      '-c',
      'echo $PATH; ls -d /',
    ]
    expect((await docker(words)).stdout).toBe(`${path}\n/\n`)
  })

  test('with a package cache in the root prefix, which stays as it is', async () => {
    const cache = join(scratch, 'cache.tar')
    const cached = 'opt/conda/pkgs/old-1.0-0/share/old.txt'
    await writeTar(cache, [
      ...['opt', 'opt/conda', 'opt/conda/pkgs'].map((path) => ({ path, owner: path === 'opt' ? 0 : 57439 })),
      { path: cached, content: 'old\n', owner: 57439 },
      { path: 'opt/conda/pkgs/urls.txt', content: 'https://example.org/old-1.0-0.conda\n', owner: 57439 },
    ])
    const config = { Env: [path], Cmd: ['bash'] }
    const layers = [await minimalDebian(), cache]
    await build((await pushImage(world.registry, 'cached:1', { layers, config })).reference)
    const answer = await inContainer(
      `cat /${cached}; stat -c %U:%a /opt/conda; ls /opt/conda/conda-meta/*.json`,
    )
    expect(answer).toMatch(/^old\nmambauser:777\n/)
    expect(answer).not.toContain('old-1.0')
  })

  test("with CUDA, which is the solve's, and whose variables stay", async () => {
    const env = ['CUDA_VERSION=12.4.1', 'LD_LIBRARY_PATH=/usr/local/nvidia/lib64']
    const base = await push('cuda', await minimalDebian(), {}, env)
    await build(base, { 'environment-file': 'cuda.yaml' })
    expect(await inContainer('echo $CUDA_VERSION $LD_LIBRARY_PATH')).toBe('12.4.1 /usr/local/nvidia/lib64\n')
    expect(await lockText('cuda')).toContain('# virtual-package: __cuda=12.4\n')
    const log = await refused(base, { 'environment-file': 'cuda.yaml', 'virtual-packages': '__cuda=11.8' })
    expect(log).toContain('__cuda')
  })
})

test("the base's glibc is the solve's, and virtual-packages overrides it", async () => {
  const inputs = { 'environment-file': 'glibc.yaml' }
  expect(await refused(world.base.reference, inputs)).toContain('__glibc')
  const overridden = { ...inputs, 'virtual-packages': '__glibc=2.38' }
  await build(world.base.reference, overridden)
  expect(await lockText('glibc')).toContain('# virtual-package: __glibc=2.38\n')
  await build(world.base.reference, { ...overridden, 'lock-mode': 'locked' })
  const log = await refused(world.base.reference, { ...inputs, 'lock-mode': 'locked' })
  expect(log).toContain("the virtual package '__glibc=2.38' is gone")
})

describe('a base that no environment can live on is refused', () => {
  const bash: TarEntry = { path: 'bin/bash', content: '#!', mode: 0o755 }
  const musl: TarEntry = { path: 'lib/ld-musl-x86_64.so.1', content: '' }

  test.each<[string, TarEntry[], string]>([
    ['musl', [bash, musl], 'its C library is musl'],
    ['nothing', [], 'its C library is unknown, and conda packages need glibc'],
  ])('%s', async (name, entries, message) => {
    const tar = join(scratch, `${name}.tar`)
    await writeTar(tar, [{ path: 'etc' }, ...entries])
    expect(await refused(await push(name, tar))).toContain(message)
  })

  test('an image of ours, whose packages would get mixed', async () => {
    const name = `${world.registry.host}/app:1`
    await build(world.base.reference, { tags: name, load: 'false', push: 'true' })
    expect(await refused(name)).toContain('it has packages at /opt/conda already')
  })
})
