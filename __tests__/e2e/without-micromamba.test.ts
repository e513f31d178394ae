import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { pushMicromambaBase } from '../world/base.ts'
import { minimalDebian } from '../world/rootfs.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, engine: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  job = await createJob(
    { ...world.inputs, tags: 'app:without', load: 'true', micromamba: 'false' },
    world.environment,
  )
  await job.write('env.yaml', environmentFile(world.channel.url, ['tiny', 'activation']))
  await job.write(
    'other.yaml',
    environmentFile(world.channel.url, ['tiny'], 'variables:\n  OTHER: "yes"\n').replace('base', 'other'),
  )
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

async function build(inputs: Readonly<Record<string, string>> = {}) {
  const { exitCode, log, outputs } = await job.run({ 'environment-file': 'env.yaml\nother.yaml', ...inputs })
  expect(exitCode === 0 || log).toBe(true)
  return outputs
}

async function start(...words: string[]): Promise<string> {
  const { stdout, stderr } = await docker(['run', '--rm', '--network=none', ...words])
  return stdout + stderr
}

test('an image without micromamba activates each of its environments, and says that there is none', async () => {
  const outputs = await build({ activation: 'everywhere' })
  const ask = 'echo "$CONDA_PREFIX ${OTHER-no} ${MAMBA_EXE-none}"; ls /bin/micromamba'
  const gone = "ls: cannot access '/bin/micromamba': No such file or directory\n"
  expect(await start('app:without', 'bash', '-c', ask)).toBe(`/opt/conda no none\n${gone}`)
  const other = ['-e', 'CONDA_PREFIX=', '-e', 'ENV_NAME=other', 'app:without', 'bash', '-c', ask]
  expect(await start(...other)).toBe(`/opt/conda/envs/other yes none\n${gone}`)
  expect(await start('app:without', 'bash', '-ic', 'micromamba install x')).toContain(
    "error: 'micromamba install' cannot run: there is no /bin/micromamba in this image",
  )
  const { stdout } = await docker(['image', 'inspect', '--format', '{{json .Config.Labels}}', 'app:without'])
  expect(JSON.parse(stdout)).toMatchObject({ 'io.github.micromamba-image.micromamba': 'none' })

  const again = await build({ activation: 'everywhere' })
  expect(again['digest']).toBe(outputs['digest'])
  const usual = await build({ micromamba: '' })
  expect(usual['digest']).not.toBe(outputs['digest'])
  expect((await build({ micromamba: 'true' }))['digest']).toBe(usual['digest'])
})

test('a running container of the default activation changes environments by the entrypoint', async () => {
  await build()
  const change = 'env -u CONDA_PREFIX ENV_NAME=other _entrypoint.sh bash -c "echo $OTHER"'
  expect(await start('app:without', 'bash', '-c', change.replace('$OTHER', '\\$OTHER'))).toBe('yes\n')
})

test('a base that has a micromamba is refused', async () => {
  const rootfs = await minimalDebian()
  const micromamba = Buffer.from('#!/bin/bash\n')
  const { reference } = await pushMicromambaBase(world.registry, 'mamba:1', { rootfs, micromamba })
  const { exitCode, log } = await job.run({ 'base-image': reference, 'environment-file': 'env.yaml' })
  expect(exitCode).toBe(1)
  expect(log).toContain("input 'micromamba': the base has one, which every image on it has")
})
