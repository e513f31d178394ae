import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { checkContract, type Activation } from '../../script/lib/contract.ts'
import { consumers } from '../../script/lib/contract-consumers.ts'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, engine: {}, base: { system: 'debian' } } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  job = await createJob({ ...world.inputs, load: 'true' }, world.environment)
  // An activation script that is careless, for shells that have options on.
  await job.write('env.yaml', environmentFile(world.channel.url, ['activation', 'activation-careless']))
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

describe.each<Activation>(['entrypoint', 'everywhere'])(
  'an image with activation: %s works as documented',
  (activation) => {
    const image = `consumers:${activation}`

    beforeAll(async () => {
      const { exitCode, log } = await job.run({ activation, tags: image })
      expect(exitCode === 0 || log).toBe(true)
    })

    test.each(Object.keys(consumers))('under %s', async (name) => {
      const problems: string[] = []
      for await (const { row, problem } of checkContract(docker, image, activation, [name])) {
        if (problem !== undefined) problems.push(`${row}: ${problem}`)
      }
      expect(problems).toEqual([])
    })
  },
)
