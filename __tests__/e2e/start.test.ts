import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, engine: {}, base: { micromamba: true } } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  job = await createJob({ ...world.inputs, tags: 'app:start', load: 'true' }, world.environment)
  await job.write(
    'env.yaml',
    environmentFile(world.channel.url, ['tiny', 'activation'], 'variables:\n  my_var: hello\n'),
  )
  await mkdir(join(job.workspace, 'app/data'), { recursive: true })
  await writeFile(
    join(job.workspace, 'app/run.sh'),
    '#!/bin/sh\necho "$PWD|$CONDA_PREFIX|$MY_VAR|$COLOUR|$*"\n',
    { mode: 0o755 },
  )
  await writeFile(join(job.workspace, 'app/data/secret.key'), 'secret')
  await writeFile(join(job.workspace, '.dockerignore'), '**/*.key\n')
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

test('an image with an application, loaded into the engine, starts as it was asked to', async () => {
  const { exitCode, log, outputs } = await job.run({
    copy: 'app:/srv/app',
    workdir: '/srv',
    entrypoint: '/srv/app/run.sh "two words"',
    cmd: '["argument"]',
    env: 'COLOUR=blue',
    expose: '8000',
    labels: 'org.example.team=data',
  })
  expect(exitCode === 0 || log).toBe(true)
  expect(outputs['digest']).toMatch(/^sha256:/)
  const started = await docker(['run', '--rm', 'app:start'])
  expect(started).toMatchObject({ code: 0, stdout: '/srv|/opt/conda|hello|blue|two words argument\n' })
  const listed = await docker([
    'run',
    '--rm',
    '--entrypoint',
    '/bin/ls',
    'app:start',
    '-A',
    '/srv/app',
    '/srv/app/data',
  ])
  expect(listed.stdout).not.toContain('secret')
  const inspected = await docker(['image', 'inspect', '--format', '{{json .Config}}', 'app:start'])
  expect(JSON.parse(inspected.stdout)).toMatchObject({
    ExposedPorts: { '8000/tcp': {} },
    Labels: { 'org.example.team': 'data' },
    Entrypoint: ['/usr/local/bin/_entrypoint.sh', '/srv/app/run.sh', 'two words'],
  })
})

test('a change of the application changes its layer and no other', async () => {
  const layersOf = async () => {
    const { outputs, exitCode, log } = await job.run({ copy: 'app:/srv/app' })
    expect(exitCode === 0 || log).toBe(true)
    const metadata = JSON.parse(outputs['metadata'] ?? '') as {
      'micromamba-image': { images: { layers: { digest: string }[] }[] }
    }
    return metadata['micromamba-image'].images[0]?.layers.map(({ digest }) => digest) ?? []
  }
  const before = await layersOf()
  await writeFile(join(job.workspace, 'app/new.txt'), 'new')
  const after = await layersOf()
  expect(after.slice(0, -1)).toEqual(before.slice(0, -1))
  expect(after.at(-1)).not.toBe(before.at(-1))
})
