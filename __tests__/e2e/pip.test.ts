import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { pushBaseOfBoth } from '../world/base.ts'
import { debianPip } from '../world/pip.ts'
import { servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { specimens } from '../world/wheels/specimens.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'
import { MadeImage, type LayerFile } from './made-image.ts'

const parts = { channel: { packages: 'with pip' }, releases: {}, registry: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let index: PythonIndex
let job: Job

const login = { user: 'reader', password: 'index-pass-5e1f' }

beforeAll(async () => {
  world = await startWorld(parts)
  index = await servePythonIndex(await specimens(), { login })
  job = await createJob({ ...world.inputs, 'pip-index-url': index.url }, world.environment)
})

afterAll(async () => {
  await job.remove()
  await index.stop()
  await world.stop()
})

const withLogin = () => ({
  'auth-host': new URL(index.origin).host,
  'auth-username': login.user,
  'auth-password': login.password,
})

async function lock(pip: readonly string[], inputs: Readonly<Record<string, string>> = {}) {
  const list = `  - pip:\n${pip.map((line) => `    - ${line}\n`).join('')}`
  await job.write('env.yaml', environmentFile(world.channel.url, ['python', 'six', 'pip'], list))
  const outcome = await job.run({ ...withLogin(), ...inputs })
  const text = await readFile(join(job.workspace, 'env.linux-64.lock'), 'utf8').catch(() => '')
  return { ...outcome, text, wheels: text.match(/^# pip .*$/gm) ?? [] }
}

/** As far as it is read of the output `metadata`. */
interface Metadata {
  readonly 'micromamba-image': { readonly images: readonly { readonly digest: string }[] }
}

const nameOf = (line: string) => / ([^ ]+) @ .*\/([^/#]+)#sha256=[0-9a-f]{64}$/.exec(line)?.[2]

test('what pip chooses is locked below the packages: for the target, besides what conda brings, and no login is anywhere', async () => {
  const { exitCode, text, wheels, log } = await lock(['layered[more]', 'tower', 'wants-some-six'])
  expect(exitCode === 0 || log).toBe(true)
  expect(wheels.map(nameOf).sort()).toEqual([
    'layered-1.0-py3-none-any.whl',
    'only_intel-1.0-py3-none-any.whl',
    'plain-1.1-py3-none-any.whl',
    'tools-1.0-py3-none-any.whl',
    'tower-1.2-cp311-cp311-manylinux_2_34_x86_64.whl',
    'wants_some_six-1.0-py3-none-any.whl',
  ])
  expect(text).toContain(`# pip-version: ${(await debianPip()).version}\n`)
  expect(text).toContain('# pip: layered[more]')
  expect(text + log).not.toContain(login.password)
  // The image is made of them.
  expect(log).toContain('and 6 of 6 wheels are needed')
})

test('environments of one image have lists of their own, and share what pip is asked with', async () => {
  const list = (pip: string) => `  - pip:\n    - ${pip}\n`
  const of = (name: string, pip: string) =>
    environmentFile(world.channel.url, ['python', 'pip'], list(pip)).replace('name: base', `name: ${name}`)
  await job.write('one.yaml', of('one', 'clash-a'))
  await job.write('two.yaml', of('two', 'clash-b'))
  const before = world.channel.requests.length
  const { exitCode, log } = await job.run(
    {
      ...withLogin(),
      'environment-file': 'one.yaml\ntwo.yaml',
      // What other tests have fetched is to be fetched again.
    },
    { RUNNER_TEMP: join(job.workspace, 'temp') },
  )
  expect(exitCode === 0 || log).toBe(true)
  const pythons = world.channel.requests
    .slice(before)
    .filter(({ path }) => /\/python-3[^/]*\.conda$/.test(path))
  expect(pythons).toHaveLength(1)
  const wheels = await Promise.all(
    ['one', 'two'].map((name) => readFile(join(job.workspace, `${name}.linux-64.lock`), 'utf8')),
  )
  expect(wheels.map((text) => / ([^ ]+) @ /.exec(text)?.[1])).toEqual(['clash-a', 'clash-b'])
})

test('platforms of one run have wheels of their own, resolved and compiled on this one', async () => {
  const base = await pushBaseOfBoth(world.registry)
  const name = `${world.registry.host}/app`
  const { exitCode, log, outputs } = await lock(['layered', 'tower'], {
    platforms: 'linux/amd64,linux/arm64',
    'base-image': base.reference,
    tags: `${name}:platforms`,
    push: 'true',
  })
  expect(exitCode === 0 || log).toBe(true)
  const { images } = (JSON.parse(outputs['metadata'] ?? '') as Metadata)['micromamba-image']
  for (const [position, subdir, marked, tower, tag] of [
    [0, 'linux-64', 'only_intel', '1.2', 'cp311-cp311-manylinux_2_34_x86_64'],
    [1, 'linux-aarch64', 'only_arm', '1.1', 'cp311-cp311-manylinux_2_28_aarch64'],
  ] as const) {
    const text = await readFile(join(job.workspace, `env.${subdir}.lock`), 'utf8')
    const names = (text.match(/^# pip .*$/gm) ?? []).map(nameOf)
    expect(names).toContain(`tower-${tower}-${tag}.whl`)
    const image = await MadeImage.read(`${name}@${images[position]?.digest ?? ''}`)
    const files = new Map<string, LayerFile>()
    for (const layer of image.layers(/^pip: /)) {
      for (const [path, file] of await image.files(layer)) files.set(path, file)
    }
    const place = 'opt/conda/lib/python3.11/site-packages'
    const wheels = [...files.keys()].flatMap(
      (path) => /([^/]+)-[^/-]+\.dist-info\/WHEEL$/.exec(path)?.[1] ?? [],
    )
    expect(wheels.sort()).toEqual(['layered', marked, 'plain', 'tower'])
    expect(files.get(`${place}/tower-${tower}.dist-info/WHEEL`)?.text).toContain(`Tag: ${tag}`)
    expect(files.has(`${place}/__pycache__/tower.cpython-311.pyc`)).toBe(true)
  }
})

test('update-only moves the wheel that it names; the others stay, and packages too', async () => {
  await lock(['plain ==1.0', 'tower ==1.1', 'clash-a'])
  const inputs = { 'lock-mode': 'update', 'update-only': 'plain' }
  const { exitCode, wheels, outputs, log } = await lock(['plain', 'tower', 'clash-a', 'clash-b'], inputs)
  expect(exitCode === 0 || log).toBe(true)
  expect(wheels.map(nameOf).sort()).toEqual([
    'clash_a-1.0-py3-none-any.whl',
    'clash_b-1.0-py3-none-any.whl',
    'plain-1.1-py3-none-any.whl',
    'tower-1.1-cp311-cp311-manylinux_2_28_x86_64.whl',
  ])
  expect(outputs['lock-diff']).toMatch(/^\*\*1 upgraded, 1 added; `plain` `1\.0` → `1\.1`, `clash-b` `1\.0`/m)
  // What is pulled again are layers of wheels.
  expect(outputs['lock-diff']).toMatch(/^- Whoever has the image pulls again [12] of \d+ layers, about /m)
})

test.each([
  ['a project that is nowhere', 'nosuchproject', 'env.yaml:9: ', 'No matching distribution found'],
  ['requirements that exclude each other', 'likes-old-plain\n    - likes-new-plain', 'env.yaml', 'conflict'],
  ['what has no wheel, and is not to be built', 'frommodule', 'env.yaml:9: ', 'there are no wheels'],
])('%s: the line, and what pip says', async (_, lines, place, words) => {
  const { exitCode, log } = await lock([lines], { 'pip-build': 'refuse' })
  expect(exitCode).toBe(1)
  expect(log).toContain(place)
  expect(log).toContain(words)
})

test('a login in the address of the index is enough, for what is downloaded too, and stands nowhere', async () => {
  const inputs = {
    'pip-index-url': index.urlWithLogin,
    'auth-host': '',
    'auth-username': '',
    'auth-password': '',
  }
  const { exitCode, text, log, outputs } = await lock(['plain'], inputs)
  expect(exitCode === 0 || log).toBe(true)
  expect(outputs['digest']).toMatch(/^sha256:/)
  expect(text + log).not.toContain(login.password)
})

test('a login that is missing is named', async () => {
  const { exitCode, log } = await lock(['plain'], {
    'auth-host': '',
    'auth-username': '',
    'auth-password': '',
  })
  expect(exitCode).toBe(1)
  expect(log).toMatch(/401|login|credential/i)
})
