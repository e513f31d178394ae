import { UserError } from '../common/errors.ts'
import { diffLocks, type LockDiff } from '../lock/diff/diff.ts'
import { parseLock } from '../lock/parse.ts'
import type { GitHub } from './github.ts'
import type { FreshLock, FreshLocks } from './locks.ts'
import { readFilesAt } from './remote.ts'
import { pullRequestText, type PullRequestText } from './text.ts'
import type { LockChange } from './types.ts'
import type { NewFile } from './writer.ts'

/** What a branch lacks to have the fresh locks. */
export interface Proposal {
  /** Empty when it has them. */
  readonly files: readonly NewFile[]
  /** What that changes. */
  readonly text: PullRequestText
}

/**
 * Compares the fresh locks with those of a commit.
 * @param branch whose tip the commit is
 * @throws UserError when the locks were not solved from the environment files that the commit has
 */
export async function propose(
  github: GitHub,
  { locks, sources }: FreshLocks,
  { commit, branch }: { readonly commit: string; readonly branch: string },
): Promise<Proposal> {
  const there = await readFilesAt(
    github,
    commit,
    [...sources, ...locks].map(({ path }) => path),
  )
  const other = sources.find(({ path, text }) => !isSame(there.get(path), text))
  if (other) {
    const what = there.get(other.path) === undefined ? 'it is missing, unlike' : 'it is another one than'
    throw new UserError(
      `on the branch '${branch}' ${what} in this checkout, from which the locks were solved (${github.origin})`,
      {
        at: { file: other.path },
        advice: `Have actions/checkout check out '${branch}' (its input 'ref'), unchanged; if somebody has pushed there meanwhile, run the job again.`,
      },
    )
  }
  const stale = locks.filter(({ path, text }) => !isSame(there.get(path), text))
  return {
    files: stale.map(({ path, text }) => ({ path, text })),
    text: pullRequestText(await Promise.all(stale.map((fresh) => changeOf(fresh, there.get(fresh.path))))),
  }
}

async function changeOf(fresh: FreshLock, there: string | undefined): Promise<LockChange> {
  const { path, environment, platform, lock } = fresh
  const diff = there === undefined ? undefined : await diffTo(fresh, there)
  return { path, environment, platform, after: lock, ...(diff && { diff }) }
}

/** What the solve found out, sizes and all, holds for the lock that was in the checkout. One that is replaced may be broken. */
async function diffTo(fresh: FreshLock, there: string): Promise<LockDiff | undefined> {
  const { path, subdir, lock, before, difference } = fresh
  if (before !== undefined && isSame(there, before)) return difference
  try {
    return await diffLocks(parseLock(there, path, subdir), lock)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return undefined
  }
}

/** Line ends, and a mark before the first, are what a checkout makes of them. */
export function isSame(there: string | undefined, text: string): boolean {
  const normal = (it: string) => it.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  return there !== undefined && normal(there) === normal(text)
}
