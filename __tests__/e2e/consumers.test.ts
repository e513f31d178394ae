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

test("upstream's recipe adds micromamba to another image, out of one of ours", async () => {
  const { exitCode, log } = await job.run({ tags: 'consumers:recipe' })
  expect(exitCode === 0 || log).toBe(true)
  const scripts = [
    '_activate_current_env.sh',
    '_dockerfile_shell.sh',
    '_entrypoint.sh',
    '_dockerfile_initialize_user_accounts.sh',
    '_dockerfile_setup_root_prefix.sh',
  ].map((name) => `/usr/local/bin/${name}`)
  const dockerfile = [
    'FROM consumers:recipe AS micromamba',
    `FROM ${world.base.reference}`,
    'USER root',
    'ARG MAMBA_USER=analyst MAMBA_USER_ID=1234 MAMBA_USER_GID=1235',
    'ENV MAMBA_USER=$MAMBA_USER MAMBA_ROOT_PREFIX=/opt/conda MAMBA_EXE=/bin/micromamba',
    ...['/bin/micromamba', ...scripts].map((path) => `COPY --from=micromamba ${path} ${path}`),
    'RUN _dockerfile_initialize_user_accounts.sh && _dockerfile_setup_root_prefix.sh',
    'USER $MAMBA_USER',
    'SHELL ["/usr/local/bin/_dockerfile_shell.sh"]',
    'ENTRYPOINT ["/usr/local/bin/_entrypoint.sh"]',
    'ARG MAMBA_DOCKERFILE_ACTIVATE=1',
    'RUN echo "$CONDA_PREFIX $(id)" > /tmp/built',
    '',
  ].join('\n')
  const built = await docker(['build', '--quiet', '--network=none', '-'], { input: dockerfile })
  expect(built.code === 0 || built.stderr).toBe(true)
  const ask =
    'cat /tmp/built; touch /opt/conda/conda-meta/x /opt/conda/y ~/z && echo "$CONDA_PREFIX $HOME $(id -u)"; cat /etc/arg_mamba_user'
  const words = ['run', '--rm', '--network=none', '--user=1001:1001', built.stdout.trim(), 'bash', '-c', ask]
  expect(await docker(words)).toMatchObject({
    code: 0,
    stdout:
      '/opt/conda uid=1234(analyst) gid=1235(analyst) groups=1235(analyst)\n/opt/conda /home/analyst 1001\nanalyst\n',
  })
})
