import { setFlagsFromString } from 'node:v8'
import * as core from '@actions/core'
import { setMergeOutputs } from './action/outputs.ts'
import { readRequest } from './action/request.ts'
import { writeSummary } from './action/summary.ts'
import { Cancelled, untilCancelled } from './common/cancellation.ts'
import { trustCertificates } from './common/certificates.ts'
import { diskError } from './common/disk.ts'
import { UserError } from './common/errors.ts'
import { merge, run } from './pipeline.ts'

// Gigabytes of buffers pass through beside a heap of a few megabytes, and V8 would collect garbage for each 10 MB of them,
// here and in the threads that pack: a tenth of all CPU time.
setFlagsFromString('--heap-growing-percent=200')

try {
  await untilCancelled(work)
} catch (error) {
  fail(error)
}
// Whatever connection is still open after a failure, the job is not to wait for it.
process.exit()

async function work(): Promise<void> {
  const request = readRequest()
  await trustCertificates(request.condarc?.certificates ?? [])
  if (request.merge) {
    setMergeOutputs(await merge(request, request.merge), request.tags)
  } else {
    const result = await run(request)
    await writeSummary(result)
  }
}

/** A user's error is its message, beside the line of the file it is about; anything else is a bug and shows its stack. */
function fail(thrown: unknown): void {
  const error = diskError(thrown) ?? thrown
  process.exitCode = error instanceof Cancelled ? error.exitCode : 1
  if (error instanceof Cancelled) {
    core.endGroup()
    core.info(error.message)
  } else if (error instanceof UserError) {
    core.error(error.message, { title: 'micromamba-image', file: error.file, startLine: error.line })
  } else {
    core.error(error instanceof Error ? (error.stack ?? error.message) : String(error), {
      title: 'micromamba-image: this is a bug, please report it',
    })
  }
}
