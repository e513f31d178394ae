import { summarize, type LockChange } from './diff/diff.ts'
import type { ResolvedLock } from './resolve.ts'

/**
 * What became of a lockfile, for the log: whether it was used, or why it was solved again and what that changed.
 * @param file as people know it, relative to the workspace
 * @param change against the lock before, if there was one
 */
export function describeLock(
  { lock, reasons, changed }: ResolvedLock,
  file: string,
  change?: LockChange,
): string[] {
  const count = `${lock.packages.length} packages`
  if (!reasons) return [`${file}: used as it is, ${count}`]
  const version = lock.header?.micromambaVersion ?? ''
  return [
    `${file}: solved by micromamba ${version}, ${count}, since`,
    ...reasons.map((reason) => `- ${reason}`),
    ...(change ? [`Against the lock before: ${summarize([change])}.`, ...couldNotStay(change)] : []),
    changed
      ? `It was written into the workspace. Commit it, for the job does not: without it each run solves again, and may find newer packages.`
      : 'It is what it was before.',
  ]
}

function couldNotStay({ diff }: LockChange): string[] {
  const names = diff.couldNotStay ?? []
  return names.length > 0 ? [`These could not stay as they were: ${names.join(', ')}.`] : []
}
