import { UserError } from '../common/errors.ts'
import { findLeftOut, type PlannedSize } from '../layers/left-out.ts'
import { packEntries } from '../layers/pack.ts'
import { groupAsOwner } from '../layers/reproducible.ts'
import type { LayerEntry } from '../layers/types.ts'
import { isActivationFile } from '../prefix/activation-files.ts'
import { exclusionOf } from '../prefix/exclude.ts'
import { hashOf } from './before.ts'
import { above, isBelow, isPassing } from './conditions.ts'
import type { FileBefore, FileNow, FileState, KeepRules, PackedChanges, PackRequest } from './types.ts'

/** How a file system differs from what it was. Paths are relative to its root. */
export interface Differences {
  /** What was there, by path. */
  readonly before: ReadonlyMap<string, FileBefore>
  /** Paths that are new or may have changed, as they are now; one that is as it was is no change. */
  readonly now: ReadonlyMap<string, FileNow>
  /** All paths that were there and are not. */
  readonly gone: readonly string[]
  /** The sha256 of what files held before, by path; asked after those only that still have their size. */
  readonly hashesBefore: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>
}

/**
 * Packs what has changed as a layer: a function of what was there and of what is there, not of how it came about. Entries are
 * sorted by path, each behind the directories above it, with one time for all (`fixedTime`).
 * @throws UserError for a device or a file that changes who runs it, where the rules refuse them
 */
export async function packChanges(differences: Differences, request: PackRequest): Promise<PackedChanges> {
  const { rules, compression, file } = request
  const all = await findChanges(differences)
  const isWanted = ({ path }: Change) => rules.only === undefined || isBelow(path, rules.only)
  const isNever = ({ path }: Change) => rules.never.some((place) => isBelow(path, place))
  const made = all.filter((change) => isWanted(change) && !isNever(change))
  const leftOut = rules.exclude && findLeftOut(filesBelow(rules.exclude.prefix, made), rules.exclude.patterns)
  const kept = rules.exclude ? withoutExcluded(made, differences, rules.exclude) : made
  const special = kept.filter(({ now }) => now && isSpecial(now)).map(({ path }) => path)
  if (special.length > 0 && rules.refuseSpecial) throw refusedSpecial(special)
  const dropped = all.filter((change) => !isWanted(change))
  const left = all.filter((change) => !kept.includes(change))
  const added = kept.flatMap(({ now }) => (now ? [now] : []))
  return {
    layer: await packEntries(entriesOf(kept, differences, rules), compression, file),
    paths: kept.map(({ path }) => path),
    files: added.length,
    bytes: added.reduce((sum, now) => sum + (now.type === 'file' ? now.size : 0), 0),
    removed: kept.filter(({ now }) => !now).length,
    ...(leftOut && { leftOut }),
    dropped: outermost(dropped.map(({ path }) => path)),
    special,
    activation: await activationOf(kept, differences),
    isStale: left.some(({ path }) => differences.before.has(path)),
    leftover: outermost(left.map(({ path }) => path)),
  }
}

/** A path that is other than it was. */
interface Change {
  readonly path: string
  /** Absent for one that is gone, with all below it. */
  readonly now?: FileNow
}

/** What changes put below a prefix, relative to it. */
function filesBelow(prefix: string, changes: readonly Change[]): PlannedSize[] {
  return changes.flatMap(({ path, now }): PlannedSize[] => {
    if (!now || path === prefix || !isBelow(path, prefix)) return []
    const below = path.slice(prefix.length + 1)
    if (now.type === 'directory') return [{ path: below, size: 0, type: now.type }]
    return [{ path: below, size: now.type === 'file' ? now.size : 0 }]
  })
}

/** What patterns leave, without the new directories that hold nothing but what they leave out. */
function withoutExcluded(
  made: readonly Change[],
  { before }: Differences,
  { prefix, patterns }: NonNullable<KeepRules['exclude']>,
): Change[] {
  const exclusion = exclusionOf(patterns)
  const excluded = new Set(
    filesBelow(prefix, made)
      .filter(({ path, type }) => exclusion.excludedBy(path, type) !== undefined)
      .map(({ path }) => `${prefix}/${path}`),
  )
  const isDirectory = ({ now }: Change) => now?.type === 'directory'
  const kept = made.filter((change) => isDirectory(change) || !excluded.has(change.path))
  const emptied = new Set([...excluded].flatMap((path) => [path, ...above(path)]))
  const needed = new Set(
    kept
      .filter((change) => !isDirectory(change) || !emptied.has(change.path))
      .flatMap(({ path }) => [...above(path)]),
  )
  return kept.filter(({ path }) => !emptied.has(path) || needed.has(path) || before.has(path))
}

