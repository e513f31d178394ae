import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { pushDistroless } from '../world/distroless.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = {
  channel: { packages: 'with link scripts' },
  releases: {},
  registry: {},
  engine: {},
  base: {},
} as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine
let base: string

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  base = (await pushDistroless(world.registry, 'distroless/cc:1')).reference
  job = await createJob(
    { ...world.inputs, 'base-image': base, tags: 'app:small', load: 'true' },
    world.environment,
  )
  const { url } = world.channel
  await job.write(
    'env.yaml',
    environmentFile(url, ['python', 'requests', 'activation', 'variables'], 'variables:\n  my_var: hello\n'),
  )
  await job.write('tiny.yaml', environmentFile(url, ['tiny', 'activation']))
  await job.write('failing.yaml', environmentFile(url, ['tiny', 'activation', 'activation-failing']))
  await job.write('scripted.yaml', environmentFile(url, ['tiny', 'script-reads']))
  await job.write('printing.yaml', environmentFile(url, ['tiny', 'message']))
  await job.write(
    'app/run.py',
    'import os, sys\nprint(os.getcwd(), os.environ["CONDA_PREFIX"], *sys.argv[1:])\n',
  )
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

async function build(inputs: Readonly<Record<string, string>> = {}): Promise<string> {
  const { exitCode, log } = await job.run(inputs)
  expect(exitCode === 0 || log).toBe(true)
  return log
}

async function refused(inputs: Readonly<Record<string, string>>): Promise<string> {
  const { exitCode, log } = await job.run(inputs)
  expect(exitCode === 1 || log).toBe(true)
  return log
}

async function start(...words: string[]): Promise<string> {
  const { stdout, stderr } = await docker(['run', '--rm', '--network=none', ...words])
  return stdout + stderr
}

async function configOf(): Promise<Record<string, unknown>> {
  const { stdout } = await docker(['image', 'inspect', '--format', '{{json .Config}}', 'app:small'])
  return JSON.parse(stdout) as Record<string, unknown>
}

const program = `
import os, ssl, getpass, requests
names = ('CONDA_PREFIX', 'CONDA_DEFAULT_ENV', 'MY_VAR', 'ACTIVATION_HOME', 'VARIABLES_GREETING', 'MAMBA_EXE')
print(os.getuid(), *map(os.environ.get, names), ssl.create_default_context().cert_store_stats()['x509_ca'] > 50)
`
const active = "/opt/conda base hello /opt/conda/share/activation good day, it's me None True\n"

describe('python on a base of glibc alone', () => {
  beforeAll(() => build({ cmd: '["python", "-c", "print(1 + 1)"]', copy: 'app:/srv/app' }))

  test.each([
    ['by default', [], '57439'],
    ['as any uid', ['--user', '12345'], '12345'],
    ['as root', ['--user', 'root'], '0'],
    ['as another user of the base', ['--user', 'nonroot'], '65532'],
  ])('has the environment in containers that cannot be written to: %s', async (_, flags, uid) => {
    expect(await start('--read-only', ...flags, 'app:small', 'python', '-c', program)).toBe(
      `${uid} ${active}`,
    )
  })

  test('the lock says the glibc of the base', async () => {
    expect(await readFile(join(job.workspace, 'env.linux-64.lock'), 'utf8')).toContain(
      '# virtual-package: __glibc=2.36\n',
    )
  })

  test('runs as the command that was given, and knows its user', async () => {
    expect(await start('app:small')).toBe('2\n')
    const who =
      'import pwd, os, tempfile; print(pwd.getpwuid(os.getuid())[:7], os.environ["HOME"], tempfile.gettempdir())'
    expect(await start('app:small', 'python', '-c', who)).toBe(
      "('mambauser', 'x', 57439, 57439, '', '/home/mambauser', '/sbin/nologin') /home/mambauser /tmp\n",
    )
  })

  test('has it in docker exec', async () => {
    const sleep = ['python', '-c', 'import time; time.sleep(60)']
    const { stdout } = await docker(['run', '-d', '--rm', '--network=none', 'app:small', ...sleep])
    const id = stdout.trim()
    try {
      const answer = await docker(['exec', id, 'python', '-c', program])
      expect(answer.stdout + answer.stderr).toBe(`57439 ${active}`)
    } finally {
      await docker(['kill', id])
    }
  })

  test('has no shell, nothing of the wiring and no micromamba', async () => {
    expect(await configOf()).toMatchObject({
      User: 'mambauser',
      WorkingDir: '/tmp',
      Labels: { 'io.github.micromamba-image.micromamba': 'none' },
    })
    expect((await configOf())['Entrypoint'] ?? null).toBeNull()
    expect((await configOf())['Shell'] ?? null).toBeNull()
    const there =
      'import os; print([p for p in ("/bin", "/usr/local/bin", "/usr/local/lib/micromamba-image", "/etc/profile.d") for p in (os.listdir(p) if os.path.isdir(p) else [])])'
    expect(await start('app:small', 'python', '-c', there)).toBe('[]\n')
  })
})

