import { createCipheriv } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFile } from '../../../__tests__/e2e/job.ts'
import { writeMade } from '../../../__tests__/world/channel/made.ts'
import { text, type PackageFile, type Recipe } from '../../../__tests__/world/channel/recipe.ts'
import { startWorld } from '../../../__tests__/world/world.ts'
import { formatBytes } from '../../../src/common/format.ts'
import { runAction, type ActionOutcome } from '../runner.ts'
import { leavingUsage, usageOf } from './ours.ts'
import { table } from './report.ts'
import { watchTraffic } from './traffic.ts'

/** A load: what lies in the channel, and what is made of it. */
export interface LoadCase {
  readonly name: string
  readonly recipes: () => Iterable<Recipe>
  /** The jobs, each the environments of one image: their packages. */
  readonly jobs: readonly (readonly (readonly string[])[])[]
  /** How many run at a time; 1 by default. */
  readonly atOnce?: number
}

/** What a load took. Memory is that of all jobs that ran at a time. */
export interface LoadResult {
  readonly name: string
  readonly seconds: number
  /** Bytes that a job's process had at most. */
  readonly peak: number
  readonly requests: number
  readonly pushed: number
  /** Bytes of the largest manifest. */
  readonly manifest: number
}

/** Noise, the same each time. */
function noise(seed: number, size: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(size))
}

function recipe(name: string, files: readonly PackageFile[]): Recipe {
  return { name, version: '1.0', build: 'h0_0', subdir: 'linux-64', files }
}

/** Packages of small files in folders that are not called like them. */
function* small(count: number, files: number): Generator<Recipe> {
  for (let index = 0; index < count; index++) {
    const path = (file: number) => `lib/modules/m${index}/part${file % 20}/file${file}.txt`
    yield recipe(
      `small-${index}`,
      Array.from({ length: files }, (_, file) => text(path(file), `${index} ${file}\n`)),
    )
  }
}

/** Ten packages of a gigabyte each: a half of it does not compress at all, and the other is zeros. */
function* large(): Generator<Recipe> {
  const half = 512 * 2 ** 20
  for (let index = 0; index < 10; index++) {
    yield recipe(`large-${index}`, [
      { type: 'file', path: `share/large/${index}/noise`, content: noise(index, half) },
      { type: 'file', path: `share/large/${index}/zeros`, content: Buffer.alloc(half) },
    ])
  }
}

const names = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}-${index}`)

export const loads: readonly LoadCase[] = [
  {
    name: '200 environments, 8 jobs at a time, one repository',
    recipes: () => small(40, 20),
    jobs: names('small', 200).map((_, job) => [[`small-${job % 40}`, `small-${(job * 7 + 3) % 40}`]]),
    atOnce: 8,
  },
  { name: '400 packages, 200,000 files', recipes: () => small(400, 500), jobs: [[names('small', 400)]] },
  { name: '10 GB, half of it noise', recipes: large, jobs: [[names('large', 10)]] },
  { name: '2,000 packages', recipes: () => small(2000, 5), jobs: [[names('small', 2000)]] },
  {
    name: '20 environments in one image',
    recipes: () => small(60, 20),
    jobs: [Array.from({ length: 20 }, (_, env) => names('small', 60).slice(env, env + 20))],
  },
]

/** Runs a load once. @throws Error when a job fails, or an image is not there as its job says */
export async function measureLoad({ name, recipes, jobs, atOnce = 1 }: LoadCase): Promise<LoadResult> {
  const home = await mkdtemp(join(tmpdir(), 'load-'))
  const channel = join(home, 'channel')
  await mkdir(channel)
  await writeMade(channel, recipes())
  const world = await startWorld({ channel: { folder: channel }, releases: {}, registry: {}, base: {} })
  try {
    const traffic = watchTraffic(world)
    const start = performance.now()
    const digests: string[] = []
    const sizes: number[] = []
    const peaks: number[] = []
    const waiting = [...jobs.entries()]
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, environments] = next
        const workspace = join(home, `job-${index}`)
        const digest = digestOf(await runJob(world, workspace, index, environments))
        peaks[index] = (await usageOf(join(workspace, 'usage'))).peak
        digests[index] = digest
        sizes[index] = await sizeOf(world.registry.host, digest)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    const seconds = (performance.now() - start) / 1000
    // Nothing is lost: each tag stands for what its job says.
    for (const [index, digest] of digests.entries()) {
      const tagged = await headOf(world.registry.host, `job-${index}`)
      if (tagged !== digest)
        throw new Error(`the tag of job ${index} is ${tagged}, and the job says ${digest}`)
    }
    const { requests, up } = await traffic()
    return { name, seconds, peak: Math.max(...peaks), requests, pushed: up, manifest: Math.max(...sizes) }
  } finally {
    await world.stop()
    await rm(home, { recursive: true, force: true })
  }
}

async function runJob(
  world: {
    registry: { host: string }
    channel: { url: string }
    inputs: object
    environment: NodeJS.ProcessEnv
  },
  workspace: string,
  index: number,
  environments: readonly (readonly string[])[],
): Promise<ActionOutcome> {
  await mkdir(join(workspace, 'usage'), { recursive: true })
  const files = environments.map((_, number) =>
    environments.length === 1 ? 'env.yaml' : `env${number}.yaml`,
  )
  for (const [number, packages] of environments.entries()) {
    const content = environmentFile(world.channel.url, packages)
    const named = environments.length === 1 ? content : content.replace('name: base', `name: env${number}`)
    await writeFile(join(workspace, files[number] ?? ''), named)
  }
  return runAction({
    inputs: {
      ...world.inputs,
      'environment-file': files.join('\n'),
      ...(environments.length > 1 && { 'environment-name': 'env0' }),
      tags: `${world.registry.host}/load/app:job-${index}`,
      push: 'true',
    },
    environment: {
      ...world.environment,
      ...leavingUsage(join(workspace, 'usage')),
      RUNNER_TEMP: join(workspace, 'temp'),
    },
    workspace,
  })
}

function digestOf({ exitCode, outputs, log }: ActionOutcome): string {
  if (exitCode !== 0 || outputs['digest'] === undefined) throw new Error(log)
  return outputs['digest']
}

const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' }

async function headOf(host: string, tag: string): Promise<string> {
  const answer = await fetch(`http://${host}/v2/load/app/manifests/${tag}`, { headers, method: 'HEAD' })
  return answer.headers.get('docker-content-digest') ?? ''
}

async function sizeOf(host: string, digest: string): Promise<number> {
  const answer = await fetch(`http://${host}/v2/load/app/manifests/${digest}`, { headers })
  return (await answer.arrayBuffer()).byteLength
}

/** Markdown. */
export function loadReport(results: readonly LoadResult[]): string {
  return table(
    ['load', 'time', 'peak memory', 'requests', 'pushed', 'largest manifest'],
    results.map(({ name, seconds, peak, requests, pushed, manifest }) => [
      name,
      `${seconds.toFixed(1)} s`,
      formatBytes(peak),
      String(requests),
      formatBytes(pushed),
      formatBytes(manifest),
    ]),
  ).join('\n')
}
