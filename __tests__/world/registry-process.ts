import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './programs.ts'
import { RegistryLog } from './registry-log.ts'

/** Debian's docker-registry with an empty store in a new directory `root`, on a free port of this machine. */
export async function startRegistryProcess(): Promise<{
  readonly host: string
  readonly root: string
  /** Begins to read what it writes of requests. */
  readLog(): RegistryLog
  stop(): Promise<void>
}> {
  const program = await findProgram('docker-registry')
  const root = await mkdtemp(join(tmpdir(), 'registry-'))
  const [config, store] = [join(root, 'config.yml'), join(root, 'store')]
  await writeFile(
    config,
    // JSON is YAML.
    JSON.stringify({
      version: 0.1,
      log: { level: 'info', accesslog: { disabled: false } },
      storage: { filesystem: { rootdirectory: store }, delete: { enabled: true } },
      http: { addr: '127.0.0.1:0', secret: 'of this test' },
    }),
  )
  const child = spawn(program, ['serve', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  })
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve))
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    child.kill()
    await ended
    await rm(root, { recursive: true, force: true })
  }
  try {
    return { host: await addressOf(child), root, readLog: () => new RegistryLog(child.stdout, store), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Read from its log, which names the port that the system chose. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = ''
    const look = (text: Buffer) => {
      log = (log + text.toString()).slice(-10_000)
      const [, address] = /listening on (127\.0\.0\.1:\d+)/.exec(log) ?? []
      if (address) resolve(address)
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('error', reject)
    child.once('close', () => {
      reject(new Error(`docker-registry ended: ${log}`))
    })
  })
}
