import { dirname, resolve } from 'node:path'
import type { WheelPlace } from '../layers/replaced.ts'
import type { Lock, LockedWheel } from '../lock/types.ts'
import { wheelToFetch, type SourceLine, type WheelToFetch } from '../packages/wheel/archive.ts'
import type { LockedMember } from './locked-member.ts'

/**
 * What pip would install, in its order, but for the folders of the workspace: theirs are the layers on top, so they come last.
 */
export function wheelLines({ wheels }: Pick<Lock, 'wheels'>): LockedWheel[] {
  const isFolder = ({ kind }: LockedWheel) => kind === 'directory'
  return [...wheels.filter((wheel) => !isFolder(wheel)), ...wheels.filter(isFolder)]
}

/** Those of them that a wheel is built of. */
export function sourceLines(lock: Pick<Lock, 'wheels'>): SourceLine[] {
  return wheelLines(lock).filter((wheel) => wheel.kind !== 'wheel')
}

/** The wheels of an environment, to be fetched; undefined in the place of those that are to be built. */
export function wheelsOf(member: LockedMember, workspace: string): (WheelToFetch | undefined)[] {
  const folder = folderOf(member, workspace)
  return wheelLines(member.resolved.lock).map((wheel) =>
    wheel.kind === 'wheel' ? wheelToFetch(wheel, folder, member.result.file) : undefined,
  )
}

/** What paths in an environment's lock are relative to; absolute. */
export function folderOf(
  {
    file,
    resolved: { lock, path },
  }: { readonly file: string; readonly resolved: Pick<LockedMember['resolved'], 'lock' | 'path'> },
  workspace: string,
): string {
  return dirname(lock.header ? resolve(workspace, file) : path)
}

/** Where its wheels stand among all that is linked. */
export function wheelPlaces({ result, resolved: { lock } }: LockedMember): WheelPlace[] {
  return wheelLines(lock).map((wheel, index) => ({
    name: wheel.name,
    ...(wheel.version !== undefined && { version: wheel.version }),
    position: lock.packages.length + index,
    at: lineOf(wheel, result),
  }))
}

/** Where a wheel stands in an environment's lock, or beside it; for errors. */
export function lineOf(
  { line, lockFile }: Pick<LockedWheel, 'line' | 'lockFile'>,
  result: LockedMember['result'],
): { file: string; line: number } {
  return { file: lockFile ?? result.file, line }
}
