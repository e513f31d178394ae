import { formatWheelLine } from '../wheel-line.ts'
import type { Lock, LockedPackage, LockedWheel } from '../types.ts'
import { findAskers } from './askers.ts'
import { byImportance } from './importance.ts'
import { itemsOf, type Item } from './items.ts'
import { growth } from './merge.ts'
import { comparePythonVersions } from './python-versions.ts'
import type { ChangedPackage, ChangeKind, Known, LockDiff, PackageChange, PackageFacts } from './types.ts'
import { loadVersions, type CompareVersions } from './versions.ts'

/** The door of this folder: what changed from one lock to another, and how it is told. */
export { formatDiff, githubLimit } from './format.ts'
export { summarize } from './summarize.ts'
export type { Known, LockChange, LockDiff, PackageChange, PackageFacts } from './types.ts'

/**
 * What changed from one lock of an environment to another, for people.
 * @param known what neither lockfile says; what is missing there is missing in the result
 */
export async function diffLocks(before: Lock, after: Lock, known: Known = {}): Promise<LockDiff> {
  const { facts, couldNotStay } = known
  const [old, now] = [itemsOf(before), itemsOf(after)]
  const keys = [...new Set([...old.keys(), ...now.keys()])].filter(
    (key) => !isSame(old.get(key), now.get(key)),
  )
  const isCompared = keys.some((key) => {
    const [was, is] = [old.get(key), now.get(key)]
    return was && is && !is.isWheel && was.version !== is.version
  })
  const compare = isCompared ? await loadVersions() : () => undefined
  const [oldAskers, askers] = [findAskers(before, facts), findAskers(after, facts)]
  const packages = keys.map((key): PackageChange => {
    const [was, is] = [old.get(key), now.get(key)]
    const who = is ? askers : oldAskers
    const isAsked = who.asked.has(key)
    const askedBy = isAsked ? undefined : who.of(key)
    const { name, isWheel } = is ?? was ?? { name: key, isWheel: false }
    return {
      name,
      ...(isWheel && { isWheel }),
      ...compareChange(was, is, compare),
      ...(was && { before: side(was, facts) }),
      ...(is && { after: side(is, facts) }),
      asked: isAsked,
      ...(askedBy && { askedBy }),
    }
  })
  const base = compareBases(before, after)
  const size = sizeChange(packages)
  const pull = layersToPull(before, after, known)
  return {
    packages: packages.sort(byImportance),
    ...(base && { base }),
    ...(size !== undefined && { size }),
    ...(pull && { pull }),
    ...(couldNotStay && couldNotStay.length > 0 && { couldNotStay }),
  }
}

function compareBases(before: Lock, after: Lock): LockDiff['base'] {
  const [was, is] = [before.header?.baseImage, after.header?.baseImage]
  return was !== undefined && is !== undefined && was !== is ? { before: was, after: is } : undefined
}

/** Two kinds of hashes of one address tell nothing. */
function isSame(was: Item | undefined, is: Item | undefined): boolean {
  if (was?.address !== is?.address || !was || !is) return false
  return was.algorithm !== is.algorithm || was.hex === is.hex
}

function compareChange(
  was: Item | undefined,
  is: Item | undefined,
  compare: CompareVersions,
): { kind: ChangeKind; major: boolean } {
  if (!was) return { kind: 'added', major: false }
  if (!is) return { kind: 'removed', major: false }
  if (was.version !== is.version) {
    const change = (is.isWheel ? comparePythonVersions : compare)(was.version, is.version)
    if (!change) return { kind: 'replaced', major: false }
    const { direction, major } = change
    if (direction !== 'same') return { kind: direction === 'up' ? 'upgraded' : 'downgraded', major }
  }
  // Versions that are written in two ways and count as one, 1.0 and 1.0.0, are builds of one version.
  if (was.version !== is.version || was.build !== is.build) return { kind: 'rebuilt', major: false }
  return { kind: was.channel !== is.channel ? 'moved' : 'replaced', major: false }
}

function side(
  { version, build, channel, hex, address }: Item,
  facts: ReadonlyMap<string, PackageFacts> | undefined,
): ChangedPackage {
  const { size, license } = facts?.get(address) ?? {}
  return { version, build, channel, hex, ...(size && { size }), ...(license && { license }) }
}

function sizeChange(packages: readonly PackageChange[]): number | undefined {
  const sizes = packages.map(growth)
  return sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
}

/** A layer stays when its packages or wheels do; see `groupLocked`. The layers of the base are not counted. */
function layersToPull(before: Lock, after: Lock, { facts, groups }: Known): LockDiff['pull'] {
  if (!facts || !groups) return undefined
  const grouped = ({ header, packages, wheels }: Lock) => {
    const all = [...packages, ...wheels]
    const nameOf = ({ name }: { readonly name: string }) => name
    return groups({
      packages: packages.map(nameOf),
      wheels: wheels.map(nameOf),
      ownLayer: header?.ownLayer,
    }).map((group) => group.packages.flatMap((position) => all[position] ?? []))
  }
  const content = (group: readonly (LockedPackage | LockedWheel)[]) => group.map(lineOf).join('\n')
  const there = new Set(grouped(before).map(content))
  const all = grouped(after)
  const changed = all.filter((group) => !there.has(content(group)))
  const sizes = changed.flat().map(({ url }) => facts.get(String(url))?.size ?? 0)
  if (sizes.includes(0)) return undefined
  return { layers: changed.length, of: all.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** All that a layer knows of a package or a wheel. */
function lineOf(locked: LockedPackage | LockedWheel): string {
  return 'checksum' in locked
    ? `${locked.url.href} ${locked.checksum.hex}`
    : `${formatWheelLine(locked)} ${locked.requested} ${locked.direct}`
}
