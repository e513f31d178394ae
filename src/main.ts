import { setFlagsFromString } from 'node:v8'
import { setMergeOutputs } from './action/outputs.ts'
import { readRequest } from './action/request.ts'
import { setLateOutputs } from './action/runner-files.ts'
import { runStep } from './action/step.ts'
import { writeSummary } from './action/summary.ts'
import { trustCertificates } from './common/certificates.ts'
import { merge, run } from './pipeline.ts'

// Gigabytes of buffers pass through beside a heap of a few megabytes, and V8 would collect garbage for each 10 MB of them,
// here and in the threads that pack: a tenth of all CPU time.
setFlagsFromString('--heap-growing-percent=200')

await runStep('micromamba-image', async () => {
  const request = readRequest()
  await trustCertificates(request.condarc?.certificates ?? [])
  if (request.merge) {
    const merged = await merge(request, request.merge)
    setLateOutputs(() => {
      setMergeOutputs(merged, request.tags)
    })
  } else {
    const result = await run(request)
    await writeSummary(result)
  }
})
