import { messageOf } from '../../../src/common/errors.ts'
import { judge } from './judge.ts'
import { startStand, type Stand } from './stand.ts'
import type { FaultCase, Verdict } from './types.ts'

export interface RunOptions {
  /** How many jobs run at a time, each on a stand of its own. */
  readonly jobs: number
  readonly onVerdict?: (verdict: Verdict, done: number) => void
}

/** Runs cases on stands of their own. @returns in the order of the cases */
export async function runCases(cases: readonly FaultCase[], options: RunOptions): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  let next = 0
  let done = 0
  const work = async () => {
    const stands = new Map<boolean, Stand>()
    const standFor = async ({ isSecure = false }: FaultCase) => {
      const stand = stands.get(isSecure) ?? (await startStand(isSecure))
      stands.set(isSecure, stand)
      return stand
    }
    try {
      for (let index = next++; index < cases.length; index = next++) {
        const one = cases[index]
        if (!one) break
        const stand = await standFor(one)
        const verdict = await judge(one, stand, `case-${index}`).catch((error: unknown) => broken(one, error))
        verdicts[index] = verdict
        options.onVerdict?.(verdict, ++done)
      }
    } finally {
      for (const stand of stands.values()) await stand.stop()
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.jobs, cases.length) }, work))
  return verdicts
}

/** The table goes on without a case that cannot be judged. */
function broken(of: FaultCase, error: unknown): Verdict {
  return { case: of, kind: 'wrong', objections: [`it broke off: ${messageOf(error)}`], seconds: 0, log: '' }
}
