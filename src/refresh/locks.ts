import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import type { LockingRequest } from '../action/locking-request.ts'
import { stage } from '../action/stage.ts'
import { fileNameOf, type Platform, type Subdir } from '../common/platform.ts'
import { removeScratch } from '../common/scratch.ts'
import type { LockDiff } from '../lock/diff/diff.ts'
import type { Lock } from '../lock/types.ts'
import { createRegistryClient } from '../registry/registry.ts'
import { createBaseReader } from '../stages/base.ts'
import { openContext } from '../stages/context.ts'
import { readMembers, type Member } from '../stages/environments.ts'
import { lockMembers } from '../stages/lock.ts'
import type { LockedMember } from '../stages/locked-member.ts'
import { pathInRepository } from './checkout.ts'
import type { NewFile } from './writer.ts'

/** A lock as it is to be. */
export interface FreshLock extends NewFile {
  /** Its environment file. */
  readonly environment: string
  /** As lockfiles name it. */
  readonly platform: string
  readonly subdir: Subdir
  readonly lock: Lock
  /** What the checkout had, and what that changes. */
  readonly before?: string
  readonly difference?: LockDiff
}

export interface FreshLocks {
  readonly locks: readonly FreshLock[]
  /** The environment files that they were solved from, as the checkout has them. */
  readonly sources: readonly NewFile[]
}

/**
 * Solves every environment for every platform again, on the base as it is now, and writes the locks into the workspace. No image is made.
 * @throws UserError when one cannot be solved, or a file is in no checkout
 */
export async function refreshLocks(request: LockingRequest): Promise<FreshLocks> {
  const members = await readMembers(request)
  // Before the solve, so that these are what was solved.
  const sources = await Promise.all(members.flatMap((member) => sourceOf(member, request.workspace)))
  const context = await openContext(request, createRegistryClient())
  try {
    const bases = createBaseReader(request, context)
    const locked = await stage('Lock', () =>
      lockMembers(request, members, bases, { ...context, commits: true }),
    )
    return {
      sources,
      locks: locked.flatMap((ofPlatform, index) => {
        const platform = request.platforms[index]
        return platform ? ofPlatform.map((member) => freshLock(member, platform, request.workspace)) : []
      }),
    }
  } finally {
    await removeScratch(context.scratch)
  }
}

/** None for an environment that the inputs alone describe. What its lines for pip name, but for archives, is text as well. */
function sourceOf({ file, environment }: Member, workspace: string): Promise<NewFile>[] {
  const path = resolve(workspace, file)
  if (!existsSync(path)) return []
  const forPip = (environment?.pip?.files ?? []).filter(({ kind }) => kind !== 'archive')
  return [path, ...forPip.map((one) => resolve(dirname(path), one.path))].map(async (source) => ({
    path: pathInRepository(source),
    text: await readFile(source, 'utf8'),
  }))
}

function freshLock({ file, resolved }: LockedMember, platform: Platform, workspace: string): FreshLock {
  const { path, text, lock, before, difference } = resolved
  return {
    path: pathInRepository(path),
    text,
    environment: relative(workspace, resolve(workspace, file)),
    platform: fileNameOf(platform),
    subdir: platform.subdir,
    lock,
    ...(before !== undefined && { before }),
    ...(difference && { difference }),
  }
}
