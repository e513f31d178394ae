import * as core from '@actions/core'
import { loadState } from './action/state.ts'
import { Cancelled, untilCancelled } from './common/cancellation.ts'
import { messageOf } from './common/errors.ts'
import { saveTarballs } from './packages/tarball-cache.ts'

// Works from what the main step saved alone, and never fails the job: the image is made, only the next run is slower.
try {
  const state = loadState()
  if (state === undefined) core.info('There are no package archives to save.')
  else await untilCancelled(() => saveTarballs(state))
} catch (error) {
  core.warning(`The package archives were not saved: ${messageOf(error)}`)
  if (error instanceof Cancelled) process.exit(error.exitCode)
}
