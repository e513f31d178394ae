import type { ChangeKind, PackageChange } from './types.ts'

/** In the order in which people want to know of them. */
export const kinds: readonly ChangeKind[] = [
  'upgraded',
  'downgraded',
  'added',
  'removed',
  'moved',
  'replaced',
  'rebuilt',
]

/** Major changes first, then packages that were asked for, then by kind and name. */
export function byImportance(a: PackageChange, b: PackageChange): number {
  return (
    Number(b.major) - Number(a.major) ||
    Number(b.asked) - Number(a.asked) ||
    kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  )
}
