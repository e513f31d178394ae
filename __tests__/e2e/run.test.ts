import { afterAll, beforeAll, expect, test } from '@jest/globals'
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

beforeAll(async () => {
  world = await startWorld(parts)
  job = await createJob({ ...world.inputs, push: 'true' }, world.environment)
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

async function make(
  name: string,
  dependencies: readonly string[],
  inputs: Readonly<Record<string, string>> = {},
) {
  await job.write('env.yaml', environmentFile(world.channel.url, dependencies))
  return job.run({ tags: `${world.registry.host}/${name}`, ...inputs })
}

test('commands run on top of everything', async () => {
  const first = await make('run:1', ['python'], {
    run: 'python -c "print(6 * 7)" > /opt/conda/answer\nid > /opt/conda/who; env > /opt/conda/env; pwd',
  })
  console.log(first.log)
  expect(first.exitCode).toBe(0)
})

test('link scripts', async () => {
  const first = await make('scripts:1', [
    'graphviz',
    'script-reads',
    'script-prints',
    'script-outside',
    'script-removes',
  ])
  console.log(first.log)
  expect(first.exitCode).toBe(0)
})
