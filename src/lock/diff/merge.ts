import { byImportance } from './importance.ts'
import type { LockChange, PackageChange } from './types.ts'

/** A change that is the same on several platforms, told once. */
export interface MergedChange {
  /** As it is on the first of the platforms. */
  readonly change: PackageChange
  readonly platforms: readonly string[]
  /** By how many bytes the archive grew, on each of the platforms; undefined where that is not known. */
  readonly sizes: readonly (number | undefined)[]
  /** Of any of the platforms. */
  readonly askedBy?: readonly string[]
}

/** Puts equal changes together, in the order of their importance. Sizes and hashes in builds may differ. */
export function mergePlatforms(changes: readonly LockChange[]): MergedChange[] {
  const merged = new Map<string, MergedChange>()
  for (const { platform, diff } of changes) {
    for (const change of diff.packages) {
      const key = whatPeopleSee(change)
      const { change: first, platforms = [], sizes = [], askedBy } = merged.get(key) ?? {}
      const all = [...new Set([...(askedBy ?? []), ...(change.askedBy ?? [])])].sort()
      merged.set(key, {
        change: first ? withCommonBuilds(first, change) : change,
        platforms: [...new Set([...platforms, platform])],
        sizes: [...sizes, growth(change)],
        ...((askedBy ?? change.askedBy) && { askedBy: all }),
      })
    }
  }
  return [...merged.values()].sort((a, b) => byImportance(a.change, b.change))
}

/** Builds hold a hash that is another one on each platform; where it is, they tell people nothing. */
function withCommonBuilds(first: PackageChange, { before, after }: PackageChange): PackageChange {
  const isCommon = first.before?.build === before?.build && first.after?.build === after?.build
  if (isCommon) return first
  return {
    ...first,
    ...(first.before && { before: { ...first.before, build: '' } }),
    ...(first.after && { after: { ...first.after, build: '' } }),
  }
}

function whatPeopleSee({ name, isWheel, kind, asked, before, after }: PackageChange): string {
  return JSON.stringify([
    name,
    isWheel,
    kind,
    asked,
    ...[before, after].map((side) => [
      side?.version,
      before?.channel === after?.channel ? '' : side?.channel,
      kind === 'replaced' ? side?.hex : '',
      side?.license,
    ]),
  ])
}

/** By how many bytes the archive grew; undefined when that is not known. */
export function growth({ before, after }: PackageChange): number | undefined {
  if ((before && before.size === undefined) || (after && after.size === undefined)) return undefined
  return (after?.size ?? 0) - (before?.size ?? 0)
}
