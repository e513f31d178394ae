import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { checkContract } from '../../script/lib/contract.ts'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

/** Images in whose root prefix conda itself is installed, or what stands in for it. */

const parts = { channel: {}, releases: {}, registry: {}, engine: {}, base: { micromamba: true } } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  job = await createJob({ ...world.inputs, tags: 'app:conda', load: 'true' }, world.environment)
  await job.write('env.yaml', environmentFile(world.channel.url, ['conda-stand-in', 'activation']))
  await job.write(
    'other.yaml',
    environmentFile(world.channel.url, ['tiny'], 'variables:\n  OTHER: yes\n').replace('base', 'other'),
  )
  const { exitCode, log } = await job.run({ 'environment-file': 'env.yaml\nother.yaml' })
  expect(exitCode === 0 || log).toBe(true)
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

const run = ['run', '--rm', '--network=none'] as const
const state = 'echo "<$CONDA_DEFAULT_ENV $CONDA_PREFIX $CONDA_SHLVL ${OTHER-none}>"'
const change = `${state}; conda activate other; ${state}; conda deactivate; ${state}`
const changed = [
  '<base /opt/conda 1 none>',
  '<other /opt/conda/envs/other 2 yes>',
  '<base /opt/conda 1 none>',
]

test('conda activate in a command', async () => {
  const { code, stdout, stderr } = await docker([...run, 'app:conda', 'bash', '-c', `set -eu; ${change}`])
  expect({ code, stderr, lines: stdout.trim().split('\n') }).toEqual({ code: 0, stderr: '', lines: changed })
})

test.each([
  ['that the entrypoint started', []],
  ['without it', ['--entrypoint', '/bin/bash']],
])('conda activate in an interactive shell %s', async (_, options) => {
  const command = [...run, '-it', ...options, 'app:conda']
  const { stdout } = await docker.typed(command, `${change}\nexit\n`)
  // What is typed comes back too, with its dollars.
  expect(stdout.match(/<[^<>$]*>/g)).toEqual(changed)
})

test('conda activate in a RUN step', async () => {
  const dockerfile = `FROM app:conda\nARG MAMBA_DOCKERFILE_ACTIVATE=1\nRUN { ${change}; } > /tmp/answer\n`
  const {
    code,
    stdout: id,
    stderr,
  } = await docker(['build', '--quiet', '--network=none', '-'], {
    input: dockerfile,
  })
  expect(code === 0 || stderr).toBe(true)
  const { stdout } = await docker([...run, id.trim(), 'cat', '/tmp/answer'])
  expect(stdout.trim().split('\n')).toEqual(changed)
})

test('the conda of the root prefix serves an environment that has none', async () => {
  const back = `${state}; conda activate base; ${state}`
  const { stdout } = await docker([...run, '--env=ENV_NAME=other', 'app:conda', 'bash', '-c', back])
  expect(stdout).toBe('<other /opt/conda/envs/other 1 yes>\n<base /opt/conda 2 none>\n')
})

test('conda itself is on the PATH, and says what conda says to a shell that has no function', async () => {
  const { stderr } = await docker([...run, 'app:conda', 'conda', 'activate', 'other'])
  expect(stderr).toContain('CondaError')
})

test('the contract holds', async () => {
  const problems: string[] = []
  for await (const { row, problem } of checkContract(docker, 'app:conda')) {
    if (problem !== undefined) problems.push(`${row}: ${problem}`)
  }
  expect(problems).toEqual([])
})
