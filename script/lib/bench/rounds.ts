import { bigChannel } from './big-workload.ts'
import { chooseEdits, type CaseName } from './cases.ts'
import { measureEntrypoint } from './entrypoint.ts'
import { makers, stores, type BuildCase, type Findings, type Maker } from './findings.ts'
import { scriptedWorkload } from './scripted-workload.ts'
import { startBench, type Bench } from './setup.ts'
import type { Measurement } from './types.ts'
import { bigWheels } from './big-wheels.ts'
import { bumpedWheel, wheelWorkload } from './wheel-workload.ts'

/** A round: the cases that were chosen, once each, and what they find. */
interface Round {
  /** With the reference workload; absent where no case needs it. */
  readonly bench?: Bench | undefined
  /** From 0. */
  readonly number: number
  readonly chosen: ReadonlySet<CaseName>
  readonly findings: Findings
}

/** An image, and the one after the leaf's bump, by digest. */
type Pair = readonly [before: string, after: string]

/** With the reference workload. */
type ReferenceRound = Round & { readonly bench: Bench }

/** Runs the chosen cases once, all of them side by side. */
export async function runRound(round: Round): Promise<void> {
  const { bench, number, chosen } = round
  const images = bench && (await referenceCases({ ...round, bench }))
  if (chosen.has('scripts') || chosen.has('scripts-leaf')) await scriptCases(round)
  if (chosen.has('wheels') || chosen.has('wheels-bump')) await wheelCases(round)
  // Asked for their memory alone, which one round tells.
  if (chosen.has('big') && number === 0) await bigCase(round, 'big')
  if (chosen.has('big-wheels') && number === 0) await bigCase(round, 'big-wheels')
  if (bench && images) await starts({ ...round, bench }, images)
}

/** `cold` and `leaf` are always run, for others stand on their images. */
async function referenceCases(round: ReferenceRound): Promise<Readonly<Record<Maker, Pair>>> {
  round.findings.floor.push(round.bench.floor())
  const ours = await actionCases(round)
  const docker = await dockerCases(round, 'docker')
  return { ours, docker, best: await dockerCases(round, 'best') }
}

/** What becomes of the images. */
async function starts(round: ReferenceRound, images: Readonly<Record<Maker, Pair>>): Promise<void> {
  const { bench, chosen, findings } = round
  if (chosen.has('pull')) await pulls(round, images)
  if (chosen.has('entrypoint') && !findings.entrypoint) {
    findings.entrypoint = await measureEntrypoint(await bench.docker('docker'), images.ours[0])
  }
}

async function actionCases(round: ReferenceRound): Promise<Pair> {
  const { bench, number, chosen } = round
  const { leaf, python, ten } = chooseEdits(bench.packages)
  const run = async (name: BuildCase, bumped: readonly string[], inputs: Record<string, string>) => {
    const environment = name === 'second' ? 'second' : 'env'
    return note(
      round,
      'ours',
      name,
      await bench.ours(await bench.lock(bumped, environment), inputs, environment),
    )
  }
  // A repository of the round, in which no earlier image is; each case finds that of the one before.
  const inputs = { tags: bench.image(`ours-${number}`), 'cache-downloads': 'false' }
  const before = await run('cold', [], inputs)
  if (chosen.has('unchanged')) await run('unchanged', [], inputs)
  const after = await run('leaf', leaf, inputs)
  if (chosen.has('python') || chosen.has('ten')) await run('python', [...leaf, ...python], inputs)
  if (chosen.has('ten')) await run('ten', [...leaf, ...python, ...ten], inputs)
  if (chosen.has('second')) {
    const tags = bench.image(`second-${number}`)
    await run('second', leaf, { ...inputs, tags, 'cache-from': after.image })
  }
  if (chosen.has('cached')) {
    // The first run with a cache fills it.
    if (number === 0) await bench.ours(await bench.lock([]), { tags: bench.image('filling') })
    await run('cached', [], { tags: bench.image(`cached-${number}`) })
  }
  return [before.image, after.image]
}

