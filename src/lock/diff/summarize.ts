import { formatGrowths } from '../../common/format.ts'
import { kinds } from './importance.ts'
import { mergePlatforms, type MergedChange } from './merge.ts'
import { showPlain } from './show.ts'
import type { ChangeKind, LockChange, PackageChange } from './types.ts'

/** How many packages the line names. */
const named = 3

const words: Readonly<Record<ChangeKind, string>> = {
  upgraded: 'upgraded',
  downgraded: 'downgraded',
  added: 'added',
  removed: 'removed',
  moved: 'from another channel',
  replaced: 'replaced',
  rebuilt: 'rebuilt',
}

/**
 * A line that says it all, `12 upgraded, 1 added; python 3.12.4 → 3.12.5; +3.1 MB`, of one or several locks; what is the same for
 * several counts once.
 * @param show how names and versions are written; plain text by default
 */
export function summarize(
  changes: readonly LockChange[],
  show: (text: string) => string = showPlain,
): string {
  const merged = mergePlatforms(changes)
  const hasNewBase = changes.some(({ diff }) => diff.base !== undefined)
  const parts = [
    countKinds(merged.map(({ change }) => change)),
    mostImportant(merged)
      .map((change) => describe(change, show))
      .join(', '),
    hasNewBase ? 'another base image' : '',
    merged.length > 0 ? growthInAll(changes) : '',
  ].filter((part) => part !== '')
  return parts.length > 0 ? parts.join('; ') : 'nothing changed'
}

/** `12 upgraded, 1 added` */
export function countKinds(changes: readonly PackageChange[]): string {
  return kinds
    .map((kind): [ChangeKind, number] => [kind, changes.filter((change) => change.kind === kind).length])
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${words[kind]}`)
    .join(', ')
}

/** Those that were asked for; where none was, all when they are few, else major ones. */
function mostImportant(merged: readonly MergedChange[]): PackageChange[] {
  const all = merged.map(({ change }) => change)
  const asked = all.filter((change) => change.asked)
  const choice = asked.length > 0 ? asked : all.filter((change) => change.major || all.length <= named)
  // The same package may have changed in several ways, on one platform each.
  const names = new Set(choice.map(({ name }) => name))
  return [...names].slice(0, named).flatMap((name) => choice.find((change) => change.name === name) ?? [])
}

function describe({ name, kind, before, after }: PackageChange, show: (text: string) => string): string {
  const [was, is] = [show(before?.version ?? ''), show(after?.version ?? '')]
  switch (kind) {
    case 'added':
      return `${show(name)} ${is}`
    case 'removed':
      return `no ${show(name)}`
    case 'moved':
    case 'replaced':
    case 'rebuilt':
      return was === is ? `${show(name)} ${is}` : `${show(name)} ${was} → ${is}`
    case 'upgraded':
    case 'downgraded':
      return `${show(name)} ${was} → ${is}`
  }
}

function growthInAll(changes: readonly LockChange[]): string {
  const sizes = changes.filter(({ diff }) => diff.packages.length > 0).map(({ diff }) => diff.size)
  const knownSizes = sizes.flatMap((size) => size ?? [])
  return knownSizes.length < sizes.length ? '' : formatGrowths(knownSizes)
}
