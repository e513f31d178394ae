import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { UserError } from '../common/errors.ts'
import type { LayerJob } from './job.ts'
import type { PackedLayer } from './types.ts'

/** What a worker thread answers to a job. */
export interface Answer {
  readonly layer?: PackedLayer
  readonly failure?: { readonly isUserError: boolean; readonly message: string; readonly stack?: string }
}

/**
 * Packs layers in worker threads, one a core. After the first failure no further job is begun.
 * @param jobs in the order in which they are begun: the biggest first keeps all cores busy to the end
 * @param onPacked called with each layer as it is finished
 * @throws UserError when a package is at fault
 */
export async function packLayers(
  jobs: readonly LayerJob[],
  onPacked: (layer: PackedLayer, job: LayerJob) => void = () => undefined,
  threads: number = availableParallelism(),
): Promise<void> {
  const waiting = [...jobs]
  const work = async () => {
    const worker = new Worker(workerUrl())
    try {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        onPacked(await packIn(worker, job), job)
      }
    } catch (error) {
      waiting.length = 0
      throw error
    } finally {
      await worker.terminate()
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(threads, jobs.length) }, work))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

function packIn(worker: Worker, job: LayerJob): Promise<PackedLayer> {
  return new Promise((resolve, reject) => {
    const settle = ({ layer, failure }: Answer) => {
      worker.off('error', reject)
      if (layer) resolve(layer)
      else if (failure?.isUserError) reject(new UserError(failure.message))
      else reject(Object.assign(new Error(failure?.message), { stack: failure?.stack }))
    }
    worker.once('message', settle).once('error', reject)
    worker.postMessage(job)
  })
}

/** The thread's code: this project's sources when they run as they are, else the bundle beside this one. */
function workerUrl(): URL {
  // Not written as `new URL('…', import.meta.url)`, which the bundler would take for a file to copy.
  const here = import.meta.url
  return new URL(here.endsWith('.ts') ? './worker.ts' : '../worker/index.js', here)
}
