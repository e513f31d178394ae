import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { inputVariables, readInputs } from '../../script/lib/action-metadata.ts'
import { openChannels } from '../../src/channels/access.ts'
import { readRequest } from '../../src/action/request.ts'
import { formatBaseName } from '../../src/base/name.ts'
import { digestOf, type Digest } from '../../src/common/digest.ts'
import { createExecutors } from '../../src/execute/executors.ts'
import type { Environment } from '../../src/environment/read.ts'
import { createMicromambaProvider } from '../../src/micromamba/install.ts'
import { createRegistryClient } from '../../src/registry/registry.ts'
import type { Base, BaseReader } from '../../src/stages/base.ts'
import type { LockedMember } from '../../src/stages/locked-member.ts'
import { describeImages, type WantedImage } from '../../src/stages/wanted.ts'
import { baseOf, debian, type Sample } from '../base/samples.ts'
import { header, hex, locked, lockedWheel } from '../lock/samples.ts'

let workspace: string
const variables = { ...process.env }
const declared = await readInputs('action.yml')

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'wanted-'))
  await writeFile(join(workspace, 'app.py'), 'print(1)\n')
  for (const version of ['2.7.0', '2.8.0']) {
    const program = join(workspace, version, 'micromamba')
    await mkdir(join(workspace, version))
    await writeFile(program, `#!/bin/sh\necho ${version}\n`)
    await chmod(program, 0o755)
  }
})

afterEach(() => {
  process.env = { ...variables }
})

afterAll(async () => {
  await rm(workspace, { recursive: true })
})

const environment: Environment = {
  name: 'base',
  file: 'env.yaml',
  channels: [],
  noDefaults: false,
  specs: [],
  variables: {},
  secrets: [],
}
const packages = [locked('linux-64/python-3.12.4-0.conda'), locked('noarch/tool-1.0-0.conda')]
const member: LockedMember = {
  name: 'base',
  environment,
  file: 'env.yaml',
  resolved: {
    path: '/env.linux-64.lock',
    hash: digestOf('lock'),
    changed: false,
    text: '',
    lock: { header, packages, wheels: [] },
  },
  result: {
    environment: 'base',
    asked: [],
    file: 'env.linux-64.lock',
    hash: 'hash',
    changed: false,
    packages: 2,
  },
}

/** The image that some inputs describe, of an environment that is locked already, on a base of these files. */
async function describe(
  inputs: Readonly<Record<string, string>> = {},
  change: Partial<Pick<LockedMember, 'name' | 'environment' | 'resolved'>> = {},
  files: Readonly<Record<string, Sample>> = debian,
  environment: NodeJS.ProcessEnv = {},
): Promise<WantedImage> {
  Object.assign(process.env, inputVariables(declared, inputs))
  const request = readRequest({ GITHUB_WORKSPACE: workspace, ...environment })
  const pinned = { ...request.base, digest: digestOf('the base') }
  const base: Base = {
    image: {
      pinned,
      config: { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } },
      layers: [],
    },
    variables: new Map(),
    rootPrefix: request.image.rootPrefix ?? '/opt/conda',
    files: () => Promise.resolve(baseOf(files)),
    virtualPackages: () => Promise.resolve({}),
  }
  const bases: BaseReader = {
    pin: () => Promise.resolve(formatBaseName(pinned)),
    read: () => Promise.resolve(base),
  }
  const context = {
    registry: createRegistryClient(),
    micromamba: createMicromambaProvider(request.micromamba),
    solving: { condarc: request.condarc?.text, logLevel: request.logLevel },
    channels: () => openChannels({}),
    workspace,
    pipIndexes: {},
    pipVariables: {},
    netrc: new Map<string, never>(),
    scratch: workspace,
    tarballs: workspace,
    executors: createExecutors('auto'),
    execution: request.execution,
    pips: new Map(),
    closing: [],
    shown: new Set<string>(),
  }
  const members = [{ ...member, ...change }]
  const [image] = await describeImages(request, [members], [], bases, context)
  if (!image) throw new Error('there is no image')
  return image
}

async function fingerprintOf(...given: Parameters<typeof describe>): Promise<Digest> {
  return (await describe(...given)).fingerprint
}

/** Inputs that make another image, each with another value. */
const determining: Readonly<Record<string, Record<string, string>>> = {
  'environment-name': { 'environment-name': 'other' },
  'root-prefix': { 'root-prefix': '/srv/conda' },
  platforms: { platforms: 'linux/ppc64le', 'micromamba-version': '2.9.0-0' },
  compression: { compression: 'gzip' },
  labels: { labels: 'a=b' },
  annotations: { annotations: 'a=b' },
  activation: { activation: 'everywhere' },
  entrypoint: { entrypoint: 'python' },
  cmd: { cmd: 'python' },
  workdir: { workdir: '/srv' },
  env: { env: 'A=b' },
  expose: { expose: '80' },
  volumes: { volumes: '/data' },
  'stop-signal': { 'stop-signal': 'SIGINT' },
  user: { user: 'ann' },
  'user-numeric': { 'user-numeric': 'true' },
  'group-writable': { 'group-writable': 'true' },
  copy: { copy: 'app.py:/srv/' },
  'link-scripts': { 'link-scripts': 'skip' },
  'link-scripts-skip': { 'link-scripts-skip': 'graphviz' },
  'link-scripts-network': { 'link-scripts-network': 'true' },
  run: { run: 'true' },
  'run-user': { 'run-user': 'root' },
  'run-squash': { 'run-squash': 'true' },
  'run-network': { 'run-network': 'none' },
  'compile-pyc': { 'compile-pyc': 'false' },
  exclude: { exclude: '@docs' },
  'exclude-check': { 'exclude-check': 'true' },
  micromamba: { micromamba: 'false' },
  'micromamba-version': { 'micromamba-version': '2.8.1-0' },
}

