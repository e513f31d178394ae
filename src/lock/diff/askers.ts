import { canonicalName, packageOfSpec } from '../../environment/read.ts'
import type { Lock } from '../types.ts'
import { wheelKey } from './items.ts'
import type { PackageFacts } from './types.ts'

/** Who wants what is in a lock; things go by the keys of `itemsOf`. */
export interface Askers {
  /** The packages that have a spec of their own, and the wheels that a line asks for. */
  readonly asked: ReadonlySet<string>
  /** The names of which of these need it, sorted; undefined when the lock's dependencies are not known. */
  of(key: string): readonly string[] | undefined
}

export function findAskers(
  { header, packages, wheels }: Lock,
  facts: ReadonlyMap<string, PackageFacts> | undefined,
): Askers {
  const asked = new Set([
    ...(header?.specs ?? []).map(packageOfSpec),
    ...wheels.filter(({ requested }) => requested).map(({ name }) => wheelKey(name)),
  ])
  const ofPackages = new Map<string, readonly string[]>()
  for (const { name, url } of packages) {
    const depends = facts?.get(url.href)?.depends
    if (depends) ofPackages.set(name, depends.map(packageOfSpec))
  }
  if (ofPackages.size < packages.length) return { asked, of: () => undefined }

  const known = new Set(wheels.map(({ name }) => name))
  const ofWheels = new Map<string, readonly string[]>()
  for (const { name, url } of wheels) {
    const needed = facts?.get(url)?.depends?.map(nameOfRequirement)
    // A conda package, where there is no wheel: it goes by the same name more often than not.
    if (needed)
      ofWheels.set(
        wheelKey(name),
        needed.map((of) => (known.has(of) ? wheelKey(of) : of)),
      )
  }
  const isWhole = ofWheels.size === wheels.length
  const askedBy = new Map<string, Set<string>>()
  const needs = new Map([...ofPackages, ...ofWheels])
  for (const root of asked) {
    for (const key of reachable(root, needs)) {
      if (key !== root) askedBy.set(key, (askedBy.get(key) ?? new Set()).add(root.replace(/^pip /, '')))
    }
  }
  const isKnown = (key: string) => isWhole || ofPackages.has(key)
  return { asked, of: (key) => (isKnown(key) ? [...(askedBy.get(key) ?? [])].sort() : undefined) }
}

function nameOfRequirement(text: string): string {
  return canonicalName(/^[\w.-]+/.exec(text.trim())?.[0] ?? '')
}

function reachable(root: string, needs: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set([root])
  // A set that grows while it is gone through is gone through to its end.
  for (const name of found) for (const needed of needs.get(name) ?? []) found.add(needed)
  return found
}
