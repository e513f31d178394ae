import { availableParallelism } from 'node:os'
import { relative, resolve } from 'node:path'
import * as core from '@actions/core'
import type { LockingRequest } from '../action/locking-request.ts'
import type { LockResult } from '../action/result.ts'
import { describeDefaults } from '../channels/access.ts'
import { UserError } from '../common/errors.ts'
import { packageOfSpec } from '../environment/read.ts'
import { createLimiter } from '../common/limiter.ts'
import { fileNameOf, type Platform } from '../common/platform.ts'
import { formatBaseName } from '../base/name.ts'
import { layerBudget } from '../image/assemble.ts'
import { chooseOwnLayers, groupLocked, type GroupedNames } from '../layers/build.ts'
import { askFor, lockPath, refuseSharedLocks, resolveLock, StaleLock } from '../lock/resolve.ts'
import { describeLock } from '../lock/report.ts'
import type { LockedPackage } from '../lock/types.ts'
import type { Micromamba } from '../micromamba/install.ts'
import {
  chooseVirtualPackages,
  listVirtualPackages,
  solve,
  solveHolding,
  virtualPackagesOf,
} from '../micromamba/solve.ts'
import { archiveSizes } from '../packages/archive-sizes.ts'
import type { BaseReader } from './base.ts'
import type { RunContext } from './context.ts'
import { companionOf, companionPath } from './companion.ts'
import type { Member } from './environments.ts'
import type { LockedMember } from './locked-member.ts'
import { solvePip } from './pip.ts'
import { refuseSources } from './pip-section.ts'
import { annotate, updateCommand } from './stale-lock.ts'
import { heldPackages, keptBase, warnOfUnknownNames } from './update-only.ts'

export interface LockingContext extends RunContext {
  /** Whether the run commits the locks itself. */
  readonly commits?: boolean
}

/**
 * The locks of all environments for all platforms: those that are there where they may be used, else what micromamba solves.
 * @returns by platform, in the request's order
 * @throws UserError when one cannot be had
 */
export async function lockMembers(
  request: LockingRequest,
  members: readonly Member[],
  bases: BaseReader,
  context: LockingContext,
): Promise<LockedMember[][]> {
  refuseSharedFiles(request, members)
  sayDefaults(request, members)
  const limited = createLimiter(parallel)
  const locking = request.platforms.map((platform) =>
    members.map((member) => limited(() => lockMember(request, member, platform, bases, context))),
  )
  // Nothing is under way any more when the first error is thrown.
  await Promise.allSettled(locking.flat())
  const locked = await Promise.all(locking.map((ofPlatform) => Promise.all(ofPlatform)))
  locked.forEach(refuseDifferentBases)
  warnOfUnknownNames(request, locked.flat())
  return locked
}

/** micromamba takes one processor and up to a gigabyte to solve with conda-forge. */
const parallel = Math.min(availableParallelism(), 4)

/** Once a run, before anything is taken from there. */
function sayDefaults({ condarc }: LockingRequest, members: readonly Member[]): void {
  const channels = members.flatMap(({ environment }) => environment?.channels ?? [])
  const sentence = describeDefaults(
    channels.map(({ canonical }) => canonical),
    condarc,
  )
  if (sentence !== undefined) core.info(sentence)
}

function pathFor({ workspace, lock }: LockingRequest, { file }: Member, platform: Platform): string {
  return lockPath({ template: lock.file, environmentFile: file, platform, workspace })
}

/** A frozen lockfile is not written: one of noarch packages alone does for several platforms, but not for two environments. */
function refuseSharedFiles(request: LockingRequest, members: readonly Member[]): void {
  const { platforms, workspace, lock } = request
  const uses = platforms.map((platform) =>
    members.map((member) => ({
      path: pathFor(request, member, platform),
      environmentFile: member.file,
      platform: fileNameOf(platform),
    })),
  )
  const together = lock.mode === 'frozen' ? uses : [uses.flat()]
  for (const some of together) refuseSharedLocks(some, workspace)
  // Neither is a file of wheels written, and it is for several platforms as a rule.
  for (const platform of platforms) {
    const companions = members.flatMap((member) => {
      const path = companionPath(request, member, platform)
      return path === undefined
        ? []
        : [{ path, environmentFile: member.file, platform: fileNameOf(platform) }]
    })
    refuseSharedLocks(companions, workspace, 'pylock.{name}.toml')
  }
}

