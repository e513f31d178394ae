import { packageOfSpec } from '../../environment/read.ts'
import type { Lock } from '../types.ts'
import type { PackageFacts } from './types.ts'

/** Who wants a package of a lock. */
export interface Askers {
  /** The packages that have a spec of their own. */
  readonly asked: ReadonlySet<string>
  /** Which of these need a package, sorted; undefined when the lock's dependencies are not known. */
  of(name: string): readonly string[] | undefined
}

export function findAskers(
  { header, packages }: Lock,
  facts: ReadonlyMap<string, PackageFacts> | undefined,
): Askers {
  const asked = new Set((header?.specs ?? []).map(packageOfSpec))
  const needs = new Map<string, readonly string[]>()
  for (const { name, url } of packages) {
    const depends = facts?.get(url.href)?.depends
    if (depends) needs.set(name, depends.map(packageOfSpec))
  }
  if (needs.size < packages.length) return { asked, of: () => undefined }
  const askedBy = new Map<string, string[]>()
  for (const root of [...asked].sort()) {
    for (const name of reachable(root, needs)) {
      if (name !== root) askedBy.set(name, [...(askedBy.get(name) ?? []), root])
    }
  }
  return { asked, of: (name) => askedBy.get(name) ?? [] }
}

function reachable(root: string, needs: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set([root])
  // A set that grows while it is gone through is gone through to its end.
  for (const name of found) for (const needed of needs.get(name) ?? []) found.add(needed)
  return found
}
