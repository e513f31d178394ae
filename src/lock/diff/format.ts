import { mergePlatforms, type MergedChange } from './merge.ts'
import { notesOf } from './notes.ts'
import { countKinds, summarize } from './summarize.ts'
import { changesTable } from './table.ts'
import { showCode } from './show.ts'
import type { LockChange } from './types.ts'

/** What GitHub takes as the body of a pull request, in characters. */
export const githubLimit = 65_536

/** A part of the text. Its rows can be left out, from the last one on, and all of it when not even one has room. */
interface Block {
  readonly head: readonly string[]
  readonly rows: readonly string[]
  readonly tail: readonly string[]
}

/**
 * What changed, as Markdown for GitHub: a line that says it all, notes, a table of what was asked for and of major changes, and the
 * rest folded. What is the same on several platforms stands there once.
 * @param limit how many characters there may be; what is cut for it is said
 * @returns empty when nothing changed
 */
export function formatDiff(changes: readonly LockChange[], limit = githubLimit): string {
  const relevant = changes.filter(({ diff }) => diff.packages.length > 0 || diff.base !== undefined)
  if (relevant.length === 0) return ''
  const environments = [...new Set(relevant.map(({ environment }) => environment))]
  const blocks = environments.flatMap((environment) => [
    ...(environments.length > 1 ? [paragraph(`### ${showCode(environment)}`)] : []),
    ...blocksOf(relevant.filter((change) => change.environment === environment)),
  ])
  return fit(`**${summarize(relevant, showCode)}**`, blocks, limit)
}

function blocksOf(changes: readonly LockChange[]): Block[] {
  const platforms = changes.map(({ platform }) => platform)
  const merged = mergePlatforms(changes)
  const isShown = ({ change }: MergedChange) => change.asked || change.major
  const shown = merged.filter(isShown)
  const folds = new Map<string, MergedChange[]>()
  for (const one of merged.filter((other) => !isShown(other))) {
    const where = one.platforms.length < platforms.length ? one.platforms.join(', ') : ''
    folds.set(where, [...(folds.get(where) ?? []), one])
  }
  const notes = notesOf(changes, merged)
  return [
    ...(notes.length > 0 ? [paragraph(...notes.map((note) => `- ${note}`))] : []),
    ...(shown.length > 0 ? [{ ...changesTable(shown, platforms), tail: [''] }] : []),
    ...[...folds]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([where, rest]) => fold(where, rest, shown.length > 0)),
  ]
}

function paragraph(...lines: string[]): Block {
  return { head: [...lines, ''], rows: [], tail: [] }
}

/**
 * What is neither asked for nor major, of all platforms or of some.
 * @param isRest whether something stands above it
 */
function fold(where: string, rest: readonly MergedChange[], isRest: boolean): Block {
  const what = `${isRest ? 'Other packages' : 'Packages'}${where === '' ? '' : `, on ${where} only`}`
  const { head, rows } = changesTable(rest, rest[0]?.platforms ?? [])
  return {
    head: [
      `<details${isRest ? '' : ' open'}><summary>${what}: ${countKinds(rest.map(({ change }) => change))}</summary>`,
      '',
      ...head,
    ],
    rows,
    tail: ['', '</details>', ''],
  }
}

/** Room for the sentence that says what was cut. */
const reserve = 160

function fit(title: string, blocks: readonly Block[], limit: number): string {
  let text = `${title}\n\n`
  let cut = 0
  for (const { head, rows, tail } of blocks) {
    let room = limit - reserve - text.length - lengthOf(head) - lengthOf(tail)
    let taken = 0
    for (const row of rows) {
      room -= row.length + 1
      if (room < 0) break
      taken++
    }
    cut += rows.length - taken
    if (room < 0 && taken === 0) continue
    text += [...head, ...rows.slice(0, taken), ...tail].map((line) => `${line}\n`).join('')
  }
  const more = `*${cut} more ${cut === 1 ? 'change' : 'changes'} would not fit into ${limit} characters; the lockfiles have them all.*`
  const whole = cut > 0 ? `${text}${more}` : text.trimEnd()
  return whole.length <= limit ? whole : `${whole.slice(0, Math.max(0, limit - 1))}…`
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0)
}
