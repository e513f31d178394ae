import { conditionCases } from './conditions.ts'
import { diskCases } from './disks.ts'
import { pairCases } from './pairs.ts'
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
])

/** Faults of the machine that a job runs on. */
export function machineCases(): FaultCase[] {
  return [...diskCases(), ...conditionCases(), ...signalCases(), ...pairCases()].map((one) => ({
    ...one,
    usual: usual.has(`${one.fault} @ ${one.stage}`),
  }))
}