test('entrypoint, command and directory are as they are given', async () => {
  await build({
    copy: 'app:/srv/app',
    workdir: '/srv',
    entrypoint: 'python app/run.py',
    cmd: 'one "two words"',
  })
  expect(await start('app:small')).toBe('/srv /opt/conda one two words\n')
  expect(await start('app:small', 'three')).toBe('/srv /opt/conda three\n')
})

test('the same again is the earlier image, and micromamba is there where it is asked for', async () => {
  const inputs = {
    'environment-file': 'tiny.yaml',
    tags: `${world.registry.host}/small:1`,
    push: 'true',
    load: 'false',
  }
  const first = await job.run(inputs)
  expect(first.exitCode === 0 || first.log).toBe(true)
  const second = await job.run(inputs)
  expect(second.outputs).toMatchObject({ reused: 'true', digest: first.outputs['digest'] })
  await build({ 'environment-file': 'tiny.yaml', micromamba: 'true' })
  const { Env } = await configOf()
  expect(Env).toContain('MAMBA_EXE=/bin/micromamba')
})

describe('the user', () => {
  const who = [
    'python',
    '-c',
    'import os; print(os.getuid(), os.access(os.environ["CONDA_PREFIX"] + "/lib", os.W_OK))',
  ]

  test('is that of a base that does not run as root', async () => {
    const { reference } = await pushDistroless(world.registry, 'distroless/cc:nonroot', { user: '65532' })
    await build({ 'base-image': reference })
    expect((await configOf())['User']).toBe('65532')
    expect(await start('app:small', ...who)).toBe('65532 True\n')
    await build({ 'base-image': reference, user: 'app:1000' })
    expect((await configOf())['User']).toBe('app')
    expect(await start('app:small', ...who)).toBe('1000 True\n')
  })

  test.each([
    ['', 'mambauser 57439'],
    ['root', 'root 0'],
  ])("is added to a base that has no users, nor a /tmp: '%s'", async (user, expected) => {
    const { reference } = await pushDistroless(world.registry, 'distroless/bare:1', { isBare: true })
    await build({ 'base-image': reference, user })
    const ask =
      'import getpass, os, pwd, tempfile; print(pwd.getpwuid(os.getuid())[0], os.getuid(), pwd.getpwuid(0)[0], tempfile.gettempdir())'
    expect(await start('app:small', 'python', '-c', ask)).toBe(`${expected} root /tmp\n`)
  })
})

describe('what a shell would be needed for is refused', () => {
  test('activation scripts that cannot be computed, unless there is to be no activation, or they are left out', async () => {
    const inputs = { 'environment-file': 'failing.yaml' }
    const log = await refused(inputs)
    expect(log).toMatch(
      /input 'base-image': .*\/opt\/conda\/etc\/conda\/activate\.d\/failing\.sh of activation-failing-\S+ \(.* in line 1\)/,
    )
    expect(log).not.toContain('activation.sh of')
    expect(await refused({ ...inputs, activation: 'everywhere' })).toContain(
      'failing.sh of activation-failing-',
    )
    await build({ ...inputs, exclude: 'etc/conda/activate.d/failing.sh' })
    expect((await configOf())['Env']).toContain('ACTIVATION_HOME=/opt/conda/share/activation')
    await build({ ...inputs, activation: 'none' })
    expect(JSON.stringify((await configOf())['Env'])).not.toMatch(/ACTIVATION_HOME|CONDA_PREFIX|MAMBA_IMAGE/)
  })

  test('link scripts that do more than print', async () => {
    const inputs = { 'environment-file': 'scripted.yaml' }
    const log = await refused(inputs)
    expect(log).toMatch(
      /input 'link-scripts': script-reads-\S+ would run a script when linked, by bash, and the base has none/,
    )
    expect(await build({ ...inputs, 'link-scripts': 'skip' })).toContain('are not run')
    expect(await build({ 'environment-file': 'printing.yaml' })).toContain('has no data.')
  })

  test('commands', async () => {
    expect(await refused({ 'environment-file': 'tiny.yaml', run: 'true' })).toContain(
      "input 'run': bash runs the commands",
    )
  })
})
