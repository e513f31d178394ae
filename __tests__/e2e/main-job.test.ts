import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { checkContract } from '../../script/lib/contract.ts'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { run } from '../world/command.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = {
  channel: {},
  releases: {},
  registry: { auth: 'basic' },
  cache: {},
  engine: {},
  base: { system: 'debian' },
} as const

let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine
const lockFile = 'env.linux-64.lock'

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  job = await createJob(
    { ...world.inputs, tags: `${world.registry.host}/app:latest`, push: 'true' },
    world.environment,
  )
  await job.write(
    'env.yaml',
    environmentFile(world.channel.url, ['python', 'hello', 'requests', 'ca-certificates']),
  )
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

const requested = (pattern: RegExp) => world.channel.requests.filter(({ path }) => pattern.test(path)).length

describe('the main job', () => {
  let digest: string

  test('solves, locks, pushes, and says what it did', async () => {
    const { exitCode, outputs, log, summary } = await job.run()
    expect(exitCode === 0 || log).toBe(true)
    digest = outputs['digest'] ?? ''
    expect(outputs).toMatchObject({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      imageid: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      image: `${world.registry.host}/app@${digest}`,
      tags: `${world.registry.host}/app:latest`,
      'lock-file': lockFile,
      'lock-changed': 'true',
      'cache-hit': 'false',
      'cache-matched-key': '',
      'micromamba-version': world.releases.version,
      'micromamba-path': expect.stringContaining('micromamba') as unknown,
    })
    expect(JSON.parse(outputs['metadata'] ?? '')).toMatchObject({ 'containerimage.digest': digest })
    expect(summary).toContain(digest)
    expect(log).toContain('Saved')

    const lock = await readFile(join(job.workspace, lockFile), 'utf8')
    const lines = lock.split('@EXPLICIT\n')[1]?.trim().split('\n') ?? []
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines)
      expect(line).toMatch(/^http:\/\/127.0.0.1:\d+\/(linux-64|noarch)\/\S+#sha256:[0-9a-f]{64}$/)
    expect(lock).toContain(`@${world.base.digest}`)
  })

  test('skopeo finds the same digest in the registry', async () => {
    const { DOCKER_CONFIG = '' } = world.environment
    const inspected = await run('skopeo', [
      'inspect',
      '--tls-verify=false',
      `--authfile=${join(DOCKER_CONFIG, 'config.json')}`,
      '--format={{.Digest}}',
      `docker://${world.registry.host}/app:latest`,
    ])
    expect(inspected.toString().trim()).toBe(digest)
  })

  test('a second run ends with the image that is there, in a handful of requests', async () => {
    const [packages, before] = [requested(/\.(conda|tar\.bz2)$/), world.registry.requests.length]
    const { exitCode, outputs, log } = await job.run()
    expect(exitCode === 0 || log).toBe(true)
    expect(outputs).toMatchObject({ digest, reused: 'true', 'lock-changed': 'false' })
    expect(Number(outputs['layers-reused'])).toBeGreaterThan(4)
    expect(requested(/\.(conda|tar\.bz2)$/)).toBe(packages)
    expect(world.registry.requests.length - before).toBeLessThan(12)
  })

  test('without earlier images it solves nothing, downloads nothing, pushes nothing new, and has the same digest', async () => {
    const [packages, repodata] = [requested(/\.(conda|tar\.bz2)$/), requested(/repodata/)]
    const binaries = world.releases.requests.length
    const uploads = () =>
      world.registry.requests.filter(({ method, path }) => method === 'PUT' && path.includes('/blobs/'))
        .length
    const before = uploads()
    const { exitCode, outputs, log } = await job.run({ 'cache-from': 'none' })
    expect(exitCode === 0 || log).toBe(true)
    expect(outputs).toMatchObject({
      digest,
      reused: 'false',
      'layers-reused': '0',
      'lock-changed': 'false',
      'cache-hit': 'true',
      'cache-matched-key': outputs['cache-primary-key'],
    })
    expect(requested(/\.(conda|tar\.bz2)$/)).toBe(packages)
    expect(requested(/repodata/)).toBe(repodata)
    expect(uploads()).toBe(before)
    // The base has no micromamba, which the runner's tool cache has.
    expect(world.releases.requests.slice(binaries).filter(({ path }) => !path.endsWith('.sha256'))).toEqual(
      [],
    )
  })

  test('the image runs: python, an entry point of a noarch package, what a package exports', async () => {
    const image = `${world.registry.host}/app:latest`
    const python = await docker(['run', '--rm', image, 'python', '--version'])
    expect(python.stdout + python.stderr).toMatch(/^Python 3\.11\./m)
    const hello = await docker(['run', '--rm', image, 'hello', 'there'])
    expect(hello.stdout).toMatch(/^Hello, there! .* in \/opt\/conda\.$/m)
    const requests = await docker([
      'run',
      '--rm',
      image,
      'python',
      '-c',
      'import requests, ssl; print(requests.__name__)',
    ])
    expect(requests).toMatchObject({ code: 0, stdout: 'requests\n' })
  })

  test('the image keeps the whole contract', async () => {
    const problems: string[] = []
    for await (const { row, problem } of checkContract(docker, `${world.registry.host}/app:latest`)) {
      if (problem !== undefined) problems.push(`${row}: ${problem}`)
    }
    expect(problems).toEqual([])
  })

  test('a Dockerfile on top runs python in its RUN steps', async () => {
    const dockerfile = [
      `FROM ${world.registry.host}/app:latest`,
      'ARG MAMBA_DOCKERFILE_ACTIVATE=1',
      `RUN python -c "import sys; open('/tmp/prefix', 'w').write(sys.prefix)"`,
    ].join('\n')
    const built = await docker(['build', '--quiet', '--network=none', '-'], { input: dockerfile })
    expect(built).toMatchObject({ code: 0 })
    const read = await docker(['run', '--rm', built.stdout.trim(), 'cat', '/tmp/prefix'])
    expect(read.stdout).toBe('/opt/conda')
  })

  test('gzip layers: docker runs it, umoci unpacks it', async () => {
    const output = 'gzip-layout'
    const { outputs, exitCode, log } = await job.run({
      compression: 'gzip',
      tags: `${world.registry.host}/app:gzip`,
      output,
    })
    expect(exitCode === 0 || log).toBe(true)
    expect(outputs['digest']).not.toBe(digest)
    const { stdout } = await docker(['run', '--rm', `${world.registry.host}/app:gzip`, 'hello'])
    expect(stdout).toContain('Hello, world!')
    const bundle = join(job.workspace, 'bundle')
    await run('umoci', ['unpack', '--image', `${join(job.workspace, output)}:gzip`, bundle])
    expect(await readFile(join(bundle, 'rootfs/opt/conda/conda-meta/history'), 'utf8')).toContain(
      '::python-3.11',
    )
  })

  test('an unprivileged user without docker gets the same digest as a layout', async () => {
    const output = 'layout'
    const { outputs, exitCode, log } = await asNobody(job, output)
    expect(exitCode === 0 || log).toBe(true)
    expect(outputs['digest']).toBe(digest)
    const index = JSON.parse(await readFile(join(job.workspace, output, 'index.json'), 'utf8')) as {
      manifests: { digest: string }[]
    }
    expect(index.manifests.map((manifest) => manifest.digest)).toEqual([digest])
  })

  describe('what is wrong is refused', () => {
    test('a lockfile with one character changed, naming its line', async () => {
      const path = join(job.workspace, lockFile)
      const lock = await readFile(path, 'utf8')
      const line = lock.split('\n').findIndex((text) => text.includes('/hello-')) + 1
      const spoilt = lock.replace(
        /(\/hello-.*#sha256:)(.)/,
        (_, start: string, digit: string) => start + (digit === '0' ? '1' : '0'),
      )
      await writeFile(path, spoilt)
      const { exitCode, log, outputs } = await job.run()
      await writeFile(path, lock)
      expect(exitCode).toBe(1)
      expect(outputs['digest']).toBeUndefined()
      expect(log).toContain(`${lockFile}:${line}`)
      expect(log).toContain('hello-')
    })

    test('an environment that changed under lock-mode: locked, saying what changed', async () => {
      const path = join(job.workspace, 'env.yaml')
      const text = await readFile(path, 'utf8')
      await writeFile(path, text.replace('  - hello\n', '  - hello >=1.1\n'))
      const { exitCode, log } = await job.run({ 'lock-mode': 'locked' })
      await writeFile(path, text)
      expect(exitCode).toBe(1)
      expect(log).toContain('hello>=1.1')
      expect(log).toContain(lockFile)
    })

    test('an environment that cannot be solved, in the words of micromamba', async () => {
      await job.write('unsolvable.yaml', environmentFile(world.channel.url, ['python', 'no-such-package']))
      const { exitCode, log } = await job.run({ 'environment-file': 'unsolvable.yaml' })
      expect(exitCode).toBe(1)
      expect(log).toContain('no-such-package')
      expect(log).not.toContain('unsupported request')
      expect(log).not.toMatch(/^\s+at /m)
    })

    test('a registry that wants a login', async () => {
      const { exitCode, log } = await job.run({}, { DOCKER_CONFIG: '/nonexistent' })
      expect(exitCode).toBe(1)
      expect(log).toContain('docker/login-action')
    })
  })
})

/** Runs the action as a user who is nobody, with nothing of an engine on PATH, and with the login to the registry. */
async function asNobody(job: Job, output: string) {
  const { HOME = '', DOCKER_CONFIG = '' } = world.environment
  await job.write('login/config.json', await readFile(join(DOCKER_CONFIG, 'config.json'), 'utf8'))
  await run('chmod', ['-R', 'a+rwX', job.workspace, join(HOME, '..')])
  const script = `
    process.setgid(65534)
    process.setuid(65534)
    const { runAction } = await import(${JSON.stringify(join(process.cwd(), 'script/lib/runner.ts'))})
    const outcome = await runAction(JSON.parse(process.argv[1]))
    process.stdout.write(JSON.stringify(outcome))`
  const variables = {
    ...world.environment,
    PATH: '/nonexistent',
    DOCKER_HOST: undefined,
    DOCKER_CONFIG: join(job.workspace, 'login'),
  }
  const inputs = { ...world.inputs, tags: 'app:latest', output }
  const stdout = await run(process.execPath, [
    '--input-type=module',
    '--eval',
    script,
    JSON.stringify({ inputs, environment: variables, workspace: job.workspace }),
  ])
  return JSON.parse(stdout.toString()) as Awaited<ReturnType<Job['run']>>
}
