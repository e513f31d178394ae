import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { runJob, type ActionOutcome } from '../../script/lib/runner.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, cache: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job

beforeAll(async () => {
  world = await startWorld(parts)
  job = await createJob(world.inputs, world.environment)
  await job.write('first.yaml', environmentFile(world.channel.url, ['tiny', 'activation']))
  await job.write('second.yaml', environmentFile(world.channel.url, ['tiny', 'variables']))
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

/** A job with a step for each environment, its post steps in the reverse order. */
async function runBoth(): Promise<ActionOutcome[]> {
  const outcomes = await runJob(
    ['first', 'second'].map((name) => ({
      inputs: { ...world.inputs, 'environment-file': `${name}.yaml`, output: `${name}.tar` },
      environment: world.environment,
      workspace: job.workspace,
    })),
  )
  for (const { exitCode, log } of outcomes) expect(exitCode === 0 || log).toBe(true)
  return outcomes
}

const archives = () => world.channel.requests.filter(({ path }) => /\.(conda|tar\.bz2)$/.test(path)).length

test('two uses in one job save their archives each, all of them', async () => {
  const saved = await runBoth()
  const keys = saved.map(({ outputs }) => outputs['cache-primary-key'])
  expect(new Set(keys).size).toBe(2)
  expect(world.cache.entries.map(({ key }) => key).sort()).toEqual(keys.toSorted())
  for (const { log } of saved) expect(log).toMatch(/Saved 2 package archives/)

  const before = archives()
  const found = await runBoth()
  expect(found.map(({ outputs }) => outputs['cache-matched-key'])).toEqual(keys)
  expect(found.map(({ outputs }) => outputs['cache-hit'])).toEqual(['true', 'true'])
  expect(archives()).toBe(before)
})

test('each entry by itself has all that its lock needs', async () => {
  await rm(join(job.workspace, 'first.tar'))
  const before = archives()
  const { outputs, log } = await job.run({ 'environment-file': 'first.yaml', output: 'first.tar' })
  expect(outputs['cache-hit'] === 'true' || log).toBe(true)
  expect(archives()).toBe(before)
})
