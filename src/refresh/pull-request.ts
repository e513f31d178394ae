import * as core from '@actions/core'
import { UserError, messageOf } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { isRequestFailure, type GitHub } from './github.ts'
import type { PullRequestWishes } from './types.ts'
import { Outrun } from './writer.ts'

/** An open pull request, as far as it is looked at. */
export interface OpenPullRequest {
  readonly number: number
  readonly url: string
  readonly nodeId: string
  readonly title: string
  readonly body: string
  readonly isDraft: boolean
  /** Who opened it. */
  readonly author: string
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
  readonly milestone?: number
}

/** The answers' part that `read` looks at, which is the same in all of them. */
interface Answer {
  readonly number: number
  readonly html_url: string
  readonly node_id: string
  readonly title: string
  readonly body: string | null
  readonly draft?: boolean
  readonly user: { readonly login: string } | null
  readonly labels: readonly { readonly name: string }[]
  readonly assignees?: readonly { readonly login: string }[] | null
  readonly milestone: { readonly number: number } | null
}

function read(pull: Answer): OpenPullRequest {
  return {
    number: pull.number,
    url: pull.html_url,
    nodeId: pull.node_id,
    title: pull.title,
    body: pull.body ?? '',
    isDraft: pull.draft ?? false,
    author: pull.user?.login ?? '',
    labels: pull.labels.map(({ name }) => name),
    assignees: (pull.assignees ?? []).map(({ login }) => login),
    ...(pull.milestone && { milestone: pull.milestone.number }),
  }
}

/**
 * The open pull request from a branch to a base.
 * @throws UserError when there is one to another base: it would be taken from under it
 */
export async function findOpen(
  { attempt, place }: GitHub,
  branch: string,
  base: string,
): Promise<OpenPullRequest | undefined> {
  const { data } = await attempt('pull requests cannot be looked for', ({ rest }) =>
    rest.pulls.list({ ...place, head: `${place.owner}:${branch}`, state: 'open', per_page: 100 }),
  )
  // GitHub passes over a `head` that it does not understand.
  const ours = data.filter(({ head }) => head.ref === branch)
  const found = ours.find((pull) => pull.base.ref === base)
  if (found) return read(found)
  const [other] = ours
  if (other === undefined) return undefined
  throw new UserError(
    `pull request #${other.number} from this branch is for '${foreignText(other.base.ref)}', not for '${base}'`,
    {
      at: { input: 'branch' },
      advice: 'Name another branch for each base.',
    },
  )
}

/** Whether a commit was the last one of a pull request that was merged, so that nothing is lost with the branch. */
export async function isMerged({ attempt, place }: GitHub, branch: string, tip: string): Promise<boolean> {
  const { data } = await attempt('pull requests cannot be looked for', ({ rest }) =>
    rest.pulls.list({ ...place, head: `${place.owner}:${branch}`, state: 'closed', per_page: 100 }),
  )
  return data.some(({ head, merged_at }) => merged_at !== null && head.sha === tip)
}

/**
 * Opens a pull request.
 * @returns undefined when there is one, which another run has opened at the same time
 * @throws Outrun when there is nothing to propose any more
 */
export async function open(
  { attempt, place }: GitHub,
  { branch, base }: { readonly branch: string; readonly base: string },
  { title, body }: { readonly title: string; readonly body: string },
  wishes: PullRequestWishes,
): Promise<OpenPullRequest | undefined> {
  return attempt('the pull request cannot be opened', async ({ rest }) => {
    try {
      const { data } = await rest.pulls.create({
        ...place,
        head: branch,
        base,
        title,
        body,
        draft: wishes.draft !== 'false',
        maintainer_can_modify: wishes.maintainerCanModify,
      })
      return read(data)
    } catch (error) {
      if (isRequestFailure(error) && error.status === 422) {
        if (error.message.includes('A pull request already exists')) return undefined
        if (error.message.includes('No commits between')) throw new Outrun(base)
      }
      throw error
    }
  })
}

