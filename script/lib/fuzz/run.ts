import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { mutate } from './mutate.ts'
import { Random } from './random.ts'
import { Seen } from './seen.ts'
import type { FuzzTarget, Input } from './target.ts'

export interface FuzzOptions {
  readonly seed: number
  /** How many inputs. */
  readonly inputs: number
  /** Called before each is read. */
  readonly onInput?: (input: Input) => void
  /** Whether the input that was just read reached something that none before it had reached. */
  readonly isNew?: () => boolean
  /** Milliseconds from which on an input is one that hangs. */
  readonly limit?: number
}

/** What came of it. */
export interface FuzzResult {
  /** Inputs that were read. */
  readonly inputs: number
  /** Those among them that were not refused. */
  readonly accepted: number
  /** Milliseconds that the slowest of them took. */
  readonly slowest: number
  /** The first that must not be, after which none is read. */
  readonly finding?: Finding
}

export interface Finding {
  readonly input: Input
  /** What happened, with the stack of an error. */
  readonly what: string
}

/** Inputs that are read in one turn of the event loop. */
const turn = 64
/** Inputs that fast-check makes at a time. */
const batch = 128
/** Changed ones there are for each of these. */
const changes = 15
/** Bytes, or half as many in texts, of inputs that are remembered since they reached something. */
const mostGood = 16 * 1024 * 1024

/** Gives a reader inputs until it breaks, hangs, or there are enough: the same for the same seed. */
export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> {
  const { inputs, limit = 1000 } = options
  const good: Input[] = []
  let goodLength = 0
  let count = 0
  let accepted = 0
  let slowest = 0
  for (const input of await inputsOf(target, options.seed, good)) {
    if (count === inputs) break
    count++
    // What readers let go of is collected between turns of the event loop, of which there would be none.
    if (count % turn === 0) await setImmediate()
    options.onInput?.(input)
    const start = performance.now()
    try {
      const taken = target.run(input)
      if (typeof taken === 'boolean' ? taken : await taken) accepted++
    } catch (error) {
      return { inputs: count, accepted, slowest, finding: { input, what: stackOf(error) } }
    }
    if (options.isNew?.() && goodLength < mostGood) {
      good.push(input)
      goodLength += input.length
    }
    const took = performance.now() - start
    if (took > slowest) slowest = took
    // Twice, for a machine that does something else may be what took the time.
    if (took > limit && (await isSlow(target, input, limit))) {
      return { inputs: count, accepted, slowest, finding: { input, what: `it took ${Math.round(took)} ms` } }
    }
  }
  return { inputs: count, accepted, slowest }
}

/** @param good those that others are made of before all, to which it may be added meanwhile */
async function inputsOf(target: FuzzTarget, seed: number, good: readonly Input[]): Promise<Generator<Input>> {
  const corpus = await target.corpus()
  return generate(target, corpus, good, seed)
}

function* generate(
  { made, tokens, mended }: FuzzTarget,
  corpus: readonly Input[],
  good: readonly Input[],
  seed: number,
): Generator<Input> {
  const random = new Random(seed)
  const seen = new Seen()
  yield* corpus
  for (let round = 0; ; round++) {
    const fresh = fc.sample(made, { numRuns: batch, seed: seed + round })
    for (const input of fresh) if (seen.isNew(input)) yield input
    const pool = [...corpus, ...fresh]
    for (let left = batch * changes; left > 0; left--) {
      // Half of them come of the corpus, which is small, and of what was good.
      const from = random.pick([pool, pool, corpus, good])
      const changed = mutate(random.pick(from.length > 0 ? from : pool), random.pick(pool), random, tokens)
      const input = mended && random.below(4) > 0 ? mended(changed, () => random.next()) : changed
      if (seen.isNew(input)) yield input
    }
  }
}

async function isSlow(target: FuzzTarget, input: Input, limit: number): Promise<boolean> {
  const start = performance.now()
  await target.run(input)
  return performance.now() - start > limit
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
