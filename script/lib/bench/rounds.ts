import { bigChannel } from './big-workload.ts'
import { chooseEdits, type CaseName } from './cases.ts'
import { measureEntrypoint } from './entrypoint.ts'
import { makers, stores, type BuildCase, type Findings, type Maker } from './findings.ts'
import { scriptedWorkload } from './scripted-workload.ts'
import { startBench, type Bench } from './setup.ts'
import type { Measurement } from './types.ts'

/** A round: the cases that were chosen, once each, and what they find. */
interface Round {
  readonly bench: Bench
  /** From 0. */
  readonly number: number
  readonly chosen: ReadonlySet<CaseName>
  readonly findings: Findings
}

/** An image, and the one after the leaf's bump, by digest. */
type Pair = readonly [before: string, after: string]

/** Runs the chosen cases once, all of them side by side. `cold` and `leaf` are always run, for others stand on their images. */
export async function runRound(round: Round): Promise<void> {
  const { bench, chosen, findings } = round
  findings.floor.push(bench.floor())
  const ours = await actionCases(round)
  const docker = await dockerCases(round, 'docker')
  const best = await dockerCases(round, 'best')
  if (chosen.has('scripts') || chosen.has('scripts-leaf')) await scriptCases(round)
  // Asked for its memory alone, which one round tells.
  if (chosen.has('big') && round.number === 0) await bigCase(round)
  if (chosen.has('pull')) await pulls(round, { ours, docker, best })
  if (chosen.has('entrypoint') && !findings.entrypoint) {
    findings.entrypoint = await measureEntrypoint(await bench.docker('docker'), ours[0])
  }
}

async function actionCases(round: Round): Promise<Pair> {
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

async function dockerCases(round: Round, maker: 'docker' | 'best'): Promise<Pair> {
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

async function bigCase(round: Round): Promise<void> {
  const bench = await startBench(await bigChannel())
  try {
    const inputs = { tags: bench.image('big'), 'cache-downloads': 'false' }
    note(round, 'ours', 'big', await bench.ours(await bench.lock([]), inputs))
  } finally {
    await bench.stop()
  }
}

async function pulls({ bench, findings }: Round, pairs: Readonly<Record<Maker, Pair>>): Promise<void> {
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
