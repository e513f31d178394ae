import { runStep } from './action/step.ts'
import { trustCertificates } from './common/certificates.ts'
import { readRefreshRequest } from './refresh/request.ts'
import { refresh } from './refresh/run.ts'

await runStep('micromamba-image refresh', async () => {
  const request = readRefreshRequest()
  await trustCertificates(request.locking.condarc?.certificates ?? [])
  await refresh(request)
})
