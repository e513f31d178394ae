import { parentPort, workerData } from 'node:worker_threads'
import { fuzz } from './run.ts'
import { targets } from './targets/all.ts'
import type { Input } from './target.ts'
import { headLength, type Task } from './task.ts'

const { target, seed, inputs, shared } = workerData as Task // as script/fuzz.ts makes it
const head = new Int32Array(shared, 0, headLength / 4)
const place = Buffer.from(shared, headLength)

function remember(input: Input): void {
  const length = typeof input === 'string' ? place.write(input, 'utf16le') : input.copy(place)
  head[1] = length
  head[2] = typeof input === 'string' ? 1 : 0
  // What counts is what a reader holds, not what nobody has collected yet.
  if (Atomics.add(head, 0, 1) % 128 === 0 && process.memoryUsage.rss() > 3e8) globalThis.gc?.()
}

const found = targets.find(({ name }) => name === target)
if (!found) throw new Error(`there is no reader '${target}'`)
parentPort?.postMessage(await fuzz(found, { seed, inputs, onInput: remember }))
