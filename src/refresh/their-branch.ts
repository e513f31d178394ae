import * as core from '@actions/core'
import { pullRequestTitle } from './body.ts'
import type { FreshLocks } from './locks.ts'
import { commitMessage } from './message.ts'
import type { Tools } from './own-branch.ts'
import { propose } from './proposal.ts'
import { requireTip } from './target.ts'
import type { RefreshOutcome, RefreshRequest, Target } from './types.ts'

type Theirs = Extract<Target, { kind: 'theirs' }>

/**
 * Puts the fresh locks on top of the branch of somebody else's pull request, such as Dependabot's, whose change of an environment file made
 * them stale.
 * @throws UserError when it cannot
 * @throws Outrun when somebody has moved the branch meanwhile
 */
export async function refreshTheirBranch(
  request: RefreshRequest,
  target: Theirs,
  locks: FreshLocks,
  { github, writer, onProposal }: Tools,
): Promise<RefreshOutcome> {
  const { branch, number, url } = target
  const tip = await requireTip(github, target)
  const proposal = await propose(github, locks, { commit: tip, branch })
  onProposal(proposal)
  const found = { branch, number, url }
  if (proposal.files.length === 0) {
    core.info(`The locks on '${branch}' are what they would be now.`)
    return { ...found, operation: 'none', headSha: tip }
  }
  const headSha = await writer.commit({
    branch,
    expected: tip,
    parent: { sha: tip, branch },
    files: proposal.files,
    text: commitMessage(pullRequestTitle(proposal.text.line, request), request.commit, proposal.files),
  })
  core.info(`The locks are committed to '${branch}', pull request #${number}: ${url}`)
  if (request.isJobToken) {
    core.notice(
      `GitHub starts no checks for this commit, since it was pushed with GITHUB_TOKEN: close and reopen pull request #${number}, or give the token of a GitHub App as 'token' (actions/create-github-app-token).`,
    )
  }
  return { ...found, operation: 'updated', headSha }
}
