import { parentPort, workerData } from 'node:worker_threads'
import { Coverage } from './coverage.ts'
import { fuzz, type FuzzResult } from './run.ts'
import type { Input } from './target.ts'
import { headLength, type Task } from './task.ts'

/** What it says at its end. */
export interface Reached extends FuzzResult {
  /** How many blocks of the program inputs entered. */
  readonly reached: number
}

const { target, seed, inputs, noted, shared } = workerData as Task // as script/fuzz.ts makes it
const head = new Int32Array(shared, 0, headLength / 4)
/** Bytes of the process from which on garbage is collected. */
let tooMuch = 3.8e8
const place = Buffer.from(shared, headLength)

function remember(input: Input): void {
  const length = typeof input === 'string' ? place.write(input, 'utf16le') : input.copy(place)
  head[1] = length
  head[2] = typeof input === 'string' ? 1 : 0
  if (Atomics.add(head, 0, 1) % 128 === 0 && process.memoryUsage.rss() > tooMuch) collect()
}

/** What counts is what a reader holds, not what nobody has collected yet. */
function collect(): void {
  globalThis.gc?.()
  // Not all of what was collected goes back to the system at once: again when there is more.
  tooMuch = Math.min(Math.max(tooMuch, process.memoryUsage.rss() + 2e7), 4.8e8)
}

const coverage = new Coverage(noted)
const { targets } = await import('./targets/all.ts')
const found = targets.find(({ name }) => name === target)
if (!found) throw new Error(`there is no reader '${target}'`)
// What loading the modules enters is nothing that an input reaches.
coverage.forget()
const options = { seed, inputs, onInput: remember, isNew: () => coverage.isNew() }
const result: Reached = { ...(await fuzz(found, options)), reached: coverage.reached }
parentPort?.postMessage(result)
