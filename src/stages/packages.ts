import * as core from '@actions/core'
import type { Request } from '../action/request.ts'
import type { CacheResult } from '../action/result.ts'
import { saveState } from '../action/state.ts'
import { digestOf } from '../common/digest.ts'
import { formatCount } from '../common/format.ts'
import type { ChannelAccess } from '../channels/access.ts'
import { ownLayerName } from '../layers/build.ts'
import type { LockedPackage } from '../lock/types.ts'
import {
  missingTarballs,
  startFetching,
  tarballName,
  type Fetched,
  type LockedArchive,
} from '../packages/download.ts'
import { cacheKeys, restoreTarballs } from '../packages/tarball-cache.ts'
import type { WheelToFetch } from '../packages/wheel/archive.ts'
import type { LockedMember } from './locked-member.ts'
import { wheelsOf } from './wheels.ts'
import type { RunContext } from './context.ts'

/** The archives of locked packages and wheels, verified: from this machine, the cache, or their channels and indexes. */
export interface PackageStore {
  /** Begins to bring all archives of some environments to this machine, while it is found out what else there is to do. */
  begin(members: readonly LockedMember[]): void
  /**
   * Begins to bring archives that are going to be wanted to this machine, in the order given; several at once are cheaper than one by
   * one. `fetch` waits for those that it is asked for.
   */
  prepare(wanted: readonly Wanted[]): Promise<void>
  /** Some of them, in the order asked. */
  fetch<Locked extends LockedArchive>(wanted: Wanted<Locked>): Promise<Fetched<Locked>[]>
  /** Has a wheel that was built, by its name in the directory of archives, saved as well. */
  keep(fileName: string): void
  /** What came of the cache, when all that was begun is there. Where all packages are here, they are left for the post step to save. */
  close(): Promise<CacheResult>
}

/** Packages of an environment, and wheels. */
export interface Wanted<Locked extends LockedArchive = LockedArchive> {
  readonly member: LockedMember
  readonly packages: readonly Locked[]
}

/**
 * The cache has the archives of whole locks, so restoring it brings all of them. It pays from this share of them on: a
 * cache gives its bytes about twice as fast as channels do theirs, over one connection and then through tar.
 */
const worthRestoring = 1 / 2

/** @param members the environments of all platforms */
export function createPackageStore(
  request: Request,
  members: readonly LockedMember[],
  { tarballs, channels, workspace }: RunContext,
): PackageStore {
  const allOf = (member: LockedMember) => [
    ...member.resolved.lock.packages,
    ...wheelsOf(member, workspace).filter((wheel) => wheel !== undefined),
  ]
  const all = members.flatMap(allOf)
  const keys = cacheKeys(
    request.cache.key,
    request.platforms.map(({ subdir }) => subdir).join('+'),
    // The key of one lock is that lock's hash, so that the same lock finds its entry whatever else a job makes.
    members.length === 1
      ? (members[0]?.result.hash ?? '')
      : digestOf(members.map(({ result }) => result.hash).join('\n')),
  )
  const accesses = new Map<LockedMember, Promise<ChannelAccess>>()
  const fetching = new Map<string, Promise<Fetched<LockedArchive>>>()
  const built: string[] = []
  let matchedKey: string | undefined

  const accessOf = (member: LockedMember): Promise<ChannelAccess> => {
    const access = accesses.get(member) ?? channels(member.environment)
    accesses.set(member, access)
    return access
  }
  let begun: Promise<void> = Promise.resolve()

  const start = async ({ member, packages }: Wanted): Promise<void> => {
    const { authorize } = await accessOf(member)
    const options = { lockFile: member.result.file, authorize }
    const missing = packages.filter((locked) => !fetching.has(tarballName(locked)))
    if (missing.length === 0) return
    for (const [index, one] of startFetching(missing, tarballs, options).entries()) {
      const locked = missing[index]
      if (locked) fetching.set(tarballName(locked), one)
      // Whoever needs the package awaits it again; until then its failure is not a crash.
      one.catch(() => undefined)
    }
  }
  const bring = async (wanted: readonly Wanted[]): Promise<void> => {
    const packages = wanted
      .flatMap((one) => one.packages)
      .filter((locked) => !fetching.has(tarballName(locked)))
    const missing = await missingTarballs(packages, tarballs)
    if (request.cache.downloads && missing.length > 0 && missing.length >= all.length * worthRestoring) {
      matchedKey = await restoreTarballs(tarballs, keys)
    }
    for (const one of wanted) await start(one)
  }
  return {
    begin(wanted) {
      begun = bring(
        wanted.map((member) => {
          const { ownLayer = [] } = member.resolved.lock.header ?? {}
          return { member, packages: inOrderOfUse(allOf(member), ownLayer) }
        }),
      )
      // `prepare` awaits it; until then its failure is not a crash.
      begun.catch(() => undefined)
    },
    async prepare(wanted) {
      const packages = wanted.flatMap((one) => one.packages)
      core.info(`${countNeeded(packages, all)} are needed`)
      await begun
      await bring(wanted)
    },
    async fetch(wanted) {
      await start(wanted)
      const found = await Promise.all(
        wanted.packages.map(async (locked) => {
          const fetched = await fetching.get(tarballName(locked))
          // A lock of another environment may have the same archive in another line.
          return fetched ? [{ ...fetched, locked }] : []
        }),
      )
      return found.flat()
    },
    keep(fileName) {
      built.push(fileName)
    },
    async close() {
      const fetched = await Promise.all(fetching.values())
      const isComplete = (await missingTarballs(all, tarballs)).length === 0
      if (request.cache.downloads && request.cache.write && isComplete) {
        saveState({
          directory: tarballs,
          key: keys.primary,
          matchedKey,
          files: [...all.map(tarballName), ...built],
        })
      }
      const hit = fetched.every(({ from }) => from === 'disk')
      return { hit, primaryKey: keys.primary, ...(matchedKey !== undefined && { matchedKey }) }
    },
  }
}

/**
 * In the order in which layers are begun: python first, which tells how all others are linked, then what is alone in its layer, then the
 * rest; so that nothing big is waited for while much that is small comes.
 */
export function inOrderOfUse(
  archives: readonly (LockedPackage | WheelToFetch)[],
  ownLayer: readonly string[],
): LockedArchive[] {
  const places = new Map([...ownLayer.entries()].map(([place, name]) => [name, place]))
  places.set('python', -1)
  const placeOf = (archive: LockedPackage | WheelToFetch) =>
    places.get(ownLayerName(archive)) ?? ownLayer.length
  return archives.toSorted((a, b) => placeOf(a) - placeOf(b))
}

/** `3 of 12 packages`, and wheels where there are some. */
function countNeeded(needed: readonly LockedArchive[], all: readonly LockedArchive[]): string {
  const isWheel = ({ format }: LockedArchive) => format === 'whl'
  const [wheels, packages] = [all.filter(isWheel).length, all.filter((one) => !isWheel(one)).length]
  const neededWheels = needed.filter(isWheel).length
  const counted = `${needed.length - neededWheels} of ${formatCount(packages, 'package')}`
  return wheels === 0 ? counted : `${counted} and ${neededWheels} of ${formatCount(wheels, 'wheel')}`
}
