import { judge } from './judge.ts'
import { startStand } from './stand.ts'
import type { FaultCase, Verdict } from './types.ts'

export interface RunOptions {
  /** How many stands there are, each with one job at a time. */
  readonly jobs: number
  readonly onVerdict?: (verdict: Verdict, done: number) => void
}

/** Runs cases on stands of their own. @returns in the order of the cases */
export async function runCases(cases: readonly FaultCase[], options: RunOptions): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  let next = 0
  let done = 0
  const work = async () => {
    const stand = await startStand()
    try {
      for (let index = next++; index < cases.length; index = next++) {
        const one = cases[index]
        if (!one) break
        const verdict = await judge(one, stand, `case-${index}`)
        verdicts[index] = verdict
        options.onVerdict?.(verdict, ++done)
      }
    } finally {
      await stand.stop()
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.jobs, cases.length) }, work))
  return verdicts
}