/** Inputs that act through the locks, which the environments of the image are. */
const locking = [
  'environment-file',
  'packages',
  'channels',
  'lock-file',
  'lock-mode',
  'update-only',
  'pixi-environment',
  'base-image',
  'virtual-packages',
  'condarc',
  'condarc-file',
  'pip-index-url',
  'pip-extra-index-url',
  'pip-build',
]

/** Inputs that say how a run goes, each with another value: it must make no other image. */
const running: Readonly<Record<string, Record<string, string>>> = {
  tags: { tags: 'ghcr.io/org/app:1' },
  push: { push: 'true', tags: 'ghcr.io/org/app:1' },
  'push-by-digest': { 'push-by-digest': 'true', tags: 'ghcr.io/org/app' },
  output: { output: 'image.tar' },
  load: { load: 'true' },
  'max-size': { 'max-size': '500 MB' },
  'cache-from': { 'cache-from': 'none' },
  'micromamba-url': { 'micromamba-url': 'https://mirror.example.org/releases' },
  'micromamba-checksum': { 'micromamba-checksum': hex },
  'cache-downloads': { 'cache-downloads': 'false' },
  'cache-downloads-key': { 'cache-downloads-key': 'mine' },
  'cache-write': { 'cache-write': 'false' },
  'log-level': { 'log-level': 'info' },
  'github-token': { 'github-token': 'abc' },
  secrets: { secrets: 'TOKEN=abc' },
  executor: { executor: 'docker' },
  'executor-timeout': { 'executor-timeout': '5m' },
  'auth-host': { 'auth-host': 'prefix.dev', 'auth-token': 'abc' },
  'auth-token': { 'auth-host': 'prefix.dev', 'auth-token': 'other' },
  'auth-username': { 'auth-host': 'prefix.dev', 'auth-username': 'me', 'auth-password': 'abc' },
  'auth-password': { 'auth-host': 'prefix.dev', 'auth-username': 'me', 'auth-password': 'other' },
  'auth-conda-token': { 'auth-host': 'prefix.dev', 'auth-conda-token': 'abc' },
}

/** `commit-labels` makes labels of the commit; `merge` makes no image; which micromamba is on PATH has a test of its own. */
const elsewhere = ['commit-labels', 'merge', 'download-micromamba']

test('every input of action.yml has its place', () => {
  const placed = [...Object.keys(determining), ...locking, ...Object.keys(running), ...elsewhere]
  expect(placed.sort()).toEqual([...declared.keys()].sort())
})

test.each(Object.entries(determining))('another %s makes another fingerprint', async (_, inputs) => {
  expect(await fingerprintOf(inputs)).not.toBe(await fingerprintOf())
})

test.each(Object.entries(running))('another %s does not', async (_, inputs) => {
  expect(await fingerprintOf(inputs)).toBe(await fingerprintOf())
})

test('that it is to have a micromamba makes no other image than the default; to be without is an error on a base that has one', async () => {
  expect(await fingerprintOf({ micromamba: 'true' })).toBe(await fingerprintOf())
  const having = { ...debian, 'usr/bin/micromamba': '' }
  expect(await fingerprintOf({ micromamba: 'true' }, {}, having)).toBe(await fingerprintOf({}, {}, having))
  await expect(describe({ micromamba: 'false' }, {}, having)).rejects.toThrow(
    /input 'micromamba': the base has one.*Set 'base-image' to one without/s,
  )
})

test('a base without bash has no micromamba unless it is asked for, and runs no commands', async () => {
  const without = { ...debian, 'usr/bin/bash': { link: 'gone' } }
  expect((await describe({}, {}, without)).inputs.micromamba).toBeUndefined()
  expect((await describe({ micromamba: 'true' }, {}, without)).inputs.micromamba).toBeDefined()
  await expect(describe({ run: 'true' }, {}, without)).rejects.toThrow(
    /input 'run': bash runs the commands, and the base has none/,
  )
  for (const script of ['/usr/local/bin/_entrypoint.sh', '_entrypoint.sh']) {
    await expect(describe({ entrypoint: `${script} app` }, {}, without)).rejects.toThrow("input 'entrypoint'")
  }
})

const { resolved } = member
const withLock = (change: Partial<LockedMember['resolved']['lock']>) => ({
  resolved: { ...resolved, lock: { ...resolved.lock, ...change } },
})

