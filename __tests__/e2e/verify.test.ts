import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { digestOf, parseDigest, type Digest } from '../../src/common/digest.ts'
import { jsonBlob } from '../../src/oci/json-blob.ts'
import { createRegistryClient, parseReference, type RegistryClient } from '../../src/registry/registry.ts'
import { pushBaseOfBoth } from '../world/base.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = {
  channel: { packages: 'with link scripts' },
  releases: {},
  registry: {},
  base: {},
} as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let client: RegistryClient
let digest: string
const lock = 'env.linux-64.lock'
const name = () => `${world.registry.host}/app`

beforeAll(async () => {
  world = await startWorld(parts)
  client = createRegistryClient({ credentials: () => Promise.resolve(undefined) })
  job = await createJob(world.inputs, world.environment)
  await job.write('env.yaml', environmentFile(world.channel.url, ['python', 'hello', 'tiny']))
  await job.write('app/main.py', 'print("hello")\n')
  digest = await build()
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

/** An image as a workflow of a repository makes it. */
async function build(inputs: Readonly<Record<string, string>> = {}): Promise<string> {
  const { exitCode, log, outputs } = await job.run(
    {
      tags: `${name()}:latest`,
      push: 'true',
      labels: 'maintainer=us\norg.opencontainers.image.url=',
      ...inputs,
    },
    { GITHUB_REPOSITORY: 'org/app', GITHUB_SERVER_URL: 'https://github.example' },
  )
  expect(exitCode === 0 || log).toBe(true)
  return outputs['digest'] ?? ''
}

/** script/verify as an auditor runs it, in a checkout of the job's files. */
function verify(...words: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...world.environment,
    NODE_OPTIONS: undefined,
    GITHUB_REPOSITORY: 'auditor/fork',
    GITHUB_SERVER_URL: 'https://elsewhere.example',
  }
  const mirror = Object.entries(world.inputs).flatMap(([input, value]) =>
    input.startsWith('micromamba-') ? [`${input}=${value}`] : [],
  )
  const all = words.length === 0 ? [] : [...words, ...mirror]
  return new Promise((done) => {
    execFile(
      process.execPath,
      [resolve('script/verify.ts'), ...all],
      { env, cwd: job.workspace },
      (error, stdout, stderr) => {
        done({ code: error ? error.code : 0, stdout, stderr })
      },
    )
  })
}

test('an image that a job pushed is what its lock says', async () => {
  const { code, stdout, stderr } = await verify(`${name()}@${digest}`, lock)
  expect({ code, stderr: code === 0 || stderr }).toEqual({ code: 0, stderr: true })
  expect(stdout).toBe(
    `${name()}@${digest}, for linux/amd64, is what ${lock} says: the rebuilt image has the same digest.\n`,
  )
})

test('so is one of an index, with gzip, the files of a project and another user, given its inputs', async () => {
  const inputs = {
    'base-image': (await pushBaseOfBoth(world.registry)).reference,
    platforms: 'linux/amd64,linux/arm64',
    copy: 'app:/srv/app',
    user: 'app',
    compression: 'gzip',
    exclude: '/share/tiny/version.txt',
  }
  await job.write('env.yaml', environmentFile(world.channel.url, ['tiny']))
  const index = await build({ ...inputs, 'lock-file': '{platform}.lock' })
  const image = `${name()}@${index}`
  const given = ['user=app', 'exclude=/share/tiny/version.txt']
  const { code, stderr } = await verify(image, 'linux-64.lock', 'copy=app:/srv/app', ...given)
  expect({ code, stderr: code === 0 || stderr }).toEqual({ code: 0, stderr: true })

  const other = await verify(image, 'linux-64.lock', ...given)
  expect(other.code).toBe(1)
  expect(other.stdout).toMatch(/^application +extra$/m)
})

test('the lock with another package than the image names the layer', async () => {
  const text = await readFile(join(job.workspace, lock), 'utf8')
  const repodata = await fetch(`${world.channel.url}/noarch/repodata.json`)
  const { 'packages.conda': packages } = (await repodata.json()) as {
    'packages.conda': Readonly<Record<string, { name: string; sha256: string }>>
  } // the world's own channel
  const line = text.split('\n').find((entry) => entry.includes('/hello-')) ?? ''
  const [file, record] =
    Object.entries(packages).find(([path, entry]) => entry.name === 'hello' && !line.includes(`/${path}#`)) ??
    []
  expect(record).toBeDefined()
  const other = `${world.channel.url}/noarch/${file ?? ''}#sha256:${record?.sha256 ?? ''}`
  await writeFile(join(job.workspace, 'other.lock'), text.replace(line, other))

  const { code, stdout } = await verify(`${name()}@${digest}`, 'other.lock')
  expect(code).toBe(1)
  expect(stdout).toContain(`is not what other.lock says: that is sha256:`)
  const changed = stdout.split('\n').filter((row) => / (different|missing|extra)\b/.test(row))
  expect(changed).toEqual([
    expect.stringMatching(/^packages \d+\/\d+ +different$/),
    expect.stringMatching(/^environment +different$/),
  ])
})

describe('link scripts and commands are run again', () => {
  const reproducible = 'python -c "print(6 * 7)" > /opt/conda/answer\n'
  const clock = `python -c "import time; print(time.time_ns())" > /opt/conda/built\n${reproducible}`
  const rows = (stdout: string) =>
    stdout.split('\n').filter((row) => /^(link scripts|RUN) .* (same|different|missing|extra)\b/.test(row))

  beforeAll(async () => {
    await job.write('env.yaml', environmentFile(world.channel.url, ['python', 'gdk-pixbuf']))
    await job.write('reproducible', reproducible)
    await job.write('clock', clock)
  })

  test('what comes out the same each time is what the lock says', async () => {
    const image = `${name()}@${await build({ run: reproducible, 'lock-file': 'run.lock' })}`
    const { code, stdout, stderr } = await verify(image, 'run.lock', 'run=@reproducible')
    expect({ code, stderr: code === 0 || stderr }).toEqual({ code: 0, stderr: true })
    expect(stdout).toContain('is what run.lock says: the rebuilt image has the same digest.')
    expect(stderr).toContain('Link scripts made 1 file')

    const without = await verify(image, 'run.lock')
    expect(without.code).toBe(1)
    expect(rows(without.stdout)).toEqual([
      expect.stringMatching(/^link scripts +same$/),
      expect.stringMatching(/^RUN python .* extra$/),
    ])
  })

  test('what does not is told apart, and its files are named', async () => {
    const image = `${name()}@${await build({ run: clock, 'lock-file': 'run.lock' })}`
    const { code, stdout, stderr } = await verify(image, 'run.lock', 'run=@clock')
    expect({ code, stderr: code === 3 || stderr }).toEqual({ code: 3, stderr: true })
    expect(stdout).toContain('is what run.lock says, but for what commands made')
    expect(rows(stdout)).toEqual([
      expect.stringMatching(/^link scripts +same$/),
      expect.stringMatching(
        /^RUN python -c "import time.* different +same key, other bytes: made by commands/,
      ),
      expect.stringMatching(/^RUN python -c "print.* same +another key, since a layer below differs$/),
    ])
    expect(stdout).toMatch(/: a file differs\n {2}\/opt\/conda\/built: content\n$/)
  })
})

test('an image with another variable in its config names the variable', async () => {
  const { config, push } = await openImage()
  const run = config['config'] as { Env: string[] } // of the image that a job made
  const tampered = await push({
    ...config,
    config: {
      ...run,
      Env: [...run.Env.filter((entry) => !entry.startsWith('LANG=')), 'LANG=tlh', 'LD_PRELOAD=/x.so'],
    },
  })
  const { code, stdout } = await verify(`${name()}@${tampered}`, lock)
  expect(code).toBe(1)
  expect(stdout).not.toMatch(/ (different|missing|extra)$/m)
  expect(stdout.slice(stdout.indexOf('\nconfig'))).toBe(
    [
      '',
      'config.config.Env.LANG differs',
      '  image:    tlh',
      '  lockfile: C.UTF-8',
      'config.config.Env.LD_PRELOAD differs',
      '  image:    /x.so',
      '  lockfile: (not there)',
      '',
    ].join('\n'),
  )
})

test('a lockfile of somebody else has no base: it has to be given', async () => {
  const lines = (await readFile(join(job.workspace, lock), 'utf8')).split('\n')
  const foreign = lines.slice(lines.indexOf('@EXPLICIT')).join('\n')
  await writeFile(join(job.workspace, 'foreign.lock'), foreign)
  const image = `${name()}@${await build({ 'lock-file': 'foreign.lock', 'lock-mode': 'frozen' })}`
  const refused = await verify(image, 'foreign.lock')
  expect(refused.code).toBe(2)
  const [, base = ''] = /add (base-image=\S+)\.$/m.exec(refused.stderr) ?? []
  expect(base).toBe(`base-image=${world.inputs['base-image'] ?? ''}@${world.base.digest}`)
  const { code, stderr } = await verify(image, 'foreign.lock', base)
  expect({ code, stderr: code === 0 || stderr }).toEqual({ code: 0, stderr: true })
})

test.each<[string, () => string[], RegExp]>([
  ['nothing', () => [], /^Usage:/],
  ['an image without a digest', () => [`${name()}:latest`, lock], /has no digest\nWrite name@sha256/],
  [
    'no such image',
    () => [`${name()}@${digestOf('nothing')}`, lock],
    /the registry has no .*\nCheck the name/,
  ],
  ['no such lockfile', () => [`${name()}@${digest}`, 'none.lock'], /none\.lock: the lockfile cannot be read/],
  [
    'a file of an input that is not there',
    () => [`${name()}@${digest}`, lock, 'run=@none'],
    /input 'run': the file with its value cannot be read: ENOENT/,
  ],
  ['words that are no inputs', () => [`${name()}@${digest}`, lock, 'user'], /'user' is not of the form/],
  [
    'an input that there is none of',
    () => [`${name()}@${digest}`, lock, 'usr=me'],
    /no input 'usr'\nIs this the version/,
  ],
  [
    'an input that is its own',
    () => [`${name()}@${digest}`, lock, 'push=true'],
    /input 'push': it is not for you/,
  ],
])('exits with 2 for %s, and says what to do', async (_, words, message) => {
  const { code, stdout, stderr } = await verify(...words())
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/^\s+at /m)
})

/** The image's config, and a way to push the image with another one in its place. */
async function openImage() {
  const reference = parseReference(`${name()}@${digest}`)
  const { bytes, mediaType } = await client.fetchManifest(reference)
  const manifest = JSON.parse(bytes.toString()) as {
    config: { mediaType: string; digest: Digest; size: number }
  }
  const config = JSON.parse((await client.readBlob(reference, manifest.config)).toString()) as object
  return {
    config: config as Record<string, unknown>,
    push: async (other: object): Promise<Digest> => {
      const blob = jsonBlob(manifest.config.mediaType, other)
      const { registry, repository } = reference
      await client.uploadBlob({ registry, repository }, blob.descriptor, () =>
        Promise.resolve(Readable.from([blob.bytes])),
      )
      const changed = jsonBlob(mediaType, { ...manifest, config: blob.descriptor })
      await client.putManifest({ registry, repository }, changed)
      return parseDigest(changed.descriptor.digest)
    },
  }
}
