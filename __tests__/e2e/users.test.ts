import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { checkContract } from '../../script/lib/contract.ts'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { debianBase, pushBase } from '../world/base.ts'
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
let plain: string

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  const rootfs = await debianBase()
  plain = (await pushBase(world.registry, 'library/debian:plain', { rootfs })).reference
  job = await createJob({ ...world.inputs, load: 'true' }, world.environment)
  await job.write('env.yaml', environmentFile(world.channel.url, ['tiny']))
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

const made = async (tags: string, inputs: Readonly<Record<string, string>>): Promise<string> => {
  // The two bases would change each other's lockfile.
  const { exitCode, log } = await job.run({ tags, 'lock-file': `${tags.replace(':', '-')}.lock`, ...inputs })
  expect(exitCode === 0 || log).toBe(true)
  return tags
}

/** Without a network, of which the engine has something to say on machines that forward no packets. */
const said = async (image: string, script: string, ...options: string[]): Promise<string> => {
  const command = ['run', '--rm', '--network=none', ...options, image, 'bash', '-c', script]
  const { stdout, stderr } = await docker(command)
  return (stdout + stderr).trim()
}

const userOf = async (image: string): Promise<string> =>
  (await docker(['image', 'inspect', '--format', '{{.Config.User}}', image])).stdout.trim()

const problems = async (image: string): Promise<string[]> => {
  const found: string[] = []
  for await (const { row, problem } of checkContract(docker, image)) {
    if (problem !== undefined) found.push(`${row}: ${problem}`)
  }
  return found
}

const whoAmI = 'echo "$(id -un) $(id -u):$(id -g) $HOME $MAMBA_USER $MAMBA_USER_ID:$MAMBA_USER_GID"'

test('the user of a micromamba base is renamed, and the image keeps the contract', async () => {
  const image = await made('users:renamed', { user: 'analyst:1234:1235' })
  expect(await said(image, whoAmI)).toBe('analyst 1234:1235 /home/analyst analyst 1234:1235')
  expect(await userOf(image)).toBe('analyst')
  const files = '/etc/passwd /etc/group /etc/shadow'
  expect(
    await said(
      image,
      `grep -h mambauser ${files}; ls /home; stat -c %u:%g /opt/conda /home/analyst`,
      '--user=0',
    ),
  ).toBe('analyst\n1234:1235\n1234:1235')
  expect(await problems(image)).toEqual([])
})

test('a base without micromamba gets the user by the name that was given', async () => {
  const image = await made('users:named', { 'base-image': plain, user: 'analyst' })
  expect(await said(image, whoAmI)).toBe('analyst 57439:57439 /home/analyst analyst 57439:57439')
  expect(await problems(image)).toEqual([])
})

test('a user that is numbers only is one by number in the config, which Kubernetes can tell from root', async () => {
  const image = await made('users:numbers', { user: '1000:1001' })
  expect(await userOf(image)).toBe('1000')
  expect(await said(image, whoAmI)).toBe('mambauser 1000:1001 /home/mambauser mambauser 1000:1001')
  expect(await said(image, 'touch ~/mine && stat -c %u:%g ~ ~/.bashrc ~/mine | uniq')).toBe('1000:1001')
  expect(await problems(image)).toEqual([])
})

test('user-numeric gives the number of a user with a name', async () => {
  const image = await made('users:numeric', { user: 'analyst', 'user-numeric': 'true' })
  expect(await userOf(image)).toBe('57439')
  expect(await said(image, 'id -un')).toBe('analyst')
})

test('group-writable: any uid with the group 0 can write in the prefix, which others cannot', async () => {
  const image = await made('users:group', { 'group-writable': 'true' })
  const script =
    'set -e; cd "$CONDA_PREFIX"; touch conda-meta/mine; for f in $(find . -type f); do echo >> $f; done; echo yes'
  expect(await said(image, script, '--user=123456:0')).toBe('yes')
  expect(await said(image, script, '--user=123456:123456')).toMatch(/Permission denied/)
  expect(await problems(image)).toEqual([])
})

test('a user whose number is taken is refused, saying by whom', async () => {
  const { exitCode, log, outputs } = await job.run({ user: 'analyst:33', output: 'refused' })
  expect(exitCode).not.toBe(0)
  expect(log).toMatch(/'user'.*user 'www-data' \(33:33\).*analyst \(33:33\)/)
  expect(outputs['digest']).toBeUndefined()
})
