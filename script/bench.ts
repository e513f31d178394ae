import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startWorld } from '../__tests__/world/world.ts'
import { formatBytes } from '../src/common/format.ts'
import { runAction } from './lib/runner.ts'
import { workloadChannel } from './lib/workload.ts'

const usage = `usage: script/bench [--json FILE]

Makes images of the reference workload, 188 conda packages of a gigabyte, against a channel and a registry on loopback:
cold, again with nothing changed, and with one package in another build. Beside them, in the same run, a floor: the same
bytes through 'zstd -d | zstd -3 | sha256sum' on all cores. Prints a Markdown table.`

/** What one case took. */
interface Measurement {
  readonly name: string
  /** Seconds. */
  readonly wall: number
  readonly cpu?: number
  /** Bytes. */
  readonly peak?: number
  readonly down?: number
  readonly up?: number
  /** To the registry. */
  readonly requests?: number
}

const { values } = parseArgs({ options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
if (values.help) {
  console.log(usage)
  process.exit()
}

const channel = await workloadChannel()
const measurements = [await floor(), ...(await actionCases())]
console.log(table(measurements))
if (values.json !== undefined) await writeFile(values.json, JSON.stringify(measurements, null, 2))
process.exit()

/** No program that repacks the packages can be faster than decompressing, compressing and hashing them. */
async function floor(): Promise<Measurement> {
  const folder = join(channel, 'linux-64')
  const files = (await readdir(folder)).filter((file) => file.endsWith('h0_0.conda'))
  const start = performance.now()
  // The members of a .conda are stored zstd frames; what is not a frame is skipped over by unzip.
  execFileSync('sh', [
    '-c',
    `printf '%s\\n' "$@" | xargs -P ${availableParallelism()} -I{} sh -c 'unzip -p "{}" "pkg-*" | zstd -dc | zstd -3 -qc | sha256sum >/dev/null'`,
    'floor',
    ...files.map((file) => join(folder, file)),
  ])
  return { name: 'floor: zstd -d, zstd -3, sha256sum', wall: seconds(start) }
}

async function actionCases(): Promise<Measurement[]> {
  const world = await startWorld({ channel: { folder: channel }, registry: {}, releases: {}, base: {} })
  const workspace = await mkdtemp(join(tmpdir(), 'bench-'))
  const packages = (await readFile(join(channel, 'packages.txt'), 'utf8')).trim().split('\n')
  const measure = async (name: string, bumped: number): Promise<Measurement> => {
    const lines = packages.map((both, index) => both.split(' ')[index < bumped ? 1 : 0] ?? '')
    const lock = ['@EXPLICIT', ...lines.map((line) => `${world.channel.url}/linux-64/${line}`), '']
    await writeFile(join(workspace, 'bench.lock'), lock.join('\n'))
    const before = { channel: world.channel.requests.length, registry: world.registry.requests.length }
    const usageFolder = await mkdtemp(join(workspace, 'usage-'))
    const start = performance.now()
    const { exitCode, log } = await runAction({
      inputs: {
        ...world.inputs,
        'lock-mode': 'frozen',
        'lock-file': 'bench.lock',
        tags: `${world.registry.host}/bench/ours:latest`,
        push: 'true',
      },
      environment: {
        ...world.environment,
        NODE_OPTIONS: `--import=${join(import.meta.dirname, 'lib/usage.mjs')}`,
        BENCH_USAGE: usageFolder,
      },
      workspace,
    })
    const wall = seconds(start)
    if (exitCode !== 0) throw new Error(log)
    const used = await usageOf(usageFolder)
    const requests = world.registry.requests.slice(before.registry)
    return {
      name,
      wall,
      ...used,
      down: world.channel.requests.slice(before.channel).reduce((sum, { bytes }) => sum + bytes, 0),
      up: requests.reduce((sum, { sent }) => sum + sent, 0),
      requests: requests.length,
    }
  }
  try {
    return [
      await measure('cold', 0),
      await measure('nothing changed', 0),
      await measure('one package bumped', 1),
      await measure('ten packages bumped', 10),
    ]
  } finally {
    await rm(workspace, { recursive: true, force: true })
    await world.stop()
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

function table(rows: readonly Measurement[]): string {
  const bytes = (value?: number) => (value === undefined ? '' : formatBytes(value))
  const [{ wall: floorWall } = { wall: 1 }] = rows
  const cells = rows.map(({ name, wall, cpu, peak, down, up, requests }) => [
    name,
    wall.toFixed(1),
    (wall / floorWall).toFixed(2),
    cpu?.toFixed(1) ?? '',
    bytes(peak),
    bytes(down),
    bytes(up),
    requests === undefined ? '' : String(requests),
  ])
  const head = ['case', 'wall, s', '÷ floor', 'CPU, s', 'peak memory', 'down', 'up', 'registry requests']
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`
  const machine = `${cpus()[0]?.model ?? ''}, ${availableParallelism()} cores, ${formatBytes(totalmem())}, Node ${process.version}`
  return [machine, '', line(head), line(head.map(() => '---')), ...cells.map(line)].join('\n')
}

function seconds(start: number): number {
  return (performance.now() - start) / 1000
}
