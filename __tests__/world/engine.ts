import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { open, mkdir, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../src/common/errors.ts'
import { worldCache } from './cache.ts'
import { run } from './command.ts'
import { mountNewDisk } from './disk.ts'
import { makeRoomForContainers } from './engine-cgroups.ts'
import { recordEngine, removeEngine, removeOrphans, type EngineRecord } from './engine-remains.ts'

export interface EngineOptions {
  /** Keep images in containerd's store, as Docker does by default since 29, and not in the graph driver's. */
  readonly containerdSnapshotter?: boolean
  /** Keep them on a disk of its own. */
  readonly newDisk?: boolean
}

export interface Engine {
  /** The variables that bring any client here: `DOCKER_HOST`, and `DOCKER_CONFIG`, a directory of its own. */
  readonly environment: { readonly DOCKER_HOST: string; readonly DOCKER_CONFIG: string }
  /** The id of the dockerd, which all others of it descend from. */
  readonly process: number
  /** The network interface of its containers. */
  readonly bridge: string
  /** Ends it and its containers, and removes all that it stored. */
  stop(): Promise<void>
}

/**
 * A dockerd of one's own, without images: another one on this machine neither notices it nor is noticed. Containers
 * reach the host's loopback by `--network=host` only, and the world outside not at all, for the host's firewall is left
 * alone.
 * @throws UserError when this process is not root's, or dockerd is not installed
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  if (process.getuid?.() !== 0) {
    throw new UserError('a container engine needs root', { advice: 'Run script/test as root.' })
  }
  await mkdir(worldCache, { recursive: true })
  await removeOrphans()
  await makeRoomForContainers()

  const record: EngineRecord = {
    owner: process.pid,
    // Not in the temporary directory, which may be an overlay itself: images cannot lie on one.
    // And by its real path, which runc insists on, and the table of mounts has.
    data: await mkdtemp(join(await realpath(worldCache), 'engine-')),
    // The path of a socket has 107 characters at most.
    runtime: await mkdtemp(join(tmpdir(), 'engine-')),
    bridge: `mi-${randomBytes(4).toString('hex')}`,
  }
  await recordEngine(record)
  const socket = join(record.runtime, 'docker.sock')
  const clientConfig = join(record.runtime, 'client')
  try {
    await mkdir(clientConfig)
    await mkdir(dataRoot(record))
    if (options.newDisk) await mountNewDisk(dataRoot(record))
    await createBridge(record.bridge)
    const daemon = await startDaemon(record, socket, options)
    const kill = () => daemon.child.kill('SIGKILL')
    process.once('exit', kill)
    await answering(socket, daemon)
    return {
      environment: { DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: clientConfig },
      // It answered, so it has one.
      process: daemon.child.pid ?? 0,
      bridge: record.bridge,
      async stop() {
        daemon.child.kill('SIGTERM')
        await daemon.ended
        process.off('exit', kill)
        await removeEngine(record)
      },
    }
  } catch (error) {
    await removeEngine(record)
    throw error
  }
}

/** A network of 254 addresses that no interface of this machine is in. */
async function createBridge(name: string): Promise<void> {
  const taken = (await run('ip', ['-oneline', '-family', 'inet', 'address'])).toString()
  // At random, for another engine may be looking for one at this moment.
  const first = randomInt(256)
  const network = Array.from({ length: 256 }, (_, index) => `10.213.${(first + index) % 256}`).find(
    (candidate) => !taken.includes(` ${candidate}.`),
  )
  if (network === undefined) throw new Error('all networks of 10.213.0.0/16 are taken')
  await run('ip', ['link', 'add', name, 'type', 'bridge'])
  await run('ip', ['address', 'add', `${network}.1/24`, 'dev', name])
  await run('ip', ['link', 'set', name, 'up'])
}

interface Daemon {
  readonly child: ChildProcess
  readonly ended: Promise<void>
  /** What it said so far. */
  log(): Promise<string>
}

/** Below what is removed with the engine, mounts and all. */
function dataRoot({ data }: EngineRecord): string {
  return join(data, 'data')
}

async function startDaemon(record: EngineRecord, socket: string, options: EngineOptions): Promise<Daemon> {
  const { runtime, bridge } = record
  const config = join(runtime, 'daemon.json')
  await writeFile(
    config,
    JSON.stringify({
      'data-root': dataRoot(record),
      'exec-root': join(runtime, 'exec'),
      pidfile: join(runtime, 'docker.pid'),
      hosts: [`unix://${socket}`],
      bridge,
      iptables: false,
      'ip-forward': false,
      'ip-masq': false,
      'userland-proxy': false,
      'insecure-registries': ['127.0.0.0/8'],
      features: { 'containerd-snapshotter': options.containerdSnapshotter ?? false },
    }),
  )
  const path = join(runtime, 'log')
  const log = await open(path, 'w')
  // Where the machine has a containerd, dockerd uses it: there too nothing is shared.
  const namespaces = [`--containerd-namespace=${bridge}`, `--containerd-plugins-namespace=${bridge}-plugins`]
  const child = spawn('dockerd', ['--config-file', config, ...namespaces], {
    stdio: ['ignore', log.fd, log.fd],
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => {
      resolve()
    })
    child.once('error', (cause) => {
      reject(
        new UserError('dockerd cannot be run on this machine', {
          advice: 'As root on Debian script/bootstrap installs it.',
          cause,
        }),
      )
    })
  })
  await log.close()
  return { child, ended, log: () => readFile(path, 'utf8') }
}

async function answering(socket: string, daemon: Daemon): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await ping(socket))) {
    const over = await Promise.race([
      daemon.ended.then(() => 'dockerd ended at once'),
      new Promise<undefined>((resolve) => setTimeout(resolve, 100, undefined)),
    ])
    if (over !== undefined || Date.now() > deadline) {
      throw new Error(
        `${over ?? 'dockerd did not answer for a minute'}:\n${(await daemon.log()).slice(-4000)}`,
      )
    }
  }
}

function ping(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request({ socketPath, path: '/_ping' }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    sent.on('error', () => {
      resolve(false)
    })
    sent.end()
  })
}
