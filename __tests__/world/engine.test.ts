import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { exists } from './cache.ts'
import { run } from './command.ts'
import { startEngine, type Engine } from './engine.ts'
import { startRegistry, type Registry } from './registry.ts'

const engines: Engine[] = []
let registry: Registry
let rootfs: Buffer

beforeAll(async () => {
  engines.push(...(await Promise.all([startEngine(), startEngine({ containerdSnapshotter: true })])))
  registry = await startRegistry()
  // As much of this machine as it takes to run one program.
  const libraries = (await run('ldd', ['/bin/echo'])).toString().match(/\/\S+/g) ?? []
  rootfs = await run('tar', ['--dereference', '-cP', '/bin/echo', ...libraries])
}, 60_000)

afterAll(async () => {
  await Promise.all([...engines.map((engine) => engine.stop()), registry.stop()])
}, 60_000)

/** The client of the engine with the graph driver's store, or of the one with containerd's. */
function client(index: number): ContainerEngine {
  return containerEngine('docker', { ...process.env, ...engines[index]?.environment })
}

async function succeed(docker: ContainerEngine, args: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await docker(args, { input })
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

describe('an engine', () => {
  test('keeps images in the store that was asked for', async () => {
    const driver = ['info', '--format', '{{json .DriverStatus}}']
    expect(await succeed(client(0), driver)).not.toContain('io.containerd.snapshotter')
    expect(await succeed(client(1), driver)).toContain('io.containerd.snapshotter')
  })

  test('has images of its own, runs them, pushes and pulls', async () => {
    const name = `${registry.host}/echo:1`
    await run('docker', ['import', '-', name], {
      input: rootfs,
      env: { ...process.env, ...engines[0]?.environment },
    })
    expect(await succeed(client(1), ['images', '--quiet'])).toBe('')
    await succeed(client(0), ['push', name])
    expect(await succeed(client(1), ['run', '--rm', name, '/bin/echo', 'here'])).toBe('here')
  }, 60_000)

  test('builds with BuildKit', async () => {
    const docker = client(0)
    const dockerfile = `FROM ${registry.host}/echo:1\nRUN --network=none ["/bin/echo", "built"]\nCMD ["/bin/echo", "done"]`
    await succeed(docker, ['build', '--quiet', '--tag', 'built', '-'], dockerfile)
    expect(await succeed(docker, ['run', '--rm', 'built'])).toBe('done')
  }, 60_000)
})

test('what a killed run left is cleared away by the next', async () => {
  const script = `
    import { startEngine } from ${JSON.stringify(import.meta.resolve('./engine.ts'))}
    const { bridge, environment } = await startEngine()
    console.log(JSON.stringify({ bridge, socket: environment.DOCKER_HOST.replace('unix://', '') }))
    setInterval(() => undefined, 1000)`
  const killed = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let left: { readonly bridge: string; readonly socket: string }
  try {
    const [written] = (await once(killed.stdout, 'data')) as [Buffer]
    left = JSON.parse(written.toString()) as typeof left // what the script above wrote
    expect(await exists(left.socket)).toBe(true)
    expect(await interfaces()).toContain(left.bridge)
  } finally {
    killed.kill('SIGKILL')
    await once(killed, 'close')
  }

  const next = await startEngine()
  await next.stop()
  expect(await exists(left.socket)).toBe(false)
  const remaining = await interfaces()
  expect(remaining).not.toContain(left.bridge)
  expect(remaining).not.toContain(next.bridge)
}, 60_000)

/** Of this machine, where other tests' engines come and go. */
function interfaces(): Promise<string[]> {
  return readdir('/sys/class/net')
}
