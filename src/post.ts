import * as core from '@actions/core'
import { loadEngines, loadScratch, loadState } from './action/state.ts'
import { Cancelled, untilCancelled } from './common/cancellation.ts'
import { trustCertificates } from './common/certificates.ts'
import { messageOf } from './common/errors.ts'
import { removeScratch } from './common/scratch.ts'
import { saveTarballs } from './packages/tarball-cache.ts'

// A main step that ran to its end has removed it.
const scratch = loadScratch()
if (scratch !== undefined) {
  await removeScratch(scratch).catch((error: unknown) => {
    core.warning(`${scratch} may hold credentials and could not be removed: ${messageOf(error)}`)
  })
}

for (const remains of loadEngines()) {
  try {
    const { removeRemains } = await import('./execute/engine-session.ts')
    const problem = await removeRemains(remains)
    if (problem !== undefined) throw new Error(problem)
  } catch (error) {
    core.warning(`Containers and images of ${remains.program} may be left: ${messageOf(error)}`)
  }
}

// Works from what the main step saved alone, and never fails the job: the image is made, only the next run is slower.
try {
  const state = loadState()
  if (state === undefined) core.info('There are no package archives to save.')
  else {
    await trustCertificates([])
    await untilCancelled(() => saveTarballs(state))
  }
} catch (error) {
  core.warning(`The package archives were not saved: ${messageOf(error)}`)
  if (error instanceof Cancelled) process.exit(error.exitCode)
}
// The toolkit leaves connections open that it has given up, and a job is not to wait until their servers end them.
process.exit()
