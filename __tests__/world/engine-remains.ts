import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { worldCache } from './cache.ts'
import { run } from './command.ts'

/** What an engine has on this machine, written down before it is there, so that a later run can clear it away. */
export interface EngineRecord {
  /** The process that started it. */
  readonly owner: number
  /** The directory of images and containers. */
  readonly data: string
  /** The directory of sockets, logs and what the engine's helpers keep while they run. */
  readonly runtime: string
  readonly bridge: string
}

const nameOfRecord = 'record.json'

export async function recordEngine(record: EngineRecord): Promise<void> {
  await writeFile(join(record.data, nameOfRecord), JSON.stringify(record))
}

/** Removes the engines of runs that were killed before they could stop theirs. */
export async function removeOrphans(): Promise<void> {
  for (const name of await readdir(worldCache)) {
    if (!name.startsWith('engine-')) continue
    const record = await readFile(join(worldCache, name, nameOfRecord), 'utf8')
      .then((text) => JSON.parse(text) as EngineRecord) // written by recordEngine
      .catch(() => undefined) // one that is being started at this moment
    if (record && !isAlive(record.owner)) await removeEngine(record)
  }
}

/** Ends what still runs of an engine, then removes its mounts, its network and its files. */
export async function removeEngine({ data, runtime, bridge }: EngineRecord): Promise<void> {
  const directories = [data, runtime]
  // The daemon, its containerd and the shims of containers all name one of the directories, which no one else has.
  for (let tries = 0; tries < 50; tries++) {
    const processes = await processesNaming(directories)
    if (processes.length === 0) break
    for (const id of processes) kill(id)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  for (const mount of await mountsBelow(directories)) {
    await run('umount', ['--lazy', mount]).catch(() => undefined) // gone with one above it
  }
  await run('ip', ['link', 'delete', bridge]).catch(() => undefined) // not made yet, or gone
  for (const directory of directories) await rm(directory, { recursive: true, force: true, maxRetries: 5 })
}

async function processesNaming(directories: readonly string[]): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    const id = Number(name)
    if (!Number.isInteger(id) || id === process.pid) continue
    const words = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (!/^(dockerd|containerd|containerd-shim.*|runc)$/.test((words[0] ?? '').replace(/^.*\//, ''))) continue
    if (words.some((word) => directories.some((directory) => word.includes(directory)))) found.push(id)
  }
  return found
}

/** The deepest first. */
async function mountsBelow(directories: readonly string[]): Promise<string[]> {
  const table = await readFile('/proc/self/mounts', 'utf8')
  return table
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mount) => directories.some((directory) => mount.startsWith(`${directory}/`)))
    .reverse()
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // It ended meanwhile.
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch {
    return false
  }
}