const withoutHeader = ({
  packages = resolved.lock.packages,
  wheels = [],
}: Partial<typeof resolved.lock>) => ({
  resolved: { ...resolved, lock: { packages, wheels } },
})

test.each<[string, Parameters<typeof describe>[1]]>([
  ["the environment's name", { name: 'other' }],
  ['its variables', { environment: { ...environment, variables: { A: 'b' } } }],
  ['a package less', withLock({ packages: packages.slice(1) })],
  ['the order of packages', withLock({ packages: packages.toReversed() })],
  [
    "a package's bytes",
    withLock({
      packages: packages.map((one) => ({ ...one, checksum: { algorithm: 'sha256', hex: 'cd'.repeat(32) } })),
    }),
  ],
  ['what was asked', withLock({ header: { ...header, specs: ['python'] } })],
  ['which packages are alone', withLock({ header: { ...header, ownLayer: [] } })],
  [
    'the base',
    withLock({ header: { ...header, baseImage: `docker.io/library/debian@${digestOf('another')}` } }),
  ],
])('%s of the lock makes another fingerprint', async (_, change) => {
  expect(await fingerprintOf({}, change)).not.toBe(await fingerprintOf())
})

test('another variant of the platform makes another fingerprint', async () => {
  expect(await fingerprintOf({ platforms: 'linux/amd64/v3' })).not.toBe(
    await fingerprintOf({ platforms: 'linux/amd64' }),
  )
})

test('SOURCE_DATE_EPOCH does where files are copied', async () => {
  const copy = { copy: 'app.py:/srv/' }
  const before = await fingerprintOf(copy)
  expect(await fingerprintOf(copy, {}, debian, { SOURCE_DATE_EPOCH: '1700000000' })).not.toBe(before)
})

const [flask, idna] = [
  lockedWheel('flask', 'flask-3.0-py3-none-any.whl'),
  lockedWheel('idna', 'idna-3-py3-none-any.whl', { requested: false }),
]
const withPip = { ...header, pipVersion: '25.3' }
const wheels = [flask, idna]

test.each<[string, Partial<LockedMember['resolved']['lock']>]>([
  ['none of them', { header: withPip, wheels: [] }],
  ['one less', { header: withPip, wheels: [flask] }],
  ['their order', { header: withPip, wheels: wheels.toReversed() }],
  ['who asked for one', { header: withPip, wheels: [flask, { ...idna, requested: true }] }],
  ['that one was asked for by its address', { header: withPip, wheels: [{ ...flask, direct: true }, idna] }],
  ['a pip that writes other scripts', { header: { ...header, pipVersion: '26.0' }, wheels }],
])('of wheels, %s makes another fingerprint', async (_, change) => {
  const before = await fingerprintOf({}, withLock({ header: withPip, wheels }))
  expect(await fingerprintOf({}, withLock(change))).not.toBe(before)
})

test('a pip that installs alike does not, nor the line of a wheel', async () => {
  const before = await fingerprintOf({}, withLock({ header: withPip, wheels }))
  const after = {
    header: { ...header, pipVersion: '25.2.1' },
    wheels: wheels.map((one) => ({ ...one, line: 9 })),
  }
  expect(await fingerprintOf({}, withLock(after))).toBe(before)
})

test('wheels of a lock without a header are installed as by the pip among its packages, else as by the newest', async () => {
  const pipOf = async (change: Partial<LockedMember['resolved']['lock']>) =>
    (await describe({}, withoutHeader({ wheels, ...change }))).inputs.environments[0]?.pip
  expect(await pipOf({})).toBe('26.0')
  expect(await pipOf({ packages: [...packages, locked('noarch/pip-24.3.1-0.conda')] })).toBe('24.0')
})

test('the line of a package in its lock does not', async () => {
  const moved = withLock({ packages: packages.map((one) => ({ ...one, line: 7 })) })
  expect(await fingerprintOf({}, moved)).toBe(await fingerprintOf())
})

test('the content of copied files does', async () => {
  const copy = { copy: 'app.py:/srv/' }
  const before = await fingerprintOf(copy)
  await writeFile(join(workspace, 'app.py'), 'print(2)\n')
  expect(await fingerprintOf(copy)).not.toBe(before)
})

test('of the micromamba that is put into the image, its bytes and its own version count', async () => {
  const own = (version: string) => {
    process.env['PATH'] = `${join(workspace, version)}:${variables['PATH'] ?? ''}`
    delete process.env['MAMBA_EXE']
    return describe({ 'download-micromamba': 'false' })
  }
  const [first, second] = [await own('2.7.0'), await own('2.8.0')]
  expect(first.inputs.micromamba?.version).toBe('2.7.0')
  expect(second.inputs.micromamba?.version).toBe('2.8.0')
  expect(first.fingerprint).not.toBe(second.fingerprint)
})

test('on a base that has one, none counts', async () => {
  const files = { ...debian, 'usr/bin/micromamba': '' }
  const older = await fingerprintOf({ 'micromamba-version': '2.8.1-0' }, {}, files)
  expect(older).toBe(await fingerprintOf({}, {}, files))
})
