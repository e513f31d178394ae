import type { Request } from '../action/request.ts'
import type { CacheResult } from '../action/result.ts'
import { saveState } from '../action/state.ts'
import { digestOf } from '../common/digest.ts'
import { channelCredentials } from '../packages/channel-credentials.ts'
import { fetchPackages, missingTarballs, tarballName, type FetchedPackage } from '../packages/download.ts'
import { cacheKeys, restoreTarballs } from '../packages/tarball-cache.ts'
import type { LockedMember } from './lock.ts'
import type { Workshop } from './workshop.ts'

/** An environment with the archives of its packages. */
export interface FetchedMember extends LockedMember {
  readonly packages: readonly FetchedPackage[]
}

/**
 * The archives of all locks' packages, verified: from this machine, the cache, or their channels.
 * @param platforms the environments by platform
 */
export async function fetchMembers(
  request: Request,
  platforms: readonly (readonly LockedMember[])[],
  { tarballs }: Workshop,
): Promise<{ platforms: FetchedMember[][]; cache: CacheResult }> {
  const members = platforms.flat()
  const all = members.flatMap(({ resolved }) => resolved.lock.packages)
  const keys = cacheKeys(
    request.cache.key,
    request.platforms.map(({ subdir }) => subdir).join('+'),
    // The key of one lock is that lock's hash, so that the same lock finds its entry whatever else a job makes.
    members.length === 1
      ? (members[0]?.result.hash ?? '')
      : digestOf(members.map(({ result }) => result.hash).join('\n')),
  )
  const missing = await missingTarballs(all, tarballs)
  const matchedKey =
    request.cache.downloads && missing.length > 0 ? await restoreTarballs(tarballs, keys) : undefined
  const fetched: FetchedMember[][] = []
  for (const ofPlatform of platforms) {
    const row: FetchedMember[] = []
    for (const member of ofPlatform) {
      const channels = member.environment?.channels.map(({ source }) => source) ?? []
      const packages = await fetchPackages(member.resolved.lock.packages, tarballs, {
        lockFile: member.result.file,
        authorize: await channelCredentials(channels),
      })
      row.push({ ...member, packages })
    }
    fetched.push(row)
  }
  if (request.cache.downloads && request.cache.write) {
    saveState({ directory: tarballs, key: keys.primary, matchedKey, files: all.map(tarballName) })
  }
  const hit = fetched.flat().every(({ packages }) => packages.every(({ from }) => from === 'disk'))
  return {
    platforms: fetched,
    cache: { hit, primaryKey: keys.primary, ...(matchedKey !== undefined && { matchedKey }) },
  }
}
