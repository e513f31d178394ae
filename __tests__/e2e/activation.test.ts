import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
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
  await job.write('other.yaml', environmentFile(world.channel.url, ['tiny']).replace('base', 'other'))
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

const made = async (activation: Activation): Promise<string> => {
  const tags = `app:${activation}`
  const { exitCode, log } = await job.run({ 'environment-file': 'env.yaml\nother.yaml', activation, tags })
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
  expect(await problems(await made('everywhere'), 'everywhere')).toEqual([])
})

test('none: nothing is active but interactive shells', async () => {
  expect(await problems(await made('none'), 'none')).toEqual([])
})

describe('everywhere: processes that the entrypoint did not start run what the environment has', () => {
  const image = 'app:python'
  const prefix = ['-c', 'import sys; print(sys.prefix)']

  beforeAll(async () => {
    await job.write('python.yaml', environmentFile(world.channel.url, ['python']))
    const inputs = { 'environment-file': 'python.yaml', activation: 'everywhere', tags: image }
    const { exitCode, log } = await job.run(inputs)
    expect(exitCode === 0 || log).toBe(true)
  })

  test('a program in the place of the entrypoint, as Kubernetes starts one that `command` names', async () => {
    const { stdout } = await docker([
      'run',
      '--rm',
      '--network=none',
      '--entrypoint=python',
      image,
      ...prefix,
    ])
    expect(stdout).toBe('/opt/conda\n')
  })

  test('docker exec and a HEALTHCHECK', async () => {
    const check = 'HEALTHCHECK --interval=1s CMD ["python", "-c", "import sys; print(sys.prefix)"]'
    const built = await docker(['build', '--quiet', '-'], { input: `FROM ${image}\n${check}\n` })
    const start = ['run', '--detach', '--network=none', built.stdout.trim(), 'sleep', '60']
    const id = (await docker(start)).stdout.trim()
    try {
      expect((await docker(['exec', id, 'python', ...prefix])).stdout).toBe('/opt/conda\n')
      const health = async () =>
        (await docker(['inspect', '--format={{.State.Health.Status}}', id])).stdout.trim()
      while ((await health()) === 'starting') await new Promise((resolve) => setTimeout(resolve, 200))
      expect(await health()).toBe('healthy')
    } finally {
      await docker(['rm', '--force', id])
    }
  })
})

test.each<Activation>(['entrypoint', 'everywhere'])(
  '%s: an activation script that fails is named, and the container starts',
  async (activation) => {
    const specs = ['activation', 'activation-failing', 'activation-careless']
    await job.write('failing.yaml', environmentFile(world.channel.url, specs))
    const tags = `failing:${activation}`
    const { exitCode, log } = await job.run({ 'environment-file': 'failing.yaml', activation, tags })
    expect(exitCode === 0 || log).toBe(true)
    const said = 'echo "$ACTIVATION_HOME $CARELESS $FAILING_BEFORE"'
    const { code, stdout, stderr } = await docker(['run', '--rm', '--network=none', tags, 'bash', '-c', said])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/opt/conda/share/activation activated set\n' })
    expect(stderr).toMatch(/warning: the activation script \/opt\/conda\/.*\/failing\.sh failed with 3/)
    expect(stderr).not.toContain('careless.sh failed')
  },
)
