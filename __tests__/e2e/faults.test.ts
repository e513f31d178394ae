import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { minimalDebian, pushImage } from '../world/base.ts'
import { mountSmallDisk } from '../world/small-disk.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

/** What goes wrong around a job, or looks as if it would. */

const parts = { channel: {}, releases: {}, registry: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job

beforeAll(async () => {
  world = await startWorld(parts)
  job = await createJob(world.inputs, world.environment)
  await job.write('env.yaml', environmentFile(world.channel.url, ['tiny']))
  await job.write('large.yaml', environmentFile(world.channel.url, ['python']))
  await job.write('site/index.html', '<h1>hello</h1>')
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

test('copy: . beside output: the image does not hold the last one, and stays the same', async () => {
  const inputs = { copy: '.:/srv/app', output: 'out/image.tar' }
  const digests: (string | undefined)[] = []
  // The first run writes the lockfile, which is part of the workspace.
  await job.run({ output: 'out/image.tar' })
  for (let time = 0; time < 3; time++) {
    const { exitCode, outputs, log } = await job.run(inputs)
    expect(exitCode === 0 || log).toBe(true)
    digests.push(outputs['digest'])
  }
  expect(new Set(digests).size).toBe(1)
})

test("a base's ONBUILD is named in the log, and not in the image", async () => {
  const config = { Env: ['PATH=/usr/bin:/bin'], OnBuild: ['COPY . /app', 'RUN make'] }
  const base = await pushImage(world.registry, 'onbuild:1', { layers: [await minimalDebian()], config })
  const { exitCode, outputs, log } = await job.run({
    'base-image': base.reference,
    'lock-file': 'onbuild.lock',
    output: 'onbuild',
  })
  expect(exitCode === 0 || log).toBe(true)
  expect(log).toContain('has ONBUILD, which is not run and not in the image: COPY . /app; RUN make')
  const file = join(job.workspace, 'onbuild/blobs', (outputs['imageid'] ?? '').replace(':', '/'))
  expect(JSON.parse(await readFile(file, 'utf8'))).not.toHaveProperty('config.OnBuild')
})

test('a full disk: which, and how much was needed; nobody is asked to report a bug', async () => {
  const disk = await mountSmallDisk('1M')
  try {
    const { exitCode, log } = await job.run(
      { 'environment-file': 'large.yaml', output: 'large.tar' },
      { RUNNER_TEMP: join(disk.path, 'temp') },
    )
    expect(exitCode).toBe(1)
    expect(log).toMatch(/there is no room left for '.*' \(in RUNNER_TEMP\): .* of 1\.05 MB are free/)
    expect(log).not.toContain('this is a bug')
  } finally {
    await disk.remove()
  }
})

test('a place for the layout that is read-only', async () => {
  const disk = await mountSmallDisk('8M')
  try {
    await mkdir(join(disk.path, 'images'))
    await disk.seal()
    const { exitCode, log } = await job.run({ output: join(disk.path, 'images/image.tar') })
    expect(exitCode).toBe(1)
    expect(log).toMatch(/image\.tar: the layout cannot be written: .*read-only/)
    expect(log).not.toContain('this is a bug')
  } finally {
    await disk.remove()
  }
})
