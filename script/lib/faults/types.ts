import type { ActionOutcome } from '../runner.ts'
import type { Run, ScenarioName, Stand } from './stand.ts'

/**
 * A fault at a stage: a cell of the table, or one of its halves. Whoever adds cases says what goes wrong, in `arrange`, and what is expected;
 * the rest is the same for all: a job runs, and `brokenInvariants` looks at what it left.
 */
export interface FaultCase {
  /** The row. */
  readonly fault: string
  /** The column: a stage, or a kind of request that it makes. */
  readonly stage: string
  readonly times: 'once' | 'for ever'
  readonly expects: Expectation
  /** The run that meets it, where that is neither `lock` nor `image`. */
  readonly scenario?: ScenarioName
  /** Whether the services speak https. */
  readonly isSecure?: boolean
  /** Whether it belongs to the few that `script/test` runs. */
  readonly usual?: boolean
  /** Prepares the fault. @returns the run that is to meet it */
  readonly arrange: (stand: Stand, id: string) => Promise<Arranged> | Arranged
}

/**
 * `survived`: the image is the one that it is without the fault. `refused`: the run fails, and says why. `killed`: the run ends by a
 * signal, unless it has ended before.
 */
export type Expectation = 'survived' | 'refused' | 'either' | 'killed'

export interface Arranged {
  readonly run: Run
  /** Whether the run has met the fault: a case in which nothing happened proves nothing. */
  readonly hasMet: () => boolean
  /** What an error has to name: an address's host, a file. */
  readonly names: RegExp
  /** The registry itself moves the tag, whatever the run does. */
  readonly movesTag?: boolean
  /** Objections besides those to every run. */
  readonly objections?: (outcome: ActionOutcome) => readonly string[] | Promise<readonly string[]>
  readonly undo?: () => Promise<void>
}

export interface Verdict {
  readonly case: FaultCase
  readonly kind: 'survived' | 'refused' | 'wrong'
  /** Why it is wrong. */
  readonly objections: readonly string[]
  readonly seconds: number
  readonly log: string
}
