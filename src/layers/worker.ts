import { parentPort } from 'node:worker_threads'
import { UserError } from '../common/errors.ts'
import { runJob, type LayerJob } from './job.ts'
import type { Answer } from './pool.ts'

// A thread that packs layers: takes a job, answers with the packed layer or with what went wrong, takes the next.
parentPort?.on('message', (job: LayerJob) => {
  runJob(job).then(
    (layer) => {
      answer({ layer })
    },
    (error: unknown) => {
      answer({ failure: portable(error) })
    },
  )
})

function answer(message: Answer): void {
  parentPort?.postMessage(message)
}

/** An error's class is lost between threads; what matters of it is said beside it. */
function portable(error: unknown): Answer['failure'] {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return { isUserError: error instanceof UserError, message, stack }
}
