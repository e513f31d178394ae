import { formatGrowths } from '../../common/format.ts'
import type { MergedChange } from './merge.ts'
import { showCode } from './show.ts'
import type { ChangedPackage, ChangeKind, PackageChange } from './types.ts'

/** A table of GitHub's Markdown, in lines. */
export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly string[]
}

const words: Readonly<Record<ChangeKind, string>> = {
  upgraded: 'upgrade',
  downgraded: 'downgrade',
  added: 'new',
  removed: 'removed',
  moved: 'other channel',
  replaced: 'other file',
  rebuilt: 'other build',
}

/** How many packages that need another one are named. */
const askersNamed = 3

interface Column {
  readonly title: string
  readonly isNumber?: boolean
  readonly cell: (merged: MergedChange) => string
}

/**
 * A row for each change, and as many columns as there is something to say.
 * @param platforms all that there are; rows that are not about all of them name theirs
 */
export function changesTable(changes: readonly MergedChange[], platforms: readonly string[]): Table {
  const columns: Column[] = [
    { title: 'Package', cell: ({ change }) => nameCell(change) },
    { title: 'Change', cell: ({ change }) => kindCell(change) },
    { title: 'Before', cell: ({ change }) => versionCell(change, change.before) },
    { title: 'Now', cell: ({ change }) => versionCell(change, change.after) },
    { title: 'Size', isNumber: true, cell: ({ sizes }) => sizeCell(sizes) },
    { title: 'Needed by', cell: neededByCell },
    {
      title: 'Platforms',
      cell: (merged) => (merged.platforms.length < platforms.length ? merged.platforms.join(', ') : ''),
    },
  ]
  const used = columns.filter(({ cell }) => changes.some((change) => cell(change) !== ''))
  return {
    head: [
      line(used.map(({ title }) => title)),
      line(used.map(({ isNumber }) => (isNumber ? '--:' : '---'))),
    ],
    rows: changes.map((change) => line(used.map(({ cell }) => cell(change)))),
  }
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** What pip would install comes with where it is from: there may be a package of that name. */
function nameCell({ name, isWheel, before, after }: PackageChange): string {
  const channel = (after ?? before)?.channel
  return isWheel && channel !== undefined ? `${showCode(name)} (${showCode(channel)})` : showCode(name)
}

function kindCell({ kind, major }: PackageChange): string {
  return unbroken(major ? `**major ${words[kind]}**` : words[kind])
}

/** The version, with as much of build, channel and hash as it takes to tell the two sides apart. */
function versionCell({ kind, before, after }: PackageChange, side: ChangedPackage | undefined): string {
  if (!side) return ''
  const version = kind === 'rebuilt' ? `${side.version} ${side.build}`.trimEnd() : side.version
  const hash = kind === 'replaced' ? ` ${showCode(side.hex.slice(0, 12))}` : ''
  const isElsewhere = before && after && before.channel !== after.channel
  return `${showCode(version)}${hash}${isElsewhere ? ` from ${showCode(channelName(side.channel))}` : ''}`
}

/** Channels of anaconda.org go by their names. */
function channelName(channel: string): string {
  return channel.replace(/^https:\/\/conda\.anaconda\.org\//, '')
}

function sizeCell(sizes: readonly (number | undefined)[]): string {
  const known = sizes.flatMap((size) => size ?? [])
  return known.length === 0 ? '' : formatGrowths(known).split(' to ').map(unbroken).join(' to ')
}

/** On one line of its cell. */
function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0')
}

function neededByCell({ change, askedBy }: MergedChange): string {
  if (change.asked) return '*asked for*'
  const names = (askedBy ?? []).slice(0, askersNamed).map(showCode).join(', ')
  const rest = (askedBy ?? []).length - askersNamed
  return rest > 0 ? `${names} and ${rest} more` : names
}
