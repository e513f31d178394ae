import * as core from '@actions/core'
import type { LockingRequest } from '../action/locking-request.ts'
import type { LockResult } from '../action/result.ts'
import { canonicalName } from '../environment/read.ts'
import type { ResolvedLock } from '../lock/resolve.ts'
import type { Lock } from '../lock/types.ts'
import type { Held } from '../micromamba/solve.ts'

/** With `update-only` the base is none of what may change. */
export function keptBase(
  { lock }: LockingRequest,
  previous: Lock | undefined,
  asked: string,
): string | undefined {
  const pinned = previous?.header?.baseImage
  return lock.updateOnly.length > 0 && pinned?.startsWith(`${asked}@`) ? pinned : undefined
}

/** The packages of the lock before that are to stay: none, unless only some may change. */
export function heldPackages({ lock }: LockingRequest, previous: Lock | undefined): Held[] {
  if (lock.updateOnly.length === 0) return []
  return (previous?.packages ?? []).filter(({ name }) => !lock.updateOnly.includes(name))
}

/** The same of its wheels, as constraints for pip. Their names are canonical; those that the input has are as people spell them. */
export function heldWheels({ lock }: LockingRequest, previous: Lock | undefined): string[] {
  if (lock.updateOnly.length === 0) return []
  const named = new Set(lock.updateOnly.map(canonicalName))
  return (previous?.wheels ?? []).flatMap(({ name, version }) =>
    version === undefined || named.has(name) ? [] : [`${name}==${version}`],
  )
}

/** A name that is in no lock is misspelt, most likely, and without a word nothing would be updated. */
export function warnOfUnknownNames(
  { lock }: LockingRequest,
  locked: readonly { readonly resolved: ResolvedLock; readonly result: LockResult }[],
): void {
  const known = new Set(
    locked.flatMap(({ resolved, result }) =>
      [...resolved.lock.packages, ...resolved.lock.wheels, ...(result.change?.diff.packages ?? [])].map(
        ({ name }) => name,
      ),
    ),
  )
  const unknown = lock.updateOnly.filter((name) => !known.has(name) && !known.has(canonicalName(name)))
  if (unknown.length > 0) core.warning(`update-only: no lockfile has ${unknown.join(', ')}`)
}
