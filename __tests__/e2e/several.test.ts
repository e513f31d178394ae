import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { pushBaseOfBoth } from '../world/base.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, engine: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  job = await createJob(world.inputs, world.environment)
  await job.write('env.yaml', environmentFile(world.channel.url, ['tiny', 'activation']))
  await job.write(
    'analysis.yaml',
    environmentFile(world.channel.url, ['python', 'hello'], 'variables:\n  STUDY: one\n').replace(
      'base',
      'analysis',
    ),
  )
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

const pushes = () => world.registry.requests.filter(({ method }) => method === 'PUT').length

test('several environments live in one image, and ENV_NAME chooses', async () => {
  const { exitCode, log, outputs } = await job.run({
    'environment-file': 'env.yaml\nanalysis.yaml',
    tags: 'app:several',
    load: 'true',
  })
  expect(exitCode === 0 || log).toBe(true)
  expect(outputs['lock-file']).toBe('env.linux-64.lock\nanalysis.linux-64.lock')
  const asked = async (...options: string[]) =>
    docker([
      'run',
      '--rm',
      ...options,
      'app:several',
      'bash',
      '-c',
      'echo "$CONDA_DEFAULT_ENV $CONDA_PREFIX $STUDY"',
    ])
  expect((await asked()).stdout).toBe('base /opt/conda \n')
  expect((await asked('--env', 'ENV_NAME=analysis')).stdout).toBe('analysis /opt/conda/envs/analysis one\n')
  const hello = await docker(['run', '--rm', '--env', 'ENV_NAME=analysis', 'app:several', 'hello'])
  expect(hello.stdout).toContain('in /opt/conda/envs/analysis.')
})

test('environment-name chooses the one that is active by default, and has to be one of them', async () => {
  const files = 'env.yaml\nanalysis.yaml'
  const { exitCode, log } = await job.run({
    'environment-file': files,
    'environment-name': 'analysis',
    tags: 'app:named',
    load: 'true',
  })
  expect(exitCode === 0 || log).toBe(true)
  const { stdout } = await docker([
    'run',
    '--rm',
    'app:named',
    'python',
    '-c',
    'import sys; print(sys.prefix)',
  ])
  expect(stdout).toBe('/opt/conda/envs/analysis\n')
  const refused = await job.run({ 'environment-file': files, 'environment-name': 'other' })
  expect(refused.exitCode).toBe(1)
  expect(refused.log).toContain('There are base, analysis.')
})

test('packages without a file, and added to one', async () => {
  const alone = await createJob({ ...world.inputs, tags: 'app:packages', load: 'true' }, world.environment)
  try {
    const inputs = { packages: 'python\nhello >=1.0,<1.1', channels: world.channel.url }
    const first = await alone.run(inputs)
    expect(first.exitCode === 0 || first.log).toBe(true)
    expect(first.outputs['lock-file']).toBe('env.linux-64.lock')
    expect((await docker(['run', '--rm', 'app:packages', 'hello'])).stdout).toContain('hello 1.0.0')
    const again = await alone.run({ ...inputs, 'lock-mode': 'locked' })
    expect(again.outputs['digest']).toBe(first.outputs['digest'])
  } finally {
    await alone.remove()
  }
})

test('a platform that the base does not have is refused before anything is pushed', async () => {
  const before = pushes()
  const { exitCode, log } = await job.run({
    platforms: 'linux/amd64,linux/arm64',
    tags: `${world.registry.host}/app:half`,
    push: 'true',
  })
  expect(exitCode).toBe(1)
  expect(log).toContain('linux/arm64')
  expect(pushes()).toBe(before)
})

test('platforms made in jobs of their own are pushed by digest and merged: the same digest as in one job', async () => {
  const inputs = {
    'base-image': (await pushBaseOfBoth(world.registry)).reference,
    'environment-file': 'env.yaml',
  }
  const name = `${world.registry.host}/merged`
  const images: string[] = []
  for (const platforms of ['linux/amd64', 'linux/arm64']) {
    const { exitCode, log, outputs } = await job.run({
      ...inputs,
      platforms,
      tags: name,
      'push-by-digest': 'true',
    })
    expect(exitCode === 0 || log).toBe(true)
    images.push(outputs['image'] ?? '')
  }
  // What is for making images means nothing here; an empty input is one that is not given.
  const unset = Object.fromEntries(Object.keys(world.inputs).map((input) => [input, '']))
  const merging = {
    ...unset,
    merge: images.join('\n'),
    tags: `${name}:1`,
    platforms: 'linux/amd64,linux/arm64',
  }
  const before = pushes()
  const tried = await job.run(merging)
  expect(tried.exitCode === 0 || tried.log).toBe(true)
  expect(pushes()).toBe(before)
  const merged = await job.run({ ...merging, push: 'true' })
  expect(merged.exitCode === 0 || merged.log).toBe(true)
  expect(merged.outputs['digest']).toBe(tried.outputs['digest'])
  const both = await job.run({
    ...inputs,
    platforms: 'linux/amd64,linux/arm64',
    tags: `${name}:2`,
    push: 'true',
  })
  expect(merged.outputs['digest']).toBe(both.outputs['digest'])
})
