import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { containerEngine } from '../../script/lib/engine.ts'
import { UserError } from '../../src/common/errors.ts'
import { machinePlatform, parsePlatform } from '../../src/common/platform.ts'
import type { Image } from '../../src/oci/image.ts'
import { loadImage } from '../../src/outputs/outputs.ts'
import { parseReference } from '../../src/registry/registry.ts'
import { startEngine, type Engine } from '../world/engine.ts'
import { run, sampleImage, sampleIndex } from './sample.ts'

const machine = machinePlatform()
const [here, elsewhere] =
  machine.architecture === 'amd64' ? ['linux/amd64', 'linux/arm64'] : ['linux/arm64', 'linux/amd64']

let work: string
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'load-'))
})
afterAll(() => rm(work, { recursive: true }))

beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockReset().mockReturnValue(true)
})

const names = ['localhost:5000/owner/name:1', 'docker.io/library/name:latest']
const tags = names.map((name) => parseReference(name))

describe.each([
  ["the graph driver's store", false],
  ["containerd's store", true],
])('a Docker engine with %s', (_what, containerdSnapshotter) => {
  let engine: Engine
  let environment: NodeJS.ProcessEnv
  let docker: ReturnType<typeof containerEngine>
  beforeAll(async () => {
    engine = await startEngine({ containerdSnapshotter })
    environment = { ...process.env, CONTAINER_ENGINE: undefined, ...engine.environment }
    docker = containerEngine('docker', environment)
  }, 60_000)
  afterAll(() => engine.stop(), 60_000)

  const idOf = ({ manifest, config }: Image) => (containerdSnapshotter ? manifest : config).descriptor.digest
  /** What a command writes, when it succeeds. */
  const told = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await docker(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout.trim()
  }

  const images = async () => (await told('images', '--all', '--quiet', '--no-trunc')).split('\n').sort()

  test.each(['gzip', 'zstd'] as const)(
    'takes an image with %s layers, under all its tags',
    async (compression) => {
      const image = await sampleImage(compression, String(containerdSnapshotter), machine)
      const id = await loadImage(image, tags, environment)
      expect(id).toBe(idOf(image))
      for (const name of names) {
        const format = '{{.Id}} {{json .RootFS.Layers}}'
        const diffIds = JSON.stringify(image.layers.map(({ diffId }) => diffId))
        expect(await told('image', 'inspect', '--format', format, name)).toBe(`${id} ${diffIds}`)
      }
      // Its files are there, of both layers.
      const container = await told('create', '--network=none', id, '/opt/conda/bin/tool')
      const copied = join(work, 'copied')
      await told('cp', '--quiet', `${container}:/etc/os-release`, copied)
      expect(await readFile(copied, 'utf8')).toContain('ID=sample')
      await told('cp', '--quiet', `${container}:/opt/conda/bin/tool`, copied)
      expect(await readFile(copied, 'utf8')).toContain('#!/bin/sh')
    },
    30_000,
  )

  test('takes an image without a name, and one that it has already', async () => {
    const image = await sampleImage('zstd', 'nameless', machine)
    const id = await loadImage(image, [], environment)
    expect(id).toBe(idOf(image))
    expect(await loadImage(image, [], environment)).toBe(id)
    expect(await told('image', 'inspect', '--format', '{{json .RepoTags}}', id)).toBe('[]')
  }, 30_000)

  test('gives a tag to the image that was loaded last', async () => {
    const [before, after] = await Promise.all(
      ['before', 'after'].map((salt) => sampleImage('gzip', salt, machine)),
    )
    if (!before || !after) throw new Error('both were made')
    await loadImage(before, tags, environment)
    const id = await loadImage(after, tags, environment)
    expect(id).toBe(idOf(after))
    expect(await told('image', 'inspect', '--format', '{{.Id}}', ...names)).toBe(`${id}\n${id}`)
  }, 30_000)

  test("takes this machine's image of an index", async () => {
    const index = await sampleIndex('index', elsewhere, here)
    const id = await loadImage(index, tags, environment)
    expect([index.images[1]].map((image) => image && idOf(image))).toEqual([id])
    expect(await told('image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}', id)).toBe(here)
  }, 30_000)

  test("takes another machine's image when that is all there is", async () => {
    const image = await sampleImage('gzip', 'foreign', parsePlatform(elsewhere))
    expect(await loadImage(image, tags, environment)).toBe(idOf(image))
  }, 30_000)

  test('has nothing of an image whose layer fails on the way', async () => {
    const image = await sampleImage('gzip', 'broken', machine)
    const [layer, ...rest] = image.layers
    if (!layer) throw new Error('the sample has layers')
    const before = await images()
    for (const open of [
      () => Promise.reject(new Error('the registry is gone')),
      () => Promise.resolve(Readable.from(failing())),
    ]) {
      const broken = { ...image, layers: [...rest, { ...layer, open }] }
      await expect(loadImage(broken, tags, environment)).rejects.toThrow('the registry is gone')
    }
    expect(await images()).toEqual(before)
  }, 30_000)

  test('refuses an image whose layers are not those of its config', async () => {
    const image = await sampleImage('gzip', 'a', machine)
    const other = await sampleImage('gzip', 'b', machine)
    const mixed = { ...image, config: other.config, manifest: other.manifest }
    await expect(loadImage(mixed, tags, environment)).rejects.toThrow(
      /^input 'load': docker load (failed|succeeded, but)/,
    )
  }, 30_000)
})

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(1)
  await Promise.resolve()
  throw new Error('the registry is gone')
}

