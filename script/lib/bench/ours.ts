import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runAction } from '../runner.ts'
import { seconds, type Measurement } from './types.ts'

/** Where the action runs: the parts of a world that it talks to, and a checkout. */
export interface Ours {
  readonly inputs: Readonly<Record<string, string>>
  readonly environment: NodeJS.ProcessEnv
  readonly workspace: string
  readonly channel: { readonly requests: readonly { readonly bytes: number }[] }
  readonly registry: { readonly requests: readonly { readonly sent: number }[] }
}

interface ImageMetadata {
  readonly 'micromamba-image': {
    readonly images: readonly {
      readonly layers: readonly { size: number; from: string; createdBy: string }[]
    }[]
  }
}

/** Runs the bundle as a runner does, with the lockfile that is in the workspace. */
export async function measureOurs(
  name: string,
  { inputs, environment, workspace, channel, registry }: Ours,
  more: Readonly<Record<string, string>>,
): Promise<Measurement> {
  const before = { channel: channel.requests.length, registry: registry.requests.length }
  const folder = await mkdtemp(join(workspace, 'usage-'))
  const start = performance.now()
  const { exitCode, log, outputs } = await runAction({
    inputs: { ...inputs, 'lock-mode': 'locked', push: 'true', ...more },
    environment: {
      ...environment,
      NODE_OPTIONS: `--import=${join(import.meta.dirname, '../usage.mjs')}`,
      BENCH_USAGE: folder,
    },
    workspace,
  })
  const wall = seconds(start)
  if (exitCode !== 0) throw new Error(log)
  const requests = registry.requests.slice(before.registry)
  const { images } = (JSON.parse(outputs['metadata'] ?? '') as ImageMetadata)['micromamba-image']
  const built = images.flatMap(({ layers }) => layers).filter(({ from }) => from === 'built')
  return {
    name,
    wall,
    ...(await usageOf(folder)),
    down: channel.requests.slice(before.channel).reduce((sum, { bytes }) => sum + bytes, 0),
    up: requests.reduce((sum, { sent }) => sum + sent, 0),
    requests: requests.length,
    layerBytes: built.reduce((sum, { size, createdBy }) => sum + (createdBy === 'environment' ? 0 : size), 0),
  }
}

/** CPU seconds and peak memory of the action's processes, main and post, which run one after the other. */
async function usageOf(folder: string): Promise<{ cpu: number; peak: number }> {
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')))
  const processes = texts.map((text) => JSON.parse(text) as { cpu: number; peak: number })
  return {
    cpu: processes.reduce((sum, { cpu }) => sum + cpu, 0),
    peak: Math.max(...processes.map(({ peak }) => peak)),
  }
}

/** Writes the lockfile of the environment file in the workspace. */
export async function writeLock(workspace: string, name: string, text: string): Promise<void> {
  await writeFile(join(workspace, `${name}.linux-64.lock`), text)
}
