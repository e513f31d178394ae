import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pushBaseOfBoth } from '../world/base.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job

beforeAll(async () => {
  world = await startWorld(parts)
  job = await createJob({ ...world.inputs, output: 'layout', 'compile-pyc': 'false' }, world.environment)
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

const write = (...dependencies: string[]) =>
  job.write('env.yaml', environmentFile(world.channel.url, dependencies))

async function run(inputs: Readonly<Record<string, string>> = {}) {
  const outcome = await job.run(inputs)
  expect(outcome.exitCode === 0 || outcome.log).toBe(true)
  return { ...outcome, diff: outcome.outputs['lock-diff'] }
}

describe('what changed in a lock', () => {
  test('is said in the output lock-diff, in the log and in the job summary, with sizes and who needs what', async () => {
    await write('hello <1.1', 'tiny <2')
    expect((await run()).diff).toBe('')
    await write('hello', 'tiny', 'requests')
    const { diff = '', log, summary } = await run()
    expect(diff).toMatch(
      /^\*\*2 upgraded, \d+ added; `tiny` `1\.1` → `2\.0`, `hello` `1\.0\.0` → `1\.1\.0`, `requests` `2\.28\.1`; \+[\d.]+ [kM]B\*\*$/m,
    )
    expect(diff.replaceAll('\u00a0', ' ')).toMatch(
      /^\| `hello` \| upgrade \| `1\.0\.0` \| `1\.1\.0` \| [+−±].* \| \*asked for\* \|$/m,
    )
    expect(diff).toMatch(/^\| `urllib3` \| new \| `1\.26\.12` \| .* \| `requests` \|$/m)
    expect(diff).toMatch(/^- Whoever has the image pulls again \d+ of \d+ layers, about /m)
    expect(log).toMatch(/Against the lock before: 2 upgraded, .*hello 1\.0\.0 → 1\.1\.0/)
    expect(summary).toContain(diff)
  })

  test('is told once where it is the same on both platforms', async () => {
    const inputs = {
      platforms: 'linux/amd64,linux/arm64',
      'base-image': (await pushBaseOfBoth(world.registry)).reference,
    }
    await write('tiny <2')
    await run(inputs)
    await write('tiny')
    const { diff = '' } = await run(inputs)
    expect(diff).toMatch(/^\*\*1 upgraded; `tiny` `1\.1` → `2\.0`;/m)
    expect(diff.match(/^\| `tiny`/gm)).toHaveLength(1)
  })
})

test('the summary begins with a line that says it all, and shows where the megabytes are', async () => {
  await write('tiny')
  const { summary } = await run()
  expect(summary).toMatch(
    /^<h2>Container image<\/h2>\s+\*\*\d+ of \d+ layers are new, \d+ reused, [\d.]+ s\*\*\s+`sha256:/,
  )
  expect(summary).toContain('```mermaid\npie showData')
})

describe('update-only', () => {
  const versions = async () => {
    const lock = await readFile(join(job.workspace, 'env.linux-64.lock'), 'utf8')
    return [...lock.matchAll(/\/(hello|tiny|requests|python)-([\d.]+)-/g)]
      .map(([, name, version]) => `${name} ${version}`)
      .sort()
  }
  test('changes what it names; all else stays, the base too', async () => {
    await write('hello <1.1', 'tiny <2')
    await run({ 'lock-mode': 'update' })
    await write('hello', 'tiny')
    const { diff = '', log } = await run({ 'lock-mode': 'update', 'update-only': 'tiny, no-such' })
    expect(await versions()).toEqual(['hello 1.0.0', 'python 3.11.2', 'tiny 2.0'])
    expect(diff).toMatch(/^\*\*1 upgraded; `tiny` `1\.1` → `2\.0`; /m)
    expect(log).toMatch(/^warning: update-only: no lockfile has no-such$/m)
  })
  test('what cannot stay is named', async () => {
    await write('hello >=1.1', 'tiny')
    const { diff = '', log } = await run({ 'lock-mode': 'update', 'update-only': 'tiny' })
    expect(await versions()).toEqual(['hello 1.1.0', 'python 3.11.2', 'tiny 2.0'])
    expect(log).toContain('These could not stay as they were: hello.')
    expect(diff).toContain('Could not stay as they were, though only others were to change: `hello`.')
  })
})

test('locked: what is stale stands at its line of env.yaml, with the command that mends it', async () => {
  await write('hello', 'tiny')
  await run({ 'lock-mode': 'update' })
  await write('hello >=1.1', 'tiny')
  const { exitCode, log } = await job.run({ 'lock-mode': 'locked', 'virtual-packages': '__glibc=2.40' })
  expect(exitCode).toBe(1)
  expect(log).toMatch(/^error: The lockfile is stale: .*\/env\.yaml:5: the spec 'hello>=1\.1' was 'hello'/m)
  expect(log).toMatch(
    /^error: The lockfile is stale: .*\/env\.yaml: the virtual package '__glibc=2\.40' is new/m,
  )
  expect(log).toContain(
    'script/run-action environment-file=env.yaml lock-mode=update platforms=linux/amd64 base-image=',
  )
  expect(log).toMatch(/ virtual-packages=__glibc=2\.40$/m)
})
