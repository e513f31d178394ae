import { parentPort } from 'node:worker_threads'
import { Compilers } from '../bytecode/bytecode.ts'
import { diskError } from '../common/disk.ts'
import { UserError } from '../common/errors.ts'
import { runJob, type LayerJob } from './job.ts'
import type { Answer } from './pool.ts'

// A thread that packs layers: takes a job, answers with the packed layer or with what went wrong, takes the next.
parentPort?.on('message', (job: LayerJob) => {
  runJob(job, compilerOf(job)).then((packed) => {
    answer({ packed })
  }, fail)
})

/** Serves one job after the other, and ends with the thread. */
let compiler: Compilers | undefined

function compilerOf({ compiler: wanted }: LayerJob): Compilers | undefined {
  if (!wanted) return undefined
  if (wanted.executable !== compiler?.executable) {
    compiler?.close()
    compiler = new Compilers(wanted.executable, wanted.processes)
  }
  compiler.widen(wanted.processes)
  return compiler
}

function fail(thrown: unknown): void {
  const error = diskError(thrown) ?? thrown
  if (error instanceof UserError) {
    const { message, input, file, line } = error
    answer({ userError: { message, input, file, line } })
  } else {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    answer({ bug: { message, stack } })
  }
}

function answer(message: Answer): void {
  parentPort?.postMessage(message)
}
