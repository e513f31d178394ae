import type { LockResult } from '../action/result.ts'
import type { ResolvedLock } from '../lock/resolve.ts'
import type { Member } from './environments.ts'

/** An environment with its lock for one platform. */
export interface LockedMember extends Member {
  readonly resolved: ResolvedLock
  readonly result: LockResult
}