async function dockerCases(round: ReferenceRound, maker: 'docker' | 'best'): Promise<Pair> {
  const { bench, number, chosen, findings } = round
  const { leaf } = chooseEdits(bench.packages)
  const build = async (name: BuildCase, bumped: readonly string[]) => {
    // A comment of the round, so that nothing of an earlier one is found in the build cache.
    const lock = `${await bench.lock(bumped)}# round ${number}\n`
    const engine = await bench.docker(maker)
    return note(round, maker, name, await engine.build(lock, bench.image(maker)))
  }
  const before = await build('cold', [])
  if (before.build !== undefined) findings.dockerBuild.push(before.build)
  if (chosen.has('unchanged')) await build('unchanged', [])
  return [before.image, (await build('leaf', leaf)).image]
}

/** The bump is made on the image of the cold run, so that this is run too where only the bump is chosen. */
async function scriptCases(round: Round): Promise<void> {
  const bench = await startBench(await scriptedWorkload())
  try {
    const { leaf } = chooseEdits(bench.packages)
    const cases = [
      ['scripts', await bench.lock([])],
      ['scripts-leaf', await bench.lock(leaf)],
    ] as const
    const inputs = { tags: bench.image('ours'), 'cache-downloads': 'false' }
    for (const [name, lock] of cases) note(round, 'ours', name, await bench.ours(lock, inputs))
    const engine = await bench.docker('docker')
    for (const [name, lock] of cases)
      note(round, 'docker', name, await engine.build(lock, bench.image('docker')))
  } finally {
    await bench.stop()
  }
}

/** The same with wheels, which docker's builds leave to a real pip. */
async function wheelCases(round: Round): Promise<void> {
  const { channel, wheels } = await wheelWorkload()
  const bench = await startBench(channel, { wheels })
  try {
    const cases = [
      ['wheels', []],
      ['wheels-bump', [bumpedWheel]],
    ] as const
    const inputs = { tags: bench.image('ours'), 'cache-downloads': 'false' }
    for (const [name, bumped] of cases)
      note(round, 'ours', name, await bench.ours(await bench.lock(bumped), inputs))
    const engine = await bench.docker('docker')
    const packages = withoutWheels(await bench.lock([]))
    for (const [name, bumped] of cases) {
      const build = engine.build(packages, bench.image('docker'), bench.requirements(bumped))
      note(round, 'docker', name, await build)
    }
  } finally {
    await bench.stop()
  }
}

/** What of a lock is micromamba's, which is the same whatever wheels there are. */
function withoutWheels(lock: string): string {
  return lock.replace(/^#.*\n/gm, '')
}

async function bigCase(round: Round, name: 'big' | 'big-wheels'): Promise<void> {
  const { channel, wheels } = name === 'big' ? { channel: await bigChannel(), wheels: [] } : await bigWheels()
  const bench = await startBench(channel, { wheels })
  try {
    const inputs = { tags: bench.image('big'), 'cache-downloads': 'false' }
    note(round, 'ours', name, await bench.ours(await bench.lock([]), inputs))
  } finally {
    await bench.stop()
  }
}

async function pulls(
  { bench, findings }: ReferenceRound,
  pairs: Readonly<Record<Maker, Pair>>,
): Promise<void> {
  for (const store of stores) {
    for (const maker of makers) {
      const engine = await bench.docker(`puller-${store}`)
      const [before, after] = pairs[maker]
      await engine.empty()
      await engine.pull(before)
      bench.settle()
      findings.pulls[maker][store].push(await engine.pull(after))
    }
  }
}

function note({ number, findings }: Round, maker: Maker, name: BuildCase, found: Measurement): Measurement {
  const runs = (findings.builds[maker][name] ??= [])
  runs.push(found)
  console.error(`round ${number + 1}: ${maker}, ${name}: ${found.wall.toFixed(2)} s`)
  return found
}
