import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { inputVariables, readInputs } from '../../script/lib/action-metadata.ts'
import { readRequest } from '../../src/action/request.ts'
import { digestOf } from '../../src/common/digest.ts'
import { createRegistryClient } from '../../src/registry/registry.ts'
import type { Base, BaseReader } from '../../src/stages/base.ts'
import { openContext } from '../../src/stages/context.ts'
import { readMembers } from '../../src/stages/environments.ts'
import { lockMembers } from '../../src/stages/lock.ts'
import { pylock, wheelsOf } from '../pylock/samples.ts'
import { startChannel, type Channel } from '../world/channel/server.ts'
import { standInEnvironment, writeStandIn } from '../world/micromamba/stand-in.ts'

let workspace: string
let channel: Channel
let log: string
const variables = { ...process.env }

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'lock-stage-'))
  const subdirs = ['linux-64', 'linux-aarch64', 'noarch']
  for (const subdir of subdirs) {
    const record = { name: 'tool', version: '1.0', build: '0', build_number: 0, depends: [], subdir }
    const packages = subdir === 'noarch' ? { 'tool-1.0-0.conda': { ...record, sha256: 'ab'.repeat(32) } } : {}
    await mkdir(join(workspace, 'main', subdir), { recursive: true })
    const index = JSON.stringify({ info: { subdir }, packages: {}, 'packages.conda': packages })
    await writeFile(join(workspace, 'main', subdir, 'repodata.json'), index)
  }
  channel = await startChannel({ folder: join(workspace, 'main') })
  for (const name of ['one', 'two']) {
    await writeFile(join(workspace, `${name}.yaml`), 'channels: [defaults]\ndependencies: [tool]\n')
  }
  await writeStandIn(join(workspace, 'micromamba'))
  Object.assign(process.env, standInEnvironment, { RUNNER_TEMP: join(workspace, 'temp') })
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...variables }
  await channel.stop()
  await rm(workspace, { recursive: true })
})

async function lock(inputs: Readonly<Record<string, string>>) {
  const files = { 'environment-file': 'one.yaml\ntwo.yaml', platforms: 'linux/amd64\nlinux/arm64' }
  Object.assign(process.env, inputVariables(await readInputs('action.yml'), { ...files, ...inputs }))
  const request = readRequest({ GITHUB_WORKSPACE: workspace })
  const context = await openContext(request, createRegistryClient())
  const bases = {
    pin: () => Promise.resolve(`docker.io/library/debian:13@${digestOf('base')}`),
    // Of a base, solving looks at nothing else.
    read: () => Promise.resolve({ virtualPackages: () => Promise.resolve({}) } as unknown as Base),
  } satisfies BaseReader
  const path = join(workspace, 'micromamba')
  const micromamba = {
    install: () => Promise.resolve({ path, version: '2.9.0-0', sha256: 'ab'.repeat(32) }),
    identify: () => Promise.resolve({ version: '2.9.0-0', sha256: 'ab'.repeat(32) }),
  }
  return lockMembers(request, await readMembers(request), bases, { ...context, micromamba })
}

test('all environments and platforms are solved from one download of each index; what defaults is is said once', async () => {
  const locked = await lock({ condarc: `default_channels: ["${channel.url}"]` })
  expect(locked.flat().map(({ result }) => result.file)).toEqual([
    'one.linux-64.lock',
    'two.linux-64.lock',
    'one.linux-aarch64.lock',
    'two.linux-aarch64.lock',
  ])
  for (const { result } of locked.flat()) {
    const text = await readFile(join(workspace, result.file), 'utf8')
    expect(text).toContain(`@EXPLICIT\n${channel.url}/noarch/tool-1.0-0.conda#sha256:`)
    expect(text).toContain('# channel: defaults\n')
  }
  expect(channel.requests.map(({ path }) => path).sort()).toEqual([
    '/linux-64/repodata.json',
    '/linux-aarch64/repodata.json',
    '/noarch/repodata.json',
  ])
  const sentence = `The channel 'defaults' is ${channel.url} here, as the condarc says. Its terms of service are for you to judge.`
  expect(log.split(sentence)).toHaveLength(2)
  expect(log.match(/micromamba solved \S+ for \S+ in \d+\.\d s/g)).toHaveLength(4)
})

test('when one of them cannot be solved nothing is under way any more, and the error is its', async () => {
  await writeFile(join(workspace, 'two.yaml'), 'channels: [defaults]\ndependencies: [missing]\n')
  await expect(lock({ condarc: `default_channels: ["${channel.url}"]` })).rejects.toThrow(
    /two.yaml: it cannot be solved for linux-/,
  )
})

test('each environment has the pylock.toml of its name, on all platforms', async () => {
  for (const name of ['one', 'two']) {
    for (const subdir of ['linux-64', 'linux-aarch64']) {
      const python = `https://conda.example/c/${subdir}/python-3.12.4-0.conda#${'ab'.repeat(32)}`
      await writeFile(join(workspace, `${name}.${subdir}.lock`), `@EXPLICIT\n${python}\n`)
    }
  }
  const wheels = wheelsOf(
    'tower',
    ...['x86_64', 'aarch64'].map((machine) => `tower-1-cp312-cp312-manylinux_2_28_${machine}.whl`),
  )
  await writeFile(join(workspace, 'pylock.one.toml'), pylock(wheels))
  await writeFile(join(workspace, 'pylock.two.toml'), pylock('packages = []'))
  const files = (companion: string) => ({
    'lock-mode': 'frozen',
    'lock-file': `{name}.{platform}.lock\n${companion}`,
    'virtual-packages': '__glibc=2.36',
  })
  const locked = await lock(files('pylock.{name}.toml'))
  expect(
    locked.map((ofPlatform) =>
      ofPlatform.map(({ result: { companion }, resolved }) => [
        companion,
        resolved.lock.wheels.map(({ url }) => url.replace(/^.*_/, '')),
      ]),
    ),
  ).toEqual([
    [
      ['pylock.one.toml', ['64.whl']],
      ['pylock.two.toml', []],
    ],
    [
      ['pylock.one.toml', ['aarch64.whl']],
      ['pylock.two.toml', []],
    ],
  ])
  expect(log).toContain('one.linux-64.lock: used as it is, with pylock.one.toml, 1 package, 1 wheel')
  await expect(lock(files('pylock.toml'))).rejects.toThrow(
    /one\.yaml and two\.yaml would have one lockfile, 'pylock\.toml'\n.*'pylock\.\{name\}\.toml'/,
  )
})
