import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startWorld } from '../__tests__/world/world.ts'
import { barsOf, type Findings } from './lib/bench/bars.ts'
import { startDockerBench, type DockerBench } from './lib/bench/docker.ts'
import { environmentOf, lockOf, readPackages } from './lib/bench/locks.ts'
import { measureOurs, writeLock } from './lib/bench/ours.ts'
import { report, writeInto } from './lib/bench/report.ts'
import { medianOf, seconds, type Measurement } from './lib/bench/types.ts'
import { workloadChannel } from './lib/workload.ts'

const usage = `usage: script/bench [--repeat N] [--json FILE] [--markdown FILE] [--check]

Makes images of the reference workload, 188 conda packages of a gigabyte, against a channel and a registry on loopback, and beside
them, in the same run, what docker build and docker push take for the usual Dockerfile, as people have it and at its best, and a
floor: the same bytes through 'zstd -d | zstd -3 | sha256sum' on all cores. Needs root, for docker. Prints Markdown tables.

  --repeat N       run each case N times and give medians (1)
  --json FILE      write the figures
  --markdown FILE  put the tables between the marks of a document
  --check          exit 1, naming them, when bars are missed`

const { values } = parseArgs({
  options: {
    repeat: { type: 'string', default: '1' },
    json: { type: 'string' },
    markdown: { type: 'string' },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  console.log(usage)
  process.exit()
}
const repeat = Math.max(1, Number(values.repeat))
/** Nothing depends on it, and it has a layer of its own. */
const leaf = 'bcftools'

const channel = await workloadChannel()
const packages = await readPackages(channel)
const world = await startWorld({
  channel: { folder: channel },
  releases: {},
  registry: {},
  cache: {},
  base: { micromamba: true },
})
const workspace = await mkdtemp(join(tmpdir(), 'bench-'))
const engines: DockerBench[] = []
try {
  await writeFile(join(workspace, 'env.yaml'), environmentOf(world.channel.url, packages))
  const lockWith = (names: readonly string[], from = packages, file = 'env.yaml') =>
    lockOf({
      environmentFile: join(workspace, file),
      channel: world.channel.url,
      base: `${world.base.reference}@${world.base.digest}`,
      packages: from,
      bumped: new Set(names),
    })
  const { inputs, environment, registry } = world
  const ours = { inputs, environment, workspace, channel: world.channel, registry }
  const image = (name: string) => `${registry.host}/bench/${name}:latest`

  const rounds: Record<string, Measurement[]> = {}
  const floors: number[] = []
  const measure = async (name: string, lock: string, more: Record<string, string>) => {
    await writeLock(workspace, 'env', lock)
    const measured = await measureOurs(name, ours, more)
    ;(rounds[name] ??= []).push(measured)
  }
  const [plain, bumped] = [await lockWith([]), await lockWith([leaf])]
  const python = packages.map(({ name }) => name).filter((name) => /^(lib)?python3\.\d+(-|$)/.test(name))
  const ten = packages
    .filter((_, index) => index % 18 === 5)
    .slice(0, 10)
    .map(({ name }) => name)
  for (let round = 0; round < repeat; round++) {
    floors.push(floor())
    const tags = image(`ours-${round}`)
    await measure('cold', plain, { tags, 'cache-downloads': 'false' })
    await measure('cold, with the archives in the cache', plain, { tags: image(`cached-${round}`) })
    await measure('nothing changed', plain, { tags, 'cache-downloads': 'false' })
    await measure('one leaf package bumped', bumped, { tags })
    await measure('python bumped', await lockWith([leaf, ...python]), { tags })
    await measure('ten packages bumped', await lockWith([leaf, ...python, ...ten]), { tags })
    const most = packages.filter((_, index) => index % 10 !== 0)
    await writeFile(join(workspace, 'second.yaml'), environmentOf(world.channel.url, most))
    await writeLock(workspace, 'second', await lockWith([leaf, ...python, ...ten], most, 'second.yaml'))
    const second = { tags: image(`second-${round}`), 'cache-from': tags, 'environment-file': 'second.yaml' }
    ;(rounds['a second environment with most of the packages'] ??= []).push(
      await measureOurs('a second environment with most of the packages', ours, second),
    )
  }

  const walls: { usual: number[]; best: number[] } = { usual: [], best: [] }
  for (const [kind, best] of [
    ['usual', false],
    ['best', true],
  ] as const) {
    const engine = await startDockerBench({ base: world.base.reference, best })
    engines.push(engine)
    for (let round = 0; round < repeat; round++) {
      walls[kind].push(await engine.build(round % 2 === 0 ? plain : bumped, image(`docker-${kind}`)))
    }
  }
  const [engine] = engines
  if (!engine) throw new Error('no engine was started')
  const entrypoint = await entrypointOf(engine, image('ours-0'))
  await writeLock(workspace, 'env', plain)
  await measureOurs('', ours, { tags: image('pulled'), 'cache-from': image('cached-0') })
  await engine.pull(image('pulled'))
  await writeLock(workspace, 'env', bumped)
  const change = await measureOurs('', ours, { tags: image('pulled') })
  const pull = { seconds: await engine.pull(image('pulled')), bytes: change.up ?? 0 }

  const findings: Findings = {
    floor: median(floors),
    ours: Object.fromEntries(Object.entries(rounds).map(([name, runs]) => [name, medianOf(runs)])),
    docker: median(walls.usual),
    dockerBest: median(walls.best),
    entrypoint,
  }
  const text = report(findings, pull, 'a plain installer in micromamba’s place')
  console.log(text)
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ ...findings, pull }, null, 2))
  if (values.markdown !== undefined) await writeInto(values.markdown, text)
  const missed = barsOf(findings).filter(({ value, limit }) => value > limit)
  for (const { name, value, limit } of missed) {
    console.error(`missed: ${name}: ${value.toPrecision(3)}, at most ${limit.toPrecision(3)}`)
  }
  if (values.check && missed.length > 0) process.exitCode = 1
} finally {
  for (const engine of engines) await engine.stop()
  await rm(workspace, { recursive: true, force: true })
  await world.stop()
}
process.exit()

/** No program that repacks the packages can be faster than decompressing, compressing and hashing them. */
function floor(): number {
  const folder = join(channel, 'linux-64')
  const files = packages.map(({ builds }) => join(folder, builds[0].fileName))
  const start = performance.now()
  // The members of a .conda are stored zstd frames; what is not a frame is skipped over by unzip.
  const pipeline = `unzip -p "{}" "pkg-*" | zstd -dc | zstd -3 -qc | sha256sum >/dev/null`
  execFileSync('sh', [
    '-c',
    `printf '%s\\n' "$@" | xargs -P ${availableParallelism()} -I{} sh -c '${pipeline}'`,
    'floor',
    ...files,
  ])
  return seconds(start)
}

/** Seconds that the entrypoint takes until the command's first instruction, in a container, over starting the command alone. */
async function entrypointOf(engine: DockerBench, image: string): Promise<number> {
  const starts = 200
  const loop = (command: string) =>
    `s=$EPOCHREALTIME; for ((i = 0; i < ${starts}; i++)); do ${command}; done; e=$EPOCHREALTIME; echo "$(((\${e/./} - \${s/./}) / ${starts}))"`
  const told = await engine.ask(
    image,
    'bash',
    '-c',
    `unset CONDA_PREFIX; ${loop('/usr/local/bin/_entrypoint.sh /bin/true')}; ${loop('/bin/true')}`,
  )
  const [ours = 0, alone = 0] = told.trim().split('\n').map(Number)
  return (ours - alone) / 1e6
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? NaN
}