/** Says in an open pull request what its branch has now. */
export async function update(
  { attempt, place }: GitHub,
  pull: OpenPullRequest,
  { title, body }: { readonly title: string; readonly body: string },
  { draft }: PullRequestWishes,
): Promise<void> {
  const what = `pull request #${pull.number} cannot be changed`
  if (pull.title !== title || pull.body !== body) {
    await attempt(what, ({ rest }) => rest.pulls.update({ ...place, pull_number: pull.number, title, body }))
  }
  if (draft !== 'always-true' || pull.isDraft) return
  // REST cannot.
  await attempt(what, ({ graphql }) =>
    graphql(
      'mutation ($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { clientMutationId } }',
      { id: pull.nodeId },
    ),
  )
}

/** Closes a pull request with a word. */
export async function close(
  { attempt, place }: GitHub,
  { number }: OpenPullRequest,
  why: string,
): Promise<void> {
  await attempt(`pull request #${number} cannot be closed`, async ({ rest }) => {
    await rest.issues.createComment({ ...place, issue_number: number, body: why })
    await rest.pulls.update({ ...place, pull_number: number, state: 'closed' })
  })
}

/**
 * Labels, assignees, milestone and reviewers. The pull request is there, and what of these cannot be had is said in a warning.
 * @param isNew reviewers are asked once: to ask again takes back a review that was given
 */
export async function decorate(
  github: GitHub,
  pull: OpenPullRequest,
  wishes: PullRequestWishes,
  isNew: boolean,
): Promise<void> {
  const issue = { ...github.place, issue_number: pull.number }
  const labels = missing(wishes.labels, pull.labels)
  const assignees = missing(wishes.assignees, pull.assignees)
  const { milestone, reviewers, teamReviewers } = wishes
  if (labels.length > 0) {
    await orWarn(github, `the labels ${labels.join(', ')} cannot be added`, ({ rest }) =>
      rest.issues.addLabels({ ...issue, labels }),
    )
  }
  if (assignees.length > 0) {
    await orWarn(github, `${assignees.join(', ')} cannot be assigned`, async ({ rest }) => {
      const { data } = await rest.issues.addAssignees({ ...issue, assignees })
      const passedOver = missing(
        assignees,
        (data.assignees ?? []).map(({ login }) => login),
      )
      if (passedOver.length > 0) {
        core.warning(
          `GitHub has not assigned ${passedOver.join(', ')}: only people who may write to the repository can be.`,
        )
      }
    })
  }
  if (milestone !== undefined && milestone !== pull.milestone) {
    await orWarn(github, `the milestone ${milestone} cannot be set`, ({ rest }) =>
      rest.issues.update({ ...issue, milestone }),
    )
  }
  if (!isNew) return
  const request = { ...github.place, pull_number: pull.number }
  if (reviewers.length > 0) {
    await orWarn(github, `a review by ${reviewers.join(', ')} cannot be asked for`, ({ rest }) =>
      rest.pulls.requestReviewers({ ...request, reviewers: [...reviewers] }),
    )
  }
  if (teamReviewers.length > 0) {
    const what = `a review by the teams ${teamReviewers.join(', ')} cannot be asked for: GITHUB_TOKEN never can, and other tokens have to be allowed to read the organisation's members`
    await orWarn(github, what, ({ rest }) =>
      rest.pulls.requestReviewers({ ...request, team_reviewers: [...teamReviewers] }),
    )
  }
}

function missing(wanted: readonly string[], there: readonly string[]): string[] {
  const known = new Set(there.map((name) => name.toLowerCase()))
  return wanted.filter((name) => !known.has(name.toLowerCase()))
}

async function orWarn(github: GitHub, what: string, work: Parameters<GitHub['attempt']>[1]): Promise<void> {
  try {
    await github.attempt(what, work)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    core.warning(messageOf(error))
  }
}
