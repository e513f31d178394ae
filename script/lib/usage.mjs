// Loaded into a process by --import: leaves what the process used in the folder that BENCH_USAGE names.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const folder = process.env.BENCH_USAGE
if (isMainThread && folder) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
    const used = { peak: maxRSS * 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 }
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(used))
  })
}
