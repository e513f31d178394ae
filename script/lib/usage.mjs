// Loaded into a process by --import: leaves what the process used in the folder that BENCH_USAGE names.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const folder = process.env.BENCH_USAGE
if (isMainThread && folder) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage()
    // Not maxRSS, which begins with that of the process that started this one.
    const [, peak] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    const used = { peak: Number(peak) * 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 }
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(used))
  })
}