async function lockMember(
  request: LockingRequest,
  member: Member,
  platform: Platform,
  bases: BaseReader,
  context: LockingContext,
): Promise<LockedMember> {
  const { workspace, condarc } = request
  const overrides = { ...virtualPackagesOf(platform), ...request.virtualPackages }
  const { environment } = member
  const { subdir } = platform
  const baseImage = formatBaseName(request.base)
  const access = await context.channels(environment)
  const settings = {
    path: pathFor(request, member, platform),
    secrets: [...(environment?.secrets ?? []), ...access.secrets],
    chooseOwnLayer: chooseOwnLayers,
    // As if there were one environment on a base of few layers: what is told of it is an estimate anyway.
    groups: (names: GroupedNames) => groupLocked(names, layerBudget),
    factsOf: async (gone: readonly LockedPackage[]) => archiveSizes(gone, access.authorize),
    updateCommand: updateCommand(request, member.file, platform),
  }
  const { mode, pixiEnvironment } = request.lock
  const companion = companionOf(request, member, platform, { lockFile: settings.path, overrides, bases })
  let micromamba: Micromamba | undefined
  const resolved =
    environment === undefined || mode === 'frozen'
      ? await resolveLock(
          {
            ...settings,
            mode: 'frozen',
            asked: { platform: subdir, baseImage },
            pixiEnvironment,
            ...(companion && { companion }),
          },
          () => {
            throw new Error('a frozen lock is not solved')
          },
        )
      : await resolveLock(
          {
            ...settings,
            mode,
            asked: askFor({
              environment,
              platform: subdir,
              overrides,
              baseImage,
              condarc: condarc?.text,
              pipIndexes: request.pipIndexes,
            }),
          },
          async (previous) => {
            const pinned = keptBase(request, previous, baseImage) ?? (await bases.pin())
            const [base, installed] = await Promise.all([
              bases.read(platform, pinned),
              context.micromamba.install(),
            ])
            micromamba = installed
            const virtualPackages = chooseVirtualPackages(subdir, await base.virtualPackages(), overrides)
            const solved = await solveHolding(heldPackages(request, previous), (pins) =>
              solve(installed, {
                environment,
                platform: subdir,
                virtualPackages,
                pins,
                access,
                ...context.solving,
              }),
            )
            const { packages } = solved
            const pip = await solvePip(
              {
                ...{ request, environment, name: member.name, platform, packages, virtualPackages, access },
                ...{ base: pinned, bases, previous },
              },
              context,
            )
            return {
              ...solved,
              ...(pip && { pip }),
              micromambaVersion: installed.version,
              virtualPackages: listVirtualPackages(virtualPackages),
              baseImage: pinned,
            }
          },
        ).catch((error: unknown) => {
          if (error instanceof StaleLock) annotate(error, environment)
          throw error
        })
  if (request.build.mode === 'refuse') refuseSources(resolved)
  const { header, packages, wheels } = resolved.lock
  const lockFile = relative(workspace, resolved.path)
  const change = resolved.difference && {
    environment: relative(workspace, resolve(workspace, member.file)),
    platform: fileNameOf(platform),
    diff: resolved.difference,
  }
  for (const line of describeLock(resolved, lockFile, change, context.commits)) core.info(line)
  const result: LockResult = {
    environment: member.name,
    asked: [
      ...(header?.specs ?? []).map(packageOfSpec),
      ...wheels.flatMap(({ name, requested }) => (requested ? [`pip:${name}`] : [])),
    ],
    file: lockFile,
    ...(companion && { companion: relative(workspace, companion.path) }),
    hash: resolved.hash,
    changed: resolved.changed,
    ...(change && { change }),
    packages: packages.length,
    ...(wheels.length > 0 && { wheels: wheels.length }),
    ...(header && { micromambaVersion: header.micromambaVersion }),
    ...(micromamba && { micromambaPath: micromamba.path }),
  }
  return { ...member, resolved, result }
}

/** Environments of one image stand on one base; a tag that moved between two solves leaves their locks at odds. */
function refuseDifferentBases(members: readonly LockedMember[]): void {
  const pins = members.flatMap(({ resolved, result }) =>
    resolved.lock.header ? [{ file: result.file, pin: resolved.lock.header.baseImage }] : [],
  )
  const [first] = pins
  const other = pins.find(({ pin }) => pin !== first?.pin)
  if (!first || !other) return
  throw new UserError(`it pins the base ${other.pin}, and ${first.file} pins ${first.pin}`, {
    at: { file: other.file },
    advice: 'Refresh them together: lock-mode: update.',
  })
}
