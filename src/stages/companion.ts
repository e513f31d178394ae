import { relative } from 'node:path'
import type { LockingRequest } from '../action/locking-request.ts'
import type { Platform } from '../common/platform.ts'
import { lockPath, type Companion } from '../lock/resolve.ts'
import type { Lock } from '../lock/types.ts'
import type { VirtualPackageOverrides } from '../micromamba/solve.ts'
import { readPylock } from '../pylock/read.ts'
import type { BaseReader } from './base.ts'
import type { Member } from './environments.ts'
import { glibcOf } from './pip.ts'
import { folderOf } from './wheels.ts'

/** Where the pylock.toml of an environment is, absolute; undefined where none is asked for. */
export function companionPath(
  { workspace, lock: { companion } }: Pick<LockingRequest, 'workspace' | 'lock'>,
  { file }: Pick<Member, 'file'>,
  platform: Platform,
): string | undefined {
  if (companion === undefined) return undefined
  return lockPath({ template: companion, environmentFile: file, platform, workspace })
}

/**
 * The pylock.toml beside an environment's lock.
 * @param lockFile absolute
 * @param overrides the virtual packages that the user gives
 */
export function companionOf(
  request: Pick<LockingRequest, 'workspace' | 'lock'>,
  member: Member,
  platform: Platform,
  { lockFile, overrides, bases }: { lockFile: string; overrides: VirtualPackageOverrides; bases: BaseReader },
): Companion | undefined {
  const { workspace } = request
  const path = companionPath(request, member, platform)
  if (path === undefined) return undefined
  return {
    path,
    read: (text, lock) =>
      readPylock({
        text,
        path,
        file: relative(workspace, path),
        folder: folderOf({ file: member.file, resolved: { lock, path: lockFile } }, workspace),
        subdir: platform.subdir,
        lock,
        glibc: () => glibcFor(lock, platform, overrides, bases),
      }),
  }
}

/** What the packages of the lock were solved for; of a lock that does not say it, what the user says, else the base. */
async function glibcFor(
  { header }: Lock,
  platform: Platform,
  overrides: VirtualPackageOverrides,
  bases: BaseReader,
): Promise<string> {
  const locked = header?.virtualPackages.find((one) => one.startsWith('__glibc='))
  if (locked !== undefined) return glibcOf({ __glibc: locked.replace('__glibc=', '') })
  if (overrides.__glibc !== undefined) return glibcOf(overrides)
  const base = await bases.read(platform, header?.baseImage ?? (await bases.pin()))
  return glibcOf(await base.virtualPackages())
}
