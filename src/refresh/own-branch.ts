import * as core from '@actions/core'
import { pullRequestBody, pullRequestTitle } from './body.ts'
import { findBranch, listCommits, planCommit, type Found } from './branch.ts'
import type { GitHub } from './github.ts'
import type { FreshLocks } from './locks.ts'
import { propose, type Proposal } from './proposal.ts'
import { close, decorate, findOpen, open, update, type OpenPullRequest } from './pull-request.ts'
import { requireTip } from './target.ts'
import type { RefreshOutcome, RefreshRequest, Target } from './types.ts'
import type { BranchWriter } from './writer.ts'

type Own = Extract<Target, { kind: 'own' }>

/** What a refresh works with. */
export interface Tools {
  readonly github: GitHub
  readonly writer: BranchWriter
  /** Is told what there is to propose, before anything is written. */
  readonly onProposal: (proposal: Proposal) => void
}

/**
 * Brings the action's own branch and its pull request to what the locks are now: none where the base has them already.
 * @throws UserError when it cannot, or people's commits on the branch stand in the way
 * @throws Outrun when somebody has moved a branch meanwhile
 */
export async function refreshOwnBranch(
  request: RefreshRequest,
  target: Own,
  locks: FreshLocks,
  tools: Tools,
): Promise<RefreshOutcome> {
  const { github } = tools
  const { branch, base } = target
  const baseTip = await requireTip(github, target)
  const proposal = await propose(github, locks, { commit: baseTip, branch: base })
  tools.onProposal(proposal)
  const pull = await findOpen(github, branch, base)
  const found = await findBranch(github, branch, baseTip)
  if (proposal.files.length === 0) return settle(request, target, { pull, found }, tools)

  const { text } = proposal
  const commit = await planCommit(request, target, locks, { proposal, baseTip, found }, github)
  const headSha = commit ? await tools.writer.commit(commit) : found?.tip
  if (!commit) core.info(`The branch '${branch}' has these locks already.`)
  const words = { title: pullRequestTitle(text.line, request), body: pullRequestBody(text, request) }
  const outcome = { branch, ...(headSha !== undefined && { headSha }) }

  const opened = pull ? undefined : await open(github, target, words, request.pullRequest)
  const current = opened ?? pull ?? (await findOpen(github, branch, base))
  if (current === undefined) throw new Error('GitHub says that there is a pull request, and lists none')
  const address = { number: current.number, url: current.url }
  if (opened) {
    core.info(`Pull request #${opened.number} opened: ${opened.url}`)
    await decorate(github, opened, request.pullRequest, true)
    warnOfChecks(request, opened)
    return { ...outcome, ...address, operation: 'created' }
  }
  if (!commit) return { ...outcome, ...address, operation: 'none' }
  await update(github, current, words, request.pullRequest)
  await decorate(github, current, request.pullRequest, false)
  core.info(`Pull request #${current.number} updated: ${current.url}`)
  warnOfChecks(request, current)
  return { ...outcome, ...address, operation: 'updated' }
}

/** The base has the locks: an open pull request has nothing to propose any more, and the branch no purpose. */
async function settle(
  { pullRequest: { deleteBranch } }: RefreshRequest,
  { branch, base }: Own,
  { pull, found }: { readonly pull?: OpenPullRequest; readonly found?: Found },
  { github, writer }: Tools,
): Promise<RefreshOutcome> {
  core.info(`The locks on '${base}' are what they would be now.`)
  const address = pull && { number: pull.number, url: pull.url }
  if (found && found.people.length > 0) {
    core.warning(
      `The branch '${branch}' is left as it is, for it has commits that this action did not make: ${listCommits(found.people)}`,
    )
    return { operation: 'none', branch, headSha: found.tip, ...address }
  }
  // On condition that nobody has added to it, so before the pull request is closed, which this does as well.
  if (found && deleteBranch) {
    await writer.remove(branch, found.tip)
    core.info(`The branch '${branch}' is deleted.`)
  }
  if (pull) {
    await close(
      github,
      pull,
      `The locks on \`${base}\` are what solving them again gives now, so there is nothing left to propose.`,
    )
    core.info(`Pull request #${pull.number} closed: ${pull.url}`)
  }
  return {
    operation: pull ? 'closed' : 'none',
    branch,
    ...address,
    ...(found && !deleteBranch && { headSha: found.tip }),
  }
}

/** docs.github.com, "Triggering a workflow from a workflow". */
function warnOfChecks({ isJobToken }: RefreshRequest, { number, author }: OpenPullRequest): void {
  if (!isJobToken && author !== 'github-actions[bot]') return
  core.notice(
    `GitHub starts no checks for pull request #${number}, since it was pushed with GITHUB_TOKEN: close and reopen it, or give the token of a GitHub App as 'token' (actions/create-github-app-token).`,
  )
}
