import { dirname, resolve } from 'node:path'
import type { WheelPlace } from '../layers/replaced.ts'
import type { Lock } from '../lock/types.ts'
import { wheelToFetch, type WheelLine, type WheelToFetch } from '../packages/wheel/archive.ts'
import type { LockedMember } from './lock.ts'

/** The wheels of a lock, in its order. What wheels are to be built from is refused before anybody asks. */
export function wheelLines({ wheels }: Pick<Lock, 'wheels'>): WheelLine[] {
  return wheels.filter((wheel) => wheel.kind === 'wheel')
}

/** The wheels of an environment, to be fetched. */
export function wheelsOf(
  { file, result, resolved: { lock, path } }: LockedMember,
  workspace: string,
): WheelToFetch[] {
  const folder = dirname(lock.header ? resolve(workspace, file) : path)
  return wheelLines(lock).map((wheel) => wheelToFetch(wheel, folder, result.file))
}

/** Where its wheels stand among all that is linked. */
export function wheelPlaces({ result, resolved: { lock } }: LockedMember): WheelPlace[] {
  return wheelLines(lock).map(({ name, version, line }, index) => ({
    name,
    version,
    position: lock.packages.length + index,
    at: { file: result.file, line },
  }))
}
