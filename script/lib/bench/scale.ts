import { formatBytes } from '../../../src/common/format.ts'
import { table } from './report.ts'
import { scaleLeaf, type ScaleWorkload } from './scale-workload.ts'
import { startBench } from './setup.ts'
import { middleOf } from './types.ts'

/** What environments of one size take: seconds, medians. */
export interface ScalePoint {
  /** How many. */
  readonly packages: number
  /** Of their archives. */
  readonly bytes: number
  readonly docker: number
  readonly cold: number
  readonly leaf: number
  readonly unchanged: number
  readonly floor: number
}

/** From a handful of packages to the largest; 188 is the reference workload. */
const sizes = [10, 25, 50, 100, 188, 300, 400]

export async function measureScale(workload: ScaleWorkload, repeat: number): Promise<ScalePoint[]> {
  const points: ScalePoint[] = []
  for (const size of sizes) {
    points.push(await measureSize(workload, size, repeat))
    console.error(JSON.stringify(points.at(-1)))
  }
  return points
}

async function measureSize(
  { channel, packages }: ScaleWorkload,
  size: number,
  repeat: number,
): Promise<ScalePoint> {
  const chosen = packages.slice(0, size)
  const bench = await startBench(channel, { packages: chosen })
  try {
    const [plain, bumped] = [await bench.lock([]), await bench.lock([scaleLeaf])]
    const runs = { docker: [], cold: [], leaf: [], unchanged: [], floor: [] } as Record<
      'docker' | 'cold' | 'leaf' | 'unchanged' | 'floor',
      number[]
    >
    for (let round = 0; round < repeat; round++) {
      const inputs = { tags: bench.image(`ours-${round}`), 'cache-downloads': 'false' }
      runs.floor.push(bench.floor())
      runs.cold.push((await bench.ours(plain, inputs)).wall)
      runs.unchanged.push((await bench.ours(plain, inputs)).wall)
      runs.leaf.push((await bench.ours(bumped, inputs)).wall)
      const engine = await bench.docker('docker')
      // A comment of the round, so that nothing of an earlier one is found in the build cache.
      runs.docker.push((await engine.build(`${plain}# round ${round}\n`, bench.image('docker'))).wall)
    }
    const median = (values: readonly number[]) => middleOf(values, (value) => value)
    return {
      packages: size,
      bytes: chosen.reduce((sum, { builds }) => sum + builds[0].size, 0),
      docker: median(runs.docker),
      cold: median(runs.cold),
      leaf: median(runs.leaf),
      unchanged: median(runs.unchanged),
      floor: median(runs.floor),
    }
  } finally {
    await bench.stop()
  }
}

/** A table, Markdown. */
export function scaleReport(points: readonly ScalePoint[]): string {
  const seconds = (value: number) => value.toFixed(value < 10 ? 2 : 1)
  return table(
    ['packages', 'archives', 'docker, s', 'cold, s', 'one leaf bumped, s', 'nothing changed, s', 'floor, s'],
    points.map((point) => [
      String(point.packages),
      formatBytes(point.bytes),
      ...[point.docker, point.cold, point.leaf, point.unchanged, point.floor].map(seconds),
    ]),
  ).join('\n')
}
