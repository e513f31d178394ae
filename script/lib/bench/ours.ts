import { mkdtemp, readdir, readFile, realpath, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { worldCache } from '../../../__tests__/world/cache.ts'
import { run } from '../../../__tests__/world/command.ts'
import { mountNewDisk } from '../../../__tests__/world/disk.ts'
import { machinePlatform } from '../../../src/common/platform.ts'
import { runAction } from '../runner.ts'
import { watchTraffic, type Servers } from './traffic.ts'
import { seconds, type Measurement } from './types.ts'

/** Where the action runs: the world that it talks to, and a checkout. */
export interface Ours {
  readonly world: Servers & {
    readonly inputs: Readonly<Record<string, string>>
    readonly environment: NodeJS.ProcessEnv
  }
  readonly workspace: string
}

/** As far as it is read of the output `metadata`. */
interface Metadata {
  readonly 'micromamba-image': {
    readonly images: readonly {
      readonly layers: readonly { size: number; from: string; createdBy: string }[]
    }[]
  }
}

/**
 * Runs the bundle as a runner does, with an environment file and a lockfile of it.
 * @param options.name of the environment file, without `.yaml`
 * @param options.inputs besides those that every run has
 */
export async function measureOurs(
  { world, workspace }: Ours,
  options: { name: string; lock: string; inputs: Readonly<Record<string, string>> },
): Promise<Measurement> {
  const { name, lock, inputs } = options
  await writeFile(join(workspace, `${name}.${machinePlatform().subdir}.lock`), lock)
  const folder = await mkdtemp(join(workspace, 'usage-'))
  const disk = await mkdtemp(join(await realpath(worldCache), 'disk-'))
  await mountNewDisk(disk)
  const traffic = watchTraffic(world)
  const start = performance.now()
  const { exitCode, log, outputs } = await runAction({
    inputs: {
      ...world.inputs,
      'environment-file': `${name}.yaml`,
      'lock-mode': 'locked',
      push: 'true',
      ...inputs,
    },
    environment: {
      ...world.environment,
      ...leavingUsage(folder),
      RUNNER_TEMP: join(disk, 'temp'),
    },
    workspace,
  })
  const wall = seconds(start)
  await run('umount', [disk])
  await rmdir(disk)
  if (exitCode !== 0) throw new Error(log)
  // The action's own output.
  const { images } = (JSON.parse(outputs['metadata'] ?? '') as Metadata)['micromamba-image']
  const built = images
    .flatMap(({ layers }) => layers)
    .filter(({ from, createdBy }) => from === 'built' && createdBy !== 'environment')
  return {
    wall,
    ...(await usageOf(folder)),
    ...(await traffic()),
    layerBytes: built.reduce((sum, { size }) => sum + size, 0),
    image: outputs['image'] ?? '',
  }
}

/** Variables by which the action's processes leave in a folder what they used. */
export function leavingUsage(folder: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import=${join(import.meta.dirname, '../usage.mjs')}`, BENCH_USAGE: folder }
}

/** CPU seconds and peak memory of the action's processes, main and post, which run one after the other. */
export async function usageOf(folder: string): Promise<{ cpu: number; peak: number }> {
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')))
  const processes = texts.map((text) => JSON.parse(text) as { cpu: number; peak: number })
  return {
    cpu: processes.reduce((sum, { cpu }) => sum + cpu, 0),
    peak: Math.max(...processes.map(({ peak }) => peak)),
  }
}
