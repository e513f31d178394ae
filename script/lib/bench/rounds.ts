import { chooseEdits, type CaseName } from './cases.ts'
import { measureEntrypoint } from './entrypoint.ts'
import type { BuildCase, Findings, Maker } from './findings.ts'
import type { Bench } from './setup.ts'
import type { Measurement } from './types.ts'

/** Runs the chosen cases once. `cold` is always run, for the others stand on its image. */
export async function runRound(
  bench: Bench,
  round: number,
  chosen: ReadonlySet<CaseName>,
  findings: Findings,
): Promise<void> {
  const { leaf, python, ten } = chooseEdits(bench.packages)
  const note = (maker: Maker, name: BuildCase, found: Measurement) => {
    const runs = (findings.builds[maker][name] ??= [])
    runs.push(found)
    console.error(`round ${round + 1}: ${maker}, ${name}: ${found.wall.toFixed(2)} s`)
    return found
  }
  findings.floor.push(bench.floor())

  const [plain, leafBumped] = [await bench.lock([]), await bench.lock(leaf)]
  const tags = bench.image(`ours-${round}`)
  const uncached = { tags, 'cache-downloads': 'false' }
  const cold = note('ours', 'cold', await bench.ours(plain, uncached))
  if (chosen.has('cached')) {
    // The first run with a cache fills it.
    if (round === 0) await bench.ours(plain, { tags: bench.image('filling'), 'cache-from': 'none' })
    note('ours', 'cached', await bench.ours(plain, { tags: bench.image(`cached-${round}`) }))
  }
  if (chosen.has('unchanged')) note('ours', 'unchanged', await bench.ours(plain, uncached))
  const bumpedImage = note('ours', 'leaf', await bench.ours(leafBumped, uncached))
  // Each of these finds the image of the one before.
  if (chosen.has('python') || chosen.has('ten')) {
    note('ours', 'python', await bench.ours(await bench.lock([...leaf, ...python]), uncached))
  }
  if (chosen.has('ten')) {
    note('ours', 'ten', await bench.ours(await bench.lock([...leaf, ...python, ...ten]), uncached))
  }
  if (chosen.has('second')) {
    const second = {
      ...uncached,
      tags: bench.image(`second-${round}`),
      'cache-from': bumpedImage.image,
    }
    note('ours', 'second', await bench.ours(await bench.lock(leaf, 'second'), second, 'second'))
  }

  if (chosen.has('entrypoint') && !findings.entrypoint) {
    findings.entrypoint = await measureEntrypoint(await bench.docker('docker'), cold.image)
  }
  const pairs = { ours: [cold.image, bumpedImage.image] } as Record<Maker, string[]>
  for (const kind of ['docker', 'best'] as const) {
    const engine = await bench.docker(kind)
    const build = async (name: 'cold' | 'unchanged' | 'leaf', lock: string) => {
      // A comment of the round, so that nothing of an earlier one is found in the build cache.
      const salted = `${lock}# round ${round}\n`
      const tag = bench.image(kind)
      const found = note(kind, name, await engine.build(salted, tag))
      if (kind === 'docker' && name === 'cold') findings.dockerBuild.push(found.build ?? NaN)
      return found.image
    }
    const first = await build('cold', plain)
    if (chosen.has('unchanged')) await build('unchanged', plain)
    const second = chosen.has('leaf') || chosen.has('pull') ? await build('leaf', leafBumped) : first
    pairs[kind] = [first, second]
  }
  if (chosen.has('pull')) {
    for (const store of ['older', 'containerd'] as const) {
      for (const maker of ['ours', 'docker', 'best'] as const) {
        const engine = await bench.docker(`puller-${store}`)
        const [before = '', after = ''] = pairs[maker]
        await engine.empty()
        await engine.pull(before)
        bench.settle()
        findings.pulls[maker][store].push(await engine.pull(after))
      }
    }
  }
}
