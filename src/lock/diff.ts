import type { Lock, LockedPackage } from './types.ts'

/** What changed from one lock to another, for people; each list sorted by name. */
export interface LockDifference {
  readonly added: readonly { readonly name: string; readonly version: string }[]
  readonly removed: readonly { readonly name: string; readonly version: string }[]
  /** With as much of version, build, channel and hash as it takes to tell them apart. */
  readonly changed: readonly { readonly name: string; readonly before: string; readonly after: string }[]
}

export function diffLocks(before: Lock, after: Lock): LockDifference {
  const old = byName(before)
  const now = byName(after)
  return {
    added: [...now.values()].filter(({ name }) => !old.has(name)).map(nameAndVersion),
    removed: [...old.values()].filter(({ name }) => !now.has(name)).map(nameAndVersion),
    changed: [...now.values()].flatMap((locked) => {
      const was = old.get(locked.name)
      const level = was && descriptions.find((describe) => describe(was) !== describe(locked))
      return level ? [{ name: locked.name, before: level(was), after: level(locked) }] : []
    }),
  }
}

/** From the shortest to the one that always tells two packages apart. */
const descriptions: readonly ((locked: LockedPackage) => string)[] = [
  ({ version }) => version,
  ({ version, build }) => `${version} ${build}`,
  ({ version, build, channel, subdir, format }) => `${version} ${build} ${channel}/${subdir} .${format}`,
  ({ version, build, checksum }) => `${version} ${build} ${checksum.algorithm}:${checksum.hex.slice(0, 12)}`,
]

function byName({ packages }: Lock): Map<string, LockedPackage> {
  const sorted = packages.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return new Map(sorted.map((locked) => [locked.name, locked]))
}

function nameAndVersion({ name, version }: LockedPackage) {
  return { name, version }
}
