import * as core from '@actions/core'
import { Cancelled, untilCancelled } from '../common/cancellation.ts'
import { diskError } from '../common/disk.ts'
import { UserError } from '../common/errors.ts'
import { removeAllScratch } from '../common/scratch.ts'

/**
 * Does the work of a main step and ends the process. What it throws makes the step fail, or a cancelled one end in order.
 * @param title which of the actions says so
 */
export async function runStep(title: string, work: () => Promise<void>): Promise<never> {
  try {
    await untilCancelled(work)
  } catch (error) {
    fail(title, error)
  }
  // Whatever connection is still open after a failure, the job is not to wait for it, nor to keep what it brings.
  removeAllScratch()
  process.exit()
}

/** A user's error is its message, beside the line of the file it is about; anything else is a bug and shows its stack. */
function fail(title: string, thrown: unknown): void {
  const error = diskError(thrown) ?? thrown
  process.exitCode = error instanceof Cancelled ? error.exitCode : 1
  if (error instanceof Cancelled) {
    core.endGroup()
    core.info(error.message)
  } else if (error instanceof UserError) {
    core.error(error.message, { title, file: error.file, startLine: error.line })
  } else {
    core.error(error instanceof Error ? (error.stack ?? error.message) : String(error), {
      title: `${title}: this is a bug, please report it`,
    })
  }
}