describe('the engine of the machine', () => {
  let bin: string
  beforeEach(async () => {
    bin = await mkdtemp(join(work, 'bin-'))
  })
  /** A program on PATH that notes how it is called and what it is given. */
  async function program(name: string, ...lines: string[]): Promise<void> {
    const path = join(bin, name)
    await writeFile(path, ['#!/bin/sh', `echo "${name} $*" >> ${bin}/calls`, ...lines, ''].join('\n'))
    await chmod(path, 0o755)
  }
  const calls = async () => (await readFile(join(bin, 'calls'), 'utf8')).trim().split('\n')
  // With what the programs above need.
  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ PATH: bin, ...more })
  const needs = 'PATH=/usr/bin:/bin'

  /** Says what podman says: the id without `sha256:`. */
  async function podman(image: Image, name = 'podman') {
    await program(
      name,
      needs,
      `case $1 in load) cat > ${bin}/given ;; image) echo ${image.config.descriptor.digest.slice(7)} ;; esac`,
    )
  }

  test('is podman where there is no docker', async () => {
    const image = await sampleImage()
    await podman(image)
    expect(await loadImage(image, tags, environment())).toBe(image.config.descriptor.digest)
    expect(await calls()).toEqual([
      'podman --version',
      'podman load',
      ...names.map((name) => `podman image inspect --format {{.Id}} ${name}`),
    ])
    // It was given a whole layout, as a tar.
    const given = join(bin, 'given')
    await run('skopeo', 'inspect', `oci-archive:${given}:1`)
    await run('skopeo', 'inspect', '--config', `docker-archive:${given}:${names[0] ?? ''}`)
  })

  test.each([
    ['a program on PATH', () => 'other'],
    ['a path', () => join(bin, 'other')],
  ])('is the one that CONTAINER_ENGINE names: %s', async (_what, chosen) => {
    const image = await sampleImage()
    await program('docker', 'exit 1')
    await podman(image, 'other')
    await loadImage(image, [], environment({ CONTAINER_ENGINE: chosen() }))
    expect((await calls()).map((call) => call.split(' ')[0])).not.toContain('docker')
  })

  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['no engine', {}, /neither docker nor podman is on PATH/],
    [
      'none of the chosen name',
      { CONTAINER_ENGINE: 'other' },
      /no container engine 'other'.*CONTAINER_ENGINE/,
    ],
  ])('there is %s', async (_what, more, message) => {
    const loaded = loadImage(await sampleImage(), tags, environment(more))
    await expect(loaded).rejects.toThrow(UserError)
    await expect(loaded).rejects.toThrow(message)
  })

  test('it cannot be started', async () => {
    await program('docker')
    await chmod(join(bin, 'docker'), 0o644)
    const loaded = loadImage(await sampleImage(), tags, environment())
    await expect(loaded).rejects.toThrow(/^input 'load': 'docker' cannot be started: .*EACCES/)
  })

  test('it is not running', async () => {
    const environmentOfNone = {
      ...process.env,
      CONTAINER_ENGINE: 'docker',
      DOCKER_HOST: `unix://${join(work, 'none.sock')}`,
    }
    const loaded = loadImage(await sampleImage(), tags, environmentOfNone)
    await expect(loaded).rejects.toThrow(UserError)
    await expect(loaded).rejects.toThrow(join(work, 'none.sock'))
  })

  test('it fails without reading', async () => {
    await program('docker', 'case $1 in load) echo "no space left on device" >&2; exit 1 ;; esac')
    // More than a pipe holds.
    const image = await sampleImage('gzip', randomBytes(1e6).toString('hex'))
    const loaded = loadImage(image, tags, environment())
    await expect(loaded).rejects.toThrow(
      /docker load failed: no space left on device\nCheck with `docker info`/,
    )
  })

  test('it does not have the image afterwards', async () => {
    const image = await sampleImage()
    await program('docker', needs, 'case $1 in load) cat > /dev/null ;; image) exit 1 ;; esac')
    await expect(loadImage(image, tags, environment())).rejects.toThrow(/does not have localhost:5000/)
    await podman(await sampleImage('gzip', 'another'), 'docker')
    await expect(loadImage(image, tags, environment())).rejects.toThrow(/does not have localhost:5000/)
    await expect(loadImage(image, [], environment())).rejects.toThrow(/does not have sha256:/)
  })

  test('none of the images is for this machine', async () => {
    const index = await sampleIndex('', elsewhere, 'linux/s390x')
    await expect(loadImage(index, tags, environment())).rejects.toThrow(
      `this machine is ${here}, and the image is made for ${elsewhere}, linux/s390x`,
    )
  })
})
