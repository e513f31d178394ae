import { conditionCases } from './conditions.ts'
import { diskCases } from './disks.ts'
import { killCases } from './kills.ts'
import { nameCases } from './names.ts'
import { pairCases } from './pairs.ts'
import { runnerFileCases } from './runner-files.ts'
import { signalCases } from './signals.ts'
import type { FaultCase } from './types.ts'

/** Those that `script/test` runs: one of each kind. */
const usual = new Set([
  'a disk of 64 kB is full @ RUNNER_TEMP',
  'a disk is read-only @ workspace',
  'the user of the job may not write @ tool cache',
  '64 open files @ every stage but the solve',
  'umask 077 @ every stage but the solve',
  'SIGTERM @ begin of Packages',
  'SIGKILL @ begin of Outputs',
  'SIGKILL @ link script in runc',
  'a disk without room @ GITHUB_OUTPUT, lock',
  'a name with IPv4 dead and IPv6 alive @ registry',
])

/** Faults of the machine that a job runs on. */
export function machineCases(): FaultCase[] {
  return [
    ...diskCases(),
    ...conditionCases(),
    ...signalCases(),
    ...killCases(),
    ...pairCases(),
    ...runnerFileCases(),
    ...nameCases(),
  ].map((one) => ({
    ...one,
    usual: usual.has(`${one.fault} @ ${one.stage}`),
  }))
}
