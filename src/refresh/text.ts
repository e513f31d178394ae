import { code } from '../common/markdown.ts'
import { formatDiff, githubLimit, summarize, type LockChange as Difference } from '../lock/diff/diff.ts'
import { countLocked } from '../lock/report.ts'
import type { LockChange } from './types.ts'

export interface PullRequestText {
  /** Says it all, for the title and the commit; plain text. */
  readonly line: string
  /** Markdown, of up to so many characters; what was cut is said. */
  readonly details: (limit?: number) => string
}

/**
 * What changed from the old locks to the new ones, for the people who are to judge it. All names in it are a channel's, which may be
 * hostile: they are written by what `common/markdown.ts` has for that.
 */
export function pullRequestText(changes: readonly LockChange[]): PullRequestText {
  const differences = changes.flatMap(({ environment, platform, diff }): Difference[] =>
    diff ? [{ environment, platform, diff }] : [],
  )
  const isChange = ({ diff: { packages, base } }: Difference) => packages.length > 0 || base !== undefined
  const changed = differences.filter(isChange)
  const fresh = changes.filter(({ diff }) => diff === undefined)
  const files = fresh.length === 1 ? '1 new lockfile' : `${fresh.length} new lockfiles`
  const parts = [...(fresh.length > 0 ? [files] : []), ...(changed.length > 0 ? [summarize(changed)] : [])]
  const list = fresh.map(({ path, after }) => `- ${code(path)} is new, with ${countLocked(after)}`)
  const same = changes.filter(({ diff }) => diff && !changed.some((it) => it.diff === diff))
  const kept = same.map(
    ({ path }) => `- ${code(path)} has the same packages, and says otherwise what it was solved for`,
  )
  const start = [...list, ...kept].join('\n')
  return {
    line: parts.join('; ') || 'the same packages',
    details: (limit = githubLimit) =>
      [start, formatDiff(changed, limit - start.length - 2)].filter((part) => part !== '').join('\n\n'),
  }
}
