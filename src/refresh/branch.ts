import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import { nameCommit, pullRequestTitle } from './body.ts'
import type { GitHub } from './github.ts'
import type { FreshLocks } from './locks.ts'
import { commitMessage, commitsOfPeople } from './message.ts'
import { isSame, type Proposal } from './proposal.ts'
import { isMerged } from './pull-request.ts'
import { compare, readFilesAt, tipOf, type BranchCommit } from './remote.ts'
import type { RefreshRequest, Target } from './types.ts'
import type { NewCommit } from './writer.ts'

/** The action's own branch as it is found. */
export interface Found {
  readonly tip: string
  /** Where it parted from the base. */
  readonly mergeBase: string
  readonly people: readonly BranchCommit[]
}

/** @returns undefined when there is no such branch */
export async function findBranch(
  github: GitHub,
  branch: string,
  baseTip: string,
): Promise<Found | undefined> {
  const tip = await tipOf(github, branch)
  if (tip === undefined) return undefined
  const { mergeBase, commits } = await compare(github, baseTip, tip)
  const people = await commitsOfPeople(github, commits)
  // Squashed or rebased, commits that were merged look as if they were not.
  if (people.length > 0 && (await isMerged(github, branch, tip))) return { tip, mergeBase, people: [] }
  return { tip, mergeBase, people }
}

interface Situation {
  readonly proposal: Proposal
  readonly baseTip: string
  readonly found: Found | undefined
}

/**
 * The commit that the branch lacks; undefined when it has the locks and nothing on the base is at odds with it. A branch that is the action's
 * alone begins at the base anew; one that people have added to gets a commit on top of theirs, which are not rewritten.
 * @throws UserError when the base has changed in a way that only people can bring together with their commits
 */
export async function planCommit(
  request: RefreshRequest,
  { branch, base }: Extract<Target, { kind: 'own' }>,
  { locks, sources }: FreshLocks,
  { proposal, baseTip, found }: Situation,
  github: GitHub,
): Promise<NewCommit | undefined> {
  const subject = pullRequestTitle(proposal.text.line, request)
  const onBase = {
    branch,
    ...(found && { expected: found.tip }),
    parent: { sha: baseTip, branch: base },
    files: proposal.files,
    text: commitMessage(subject, request.commit, proposal.files),
  }
  if (!found) return onBase
  const paths = [...sources, ...locks].map(({ path }) => path)
  const there = await readFilesAt(github, found.tip, paths)
  const lacking = locks.filter(({ path, text }) => !isSame(there.get(path), text))
  const moved = found.mergeBase === baseTip ? [] : await movedFiles(github, found.mergeBase, baseTip, paths)
  if (lacking.length === 0 && moved.length === 0) return undefined
  if (found.people.length === 0) return onBase

  const edited = sources.filter(({ path, text }) => moved.includes(path) || !isSame(there.get(path), text))
  const reason =
    edited.length > 0
      ? `there ${edited.map(({ path }) => path).join(', ')} is another one than on '${base}'`
      : moved.length > 0
        ? `'${base}' has got another ${moved.join(', ')} since`
        : undefined
  const commits = listCommits(found.people)
  if (reason !== undefined) {
    throw new UserError(
      `the branch '${branch}' has commits that this action did not make, and ${reason}: ${commits}`,
      {
        advice: `Nothing was changed. Merge the pull request; or merge '${base}' into '${branch}', with the lockfiles of '${base}', and run again; or delete the branch if the commits are not needed.`,
      },
    )
  }
  core.info(
    `The branch '${branch}' has commits that this action did not make. They are kept, and the locks go on top: ${commits}`,
  )
  const files = lacking.map(({ path, text }) => ({ path, text }))
  return {
    branch,
    expected: found.tip,
    parent: { sha: found.tip, branch },
    files,
    text: commitMessage(subject, request.commit, files),
  }
}

async function movedFiles(
  github: GitHub,
  from: string,
  to: string,
  paths: readonly string[],
): Promise<string[]> {
  const [before, after] = await Promise.all([
    readFilesAt(github, from, paths),
    readFilesAt(github, to, paths),
  ])
  return paths.filter((path) => before.get(path) !== after.get(path))
}

/** For a sentence of the log. */
export function listCommits(commits: readonly BranchCommit[]): string {
  return commits.map(nameCommit).join(', ')
}
