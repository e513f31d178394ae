import { basename } from 'node:path'
import { formatCount } from '../common/format.ts'
import { summarize, type LockChange } from './diff/diff.ts'
import type { ResolvedLock } from './resolve.ts'
import type { Lock } from './types.ts'

/**
 * What became of a lockfile, for the log: whether it was used, or why it was solved again and what that changed.
 * @param file as people know it, relative to the workspace
 * @param change against the lock before, if there was one
 * @param committed whether the run commits it
 */
export function describeLock(
  { lock, companion, reasons, changed }: ResolvedLock,
  file: string,
  change?: LockChange,
  committed = false,
): string[] {
  const count = countLocked(lock)
  if (!reasons) {
    const used = companion === undefined ? 'used as it is' : `used as it is, with ${basename(companion)}`
    return [`${file}: ${used}, ${count}`]
  }
  return [
    `${file}: solved by ${solvers(lock)}, ${count}, since`,
    ...reasons.map((reason) => `- ${reason}`),
    ...(change ? [`Against the lock before: ${summarize([change])}.`, ...couldNotStay(change)] : []),
    changed
      ? committed
        ? 'It is another one than in the workspace.'
        : `It was written into the workspace. Commit it, for the job does not: without it each run solves again, and may find newer packages.`
      : 'It is what it was before.',
  ]
}

function solvers({ header }: Lock): string {
  const pip = header?.pipVersion
  return `micromamba ${header?.micromambaVersion ?? ''}${pip === undefined ? '' : ` and pip ${pip}`}`
}

/** `12 packages, 3 wheels`; what a wheel is yet to be built from counts as one. */
export function countLocked({ packages, wheels }: Lock): string {
  return [
    formatCount(packages.length, 'package'),
    ...(wheels.length > 0 ? [formatCount(wheels.length, 'wheel')] : []),
  ].join(', ')
}

function couldNotStay({ diff }: LockChange): string[] {
  const names = diff.couldNotStay ?? []
  return names.length > 0 ? [`These could not stay as they were: ${names.join(', ')}.`] : []
}
