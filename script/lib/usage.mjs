// Loaded into a process by --import: leaves what the process used in the folder that BENCH_USAGE names.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const folder = process.env.BENCH_USAGE
if (isMainThread && folder) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
    const used = {
      peak: highWaterMark() ?? maxRSS * 1024,
      cpu: (userCPUTime + systemCPUTime) / 1e6 + childrenTime(),
    }
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(used))
  })
}

/** Linux starts a program's maxRSS with that of the process that started it; VmHWM, in kB, is its own (proc(5)). */
function highWaterMark() {
  if (!existsSync('/proc/self/status')) return undefined
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return kilobytes && Number(kilobytes) * 1024
}

/** CPU seconds of the programs that it ran and waited for: fields 16 and 17 of proc(5)'s stat, in hundredths. */
function childrenTime() {
  if (!existsSync('/proc/self/stat')) return 0
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').pop().split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}
