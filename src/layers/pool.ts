import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { UserError } from '../common/errors.ts'
import type { LayerJob } from './job.ts'
import type { PackedGroup } from './types.ts'

/** What a worker thread answers to a job. An error's class is lost between threads, so its parts are sent. */
export type Answer =
  | { readonly packed: PackedGroup }
  | { readonly userError: Pick<UserError, 'message' | 'input' | 'file' | 'line'> }
  | { readonly bug: { readonly message: string; readonly stack?: string } }

/**
 * How many threads pack at most. Each takes some 80 MB, and keeps more than one core busy: it links and hashes while
 * threads of Node's own pool, which are four on any machine, decode its packages and encode its layer.
 */
const mostThreads = 3

/** How many threads pack so many layers. */
export function threadsFor(layers: number): number {
  return Math.min(availableParallelism(), mostThreads, layers)
}

/** What is young in a thread is garbage, mostly; V8 would let 48 MB of it gather before it looks. */
const resourceLimits = { maxYoungGenerationSizeMb: 16 }

/**
 * Packs layers in worker threads. The first failure ends the work on all of them; what they have begun to write stays
 * behind.
 * @param jobs in the order in which they are begun, the biggest first best, which keeps all cores busy to the end; each is asked for
 * when a thread is free, and may have to wait for its packages
 * @param onPacked called with each layer as it is finished, and the index of its job
 * @throws UserError when a package is at fault
 */
export async function packLayers(
  jobs: readonly (() => Promise<LayerJob>)[],
  onPacked: (packed: PackedGroup, index: number) => void = () => undefined,
  threads: number = threadsFor(jobs.length),
): Promise<void> {
  const waiting = [...jobs.entries()]
  const workers = Array.from(
    { length: Math.min(threads, jobs.length) },
    () => new Worker(workerUrl(), { resourceLimits }),
  )
  const work = async (worker: Worker) => {
    const end = endOf(worker)
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, prepare] = next
      const job = await Promise.race([prepare(), end])
      onPacked(await Promise.race([pack(worker, job), end]), index)
    }
  }
  try {
    await Promise.all(workers.map(work))
  } finally {
    waiting.length = 0
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

async function pack(worker: Worker, job: LayerJob): Promise<PackedGroup> {
  worker.postMessage(job)
  const [answer] = (await once(worker, 'message')) as [Answer] // what worker.ts sends
  if ('packed' in answer) return answer.packed
  if ('bug' in answer) throw Object.assign(new Error(), answer.bug)
  const { message, ...place } = answer.userError
  throw Object.assign(new UserError(message), place)
}

/** Fails when the thread ends, for whatever reason; with the reason, if it had one. */
function endOf(worker: Worker): Promise<never> {
  const end = new Promise<never>((_, reject) => {
    worker.once('error', reject)
    worker.once('exit', () => {
      reject(new Error('a packing thread ended'))
    })
  })
  // It ends after the last job, too, when nobody waits for that.
  end.catch(() => undefined)
  return end
}

/** The thread's code: this project's sources when they run as they are, else the bundle beside this one. */
function workerUrl(): URL {
  // Not written as `new URL('…', import.meta.url)`, which the bundler would take for a file to copy.
  const here = import.meta.url
  return new URL(here.endsWith('.ts') ? './worker.ts' : '../worker/index.js', here)
}