/** Sorted by path. */
async function findChanges({ before, now, gone, hashesBefore }: Differences): Promise<Change[]> {
  const candidates = [...now].filter(([path]) => !isPassing(path))
  const doubtful = candidates.filter(([path, file]) => {
    const old = before.get(path)
    return file.type === 'file' && old !== undefined && hasSameLook(old, file)
  })
  const hashes = doubtful.length > 0 ? await hashesBefore(doubtful.map(([path]) => path)) : new Map()
  const isSame = async (path: string, file: FileNow): Promise<boolean> => {
    const old = before.get(path)
    if (!old || !hasSameLook(old, file)) return false
    return (
      file.type !== 'file' || (file.open !== undefined && hashes.get(path) === (await hashOf(file.open())))
    )
  }
  const changes: Change[] = []
  const lost = new Set(gone.filter((path) => !isPassing(path)))
  for (const [path, file] of candidates) {
    // A socket or a pipe is for the processes that had it.
    if (file.type === 'other') {
      if (before.has(path) && before.get(path)?.type !== 'other') lost.add(path)
    } else if (!(await isSame(path, file))) changes.push({ path, now: file })
  }
  for (const path of lost) {
    const [parent = ''] = above(path)
    // What takes the place of a directory takes away what it held.
    if (!lost.has(parent) && (now.get(parent)?.type ?? 'directory') === 'directory') changes.push({ path })
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Whether two states differ in content at most. A link's own mode means nothing. */
export function hasSameLook(old: FileState, now: FileState): boolean {
  if (old.type !== now.type || old.uid !== now.uid || old.gid !== now.gid) return false
  if (old.type === 'symlink') return old.target === (now as typeof old).target
  if (old.mode !== now.mode) return false
  if (old.type === 'file') return old.size === (now as typeof old).size
  if (old.type !== 'device') return true
  const device = now as typeof old
  return old.kind === device.kind && old.major === device.major && old.minor === device.minor
}

const setId = 0o6000

function isSpecial(file: FileState): boolean {
  return file.type === 'device' || (file.type === 'file' && (file.mode & setId) !== 0)
}

function refusedSpecial(paths: readonly string[]): UserError {
  return new UserError(
    `a link script made what gives whoever runs it other rights: ${paths.map((path) => `/${path}`).join(', ')}`,
    {
      at: { input: 'link-scripts' },
      advice:
        "Name its package in 'link-scripts-skip', and make it with 'run', which is yours, if it has to be.",
    },
  )
}

/** Those of the paths that lie below no other of them. */
function outermost(paths: readonly string[]): string[] {
  const all = new Set(paths)
  return paths.filter((path) => ![...above(path)].some((parent) => all.has(parent)))
}

function* entriesOf(
  kept: readonly Change[],
  { before, gone }: Differences,
  rules: KeepRules,
): Generator<LayerEntry> {
  const opaque = emptied(kept, before, gone)
  const changes = new Map(kept.map((change) => [change.path, change]))
  const paths = new Set<string>()
  for (const { path, now } of kept) {
    const parents = [...above(path)]
    // What is said of a directory that lost everything is said once.
    if (now || !opaque.has(parents[0] ?? '')) paths.add(path)
    // Where a layer does not name the directories above, some engines make them anew with the mode 755.
    for (const parent of parents) paths.add(parent)
  }
  const names = new Map<string, string>()
  for (const path of [...paths].sort()) {
    const change = changes.get(path)
    const file = change ? change.now : before.get(path)
    if (file) yield* entryOf(path, opened(path, file, rules), names)
    else yield { type: 'whiteout', path, uid: 0, gid: 0 }
    if (opaque.has(path)) yield { type: 'opaque', path, uid: 0, gid: 0 }
  }
}

/** Directories that have nothing left of what they held, which was more than one thing. */
function emptied(
  kept: readonly Change[],
  before: Differences['before'],
  gone: readonly string[],
): Set<string> {
  const count = (paths: Iterable<string>) => {
    const counts = new Map<string, number>()
    for (const path of paths) {
      const [parent = ''] = above(path)
      counts.set(parent, (counts.get(parent) ?? 0) + 1)
    }
    return counts
  }
  const lost = count(kept.filter(({ now }) => !now).map(({ path }) => path))
  if (lost.size === 0) return new Set()
  const had = count(before.keys())
  const missing = new Set(gone)
  const isEmptied = ([path, paths]: [string, number]) =>
    path !== '' && paths > 1 && paths === had.get(path) && !missing.has(path)
  return new Set([...lost].filter(isEmptied).map(([path]) => path))
}

function opened(path: string, file: FileNow, { openToGroup }: KeepRules): FileNow {
  if (openToGroup === undefined || !isBelow(path, openToGroup)) return file
  return { ...file, gid: 0, mode: file.type === 'symlink' ? file.mode : groupAsOwner(file.mode) }
}

/** @param names where the files lie that have several names, by what they have in common */
function* entryOf(path: string, file: FileNow, names: Map<string, string>): Generator<LayerEntry> {
  const { uid, gid, mode } = file
  const common = { path, uid, gid }
  switch (file.type) {
    case 'directory':
      yield { ...common, type: 'directory', mode }
      break
    case 'symlink':
      yield { ...common, type: 'symlink', target: file.target }
      break
    case 'device': {
      const { kind, major, minor } = file
      yield { ...common, type: 'device', kind, major, minor, mode }
      break
    }
    case 'other':
      break
    case 'file': {
      const { identity, size, open } = file
      const target = identity === undefined ? undefined : names.get(identity)
      if (target !== undefined) yield { ...common, type: 'hardlink', target }
      else {
        if (identity !== undefined) names.set(identity, path)
        if (!open) throw new Error(`'/${path}' has changed, and cannot be read`)
        yield { ...common, type: 'file', mode, size, content: open() }
      }
    }
  }
}

/** Where activation files of some prefix lie, relative to the root. */
const inPrefix = /^(?:.*\/)?(etc\/conda\/.*)$/

async function activationOf(
  kept: readonly Change[],
  { before, gone }: Differences,
): Promise<Record<string, string | null>> {
  const isRead = (path: string) => isActivationFile(inPrefix.exec(path)?.[1] ?? '')
  const texts: Record<string, string | null> = {}
  const removed = kept.filter(({ now }) => !now).map(({ path }) => path)
  for (const path of gone) {
    if (isRead(path) && before.has(path) && removed.some((place) => isBelow(path, place))) texts[path] = null
  }
  for (const { path, now } of kept) {
    if (now?.type !== 'file' || !now.open || !isRead(path)) continue
    const chunks = await Array.fromAsync(now.open())
    texts[path] = Buffer.concat(chunks).toString()
  }
  return texts
}
