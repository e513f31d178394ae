import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { checkContract, type Activation } from '../../script/lib/contract.ts'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = {
  channel: {},
  releases: {},
  registry: {},
  engine: {},
  base: { system: 'debian', micromamba: true },
} as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  job = await createJob({ ...world.inputs, load: 'true' }, world.environment)
  await job.write(
    'env.yaml',
    environmentFile(world.channel.url, ['activation', 'variables'], 'variables:\n  own: mine\n'),
  )
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

const made = async (activation: Activation): Promise<string> => {
  const tags = `app:${activation}`
  const { exitCode, log } = await job.run({ activation, tags })
  expect(exitCode === 0 || log).toBe(true)
  return tags
}

const problems = async (image: string, activation: Activation): Promise<string[]> => {
  const found: string[] = []
  for await (const { row, problem } of checkContract(docker, image, activation)) {
    if (problem !== undefined) found.push(`${row}: ${problem}`)
  }
  return found
}

/** What a process has that the entrypoint started, and one that it did not start; without what differs by itself. */
const variablesOf = async (image: string, ...options: string[]): Promise<Record<string, string>> => {
  const { stdout } = await docker([
    'run',
    '--rm',
    ...options,
    image,
    ...(options.length > 0 ? ['-0'] : ['env', '-0']),
  ])
  const pairs = stdout
    .split('\0')
    .filter((pair) => pair !== '' && !/^(_|HOSTNAME|SHLVL|PWD|HOME|USER|OLDPWD)=/.test(pair))
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}

test('everywhere: a process that nothing activated for has what activation exports', async () => {
  const everywhere = await made('everywhere')
  const entrypoint = await made('entrypoint')
  const active = await variablesOf(entrypoint)
  expect(active).toMatchObject({ CONDA_PREFIX: '/opt/conda', OWN: 'mine' })
  const ambient = await variablesOf(everywhere, '--entrypoint', '/usr/bin/env')
  const exported = Object.entries(active).filter(([name]) => !name.startsWith('__CONDA_SHLVL_'))
  expect(ambient).toMatchObject(Object.fromEntries(exported))
})

test('everywhere: the contract with docker exec and RUN active', async () => {
  const rows = await problems(await made('everywhere'), 'everywhere')
  // What stands in ENV is there whatever MAMBA_SKIP_ACTIVATE says.
  expect(rows.filter((row) => !row.startsWith('MAMBA_SKIP_ACTIVATE=1'))).toEqual([])
})

test('none: nothing is active but interactive shells', async () => {
  expect(await problems(await made('none'), 'none')).toEqual([])
})
