import type { LockDifference } from './diff.ts'
import type { ResolvedLock } from './resolve.ts'

/** How many packages are named of each kind of change, so that a refreshed lock does not fill the log. */
const named = 8

/**
 * What became of a lockfile, for the log: whether it was used, or why it was solved again and what that changed.
 * @param file as people know it, relative to the workspace
 */
export function describeLock({ lock, reasons, changed, difference }: ResolvedLock, file: string): string[] {
  const count = `${lock.packages.length} packages`
  if (!reasons) return [`${file}: used as it is, ${count}`]
  const version = lock.header?.micromambaVersion ?? ''
  return [
    `${file}: solved by micromamba ${version}, ${count}, since`,
    ...reasons.map((reason) => `- ${reason}`),
    ...(difference ? [describeDifference(difference)] : []),
    changed
      ? `It was written into the workspace. Commit it, for the job does not: without it each run solves again, and may find newer packages.`
      : 'It is what it was before.',
  ]
}

function describeDifference({ added, removed, changed }: LockDifference): string {
  const parts = [
    part(
      'added',
      added.map(({ name, version }) => `${name} ${version}`),
    ),
    part(
      'removed',
      removed.map(({ name, version }) => `${name} ${version}`),
    ),
    part(
      'changed',
      changed.map(({ name, before, after }) => `${name} ${before} → ${after}`),
    ),
  ]
  return `Against the lock before: ${parts.filter((text) => text !== '').join('; ') || 'no package is another one'}.`
}

function part(what: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const rest = items.length - named
  return `${items.length} ${what}: ${items.slice(0, named).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
