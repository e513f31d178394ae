import * as core from '@actions/core'
import { readEventFile, textIn } from '../action/event.ts'
import { readLockingRequest } from '../action/locking-request.ts'
import { UserError } from '../common/errors.ts'
import { isRecord } from '../common/json.ts'
import { findHead } from './checkout.ts'
import type {
  CommitWishes,
  Identity,
  PullRequestWishes,
  RefreshRequest,
  Repository,
  Target,
} from './types.ts'

const bot = 'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>'

/** Reads and checks every input. @throws UserError naming the first that is wrong, or what the event of the run stands in the way of */
export function readRefreshRequest(environment: NodeJS.ProcessEnv = process.env): RefreshRequest {
  const token = readToken()
  const locking = readLockingRequest('update', environment)
  const repository = readRepository(environment)
  const runId = environment['GITHUB_RUN_ID']
  return {
    locking,
    repository,
    target: readTarget(repository, locking.workspace, environment),
    token,
    isJobToken: token === core.getInput('github-token'),
    commit: readCommit(),
    pullRequest: readPullRequest(),
    ...(runId && {
      runUrl: `${repository.server}/${repository.owner}/${repository.repo}/actions/runs/${runId}`,
    }),
  }
}

function readToken(): string {
  const token = core.getInput('token')
  if (token === '') {
    throw new UserError('it is empty', {
      at: { input: 'token' },
      advice:
        'Leave it out for the token of the job, or check the name of the secret: one that does not exist, or that this event may not see (a pull request from a fork, or of Dependabot, which has secrets of its own), is empty.',
    })
  }
  core.setSecret(token)
  return token
}

function readRepository(environment: NodeJS.ProcessEnv): Repository {
  const [owner = '', repo = ''] = (environment['GITHUB_REPOSITORY'] ?? '').split('/')
  if (owner === '' || repo === '') {
    throw new UserError('GITHUB_REPOSITORY names no repository', {
      advice: 'Run this in a workflow of GitHub Actions, or set it to OWNER/NAME.',
    })
  }
  return {
    owner,
    repo,
    server: (environment['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/+$/, ''),
  }
}

/** A pull request that started the run gets the locks on its own branch; any other event, on a branch with a pull request for the base. */
function readTarget({ owner, repo }: Repository, workspace: string, environment: NodeJS.ProcessEnv): Target {
  const pull = readPull(environment['GITHUB_EVENT_PATH'])
  if (pull) {
    const { source, number, branch, url } = pull
    if (source?.toLowerCase() === `${owner}/${repo}`.toLowerCase()) {
      return { kind: 'theirs', branch, number, url }
    }
    throw new UserError(
      `pull request #${number} comes from ${source ? `the fork ${source}` : 'a fork that is gone'}, whose branch this repository's token cannot write`,
      {
        advice:
          'Leave such pull requests out with `if: github.event.pull_request.head.repo.full_name == github.repository`. Their author can refresh the locks in the fork, or a refresh here does after the merge.',
      },
    )
  }
  const base = core.getInput('base') || checkedOutBranch(workspace, environment)
  const branch = core.getInput('branch') || 'micromamba-image/refresh-locks'
  for (const [input, name] of [['base', base] as const, ['branch', branch] as const]) {
    if (!isBranchName(name)) throw new UserError(`'${name}' is not the name of a branch`, { at: { input } })
  }
  if (base !== branch) return { kind: 'own', branch, base }
  throw new UserError(`'${branch}' is the base too`, {
    at: { input: 'branch' },
    advice: 'Name a branch that this action may write, which the pull request comes from.',
  })
}

/** git-check-ref-format(1) */
function isBranchName(name: string): boolean {
  // eslint-disable-next-line no-control-regex
  const forbidden = /^[-/]|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[./]$|^\.|^@$/
  return name !== '' && !forbidden.test(name)
}

function checkedOutBranch(workspace: string, environment: NodeJS.ProcessEnv): string {
  const branch =
    findHead(workspace) ??
    (environment['GITHUB_REF_TYPE'] === 'branch' ? environment['GITHUB_REF_NAME'] : undefined)
  if (branch) return branch
  throw new UserError('a commit is checked out, not a branch', {
    at: { input: 'base' },
    advice: 'Say which branch the pull request is for, and check that one out.',
  })
}

/** The pull request that started the run. */
function readPull(path: string | undefined) {
  const { pull_request: pull } = readEventFile(path)
  if (!isRecord(pull) || !isRecord(pull['head'])) return undefined
  return {
    number: Number(pull['number']),
    url: textIn(pull, 'html_url') ?? '',
    branch: textIn(pull['head'], 'ref') ?? '',
    /** Whose branch it is; undefined when a fork was deleted. */
    source: textIn(pull['head']['repo'], 'full_name'),
  }
}

function readCommit(): CommitWishes {
  const sign = flag('sign-commits')
  if (sign && (core.getInput('author') !== '' || core.getInput('committer') !== '')) {
    core.warning(
      "'author' and 'committer' mean nothing with 'sign-commits': GitHub signs for whom the token belongs to.",
    )
  }
  const message = core.getInput('commit-message')
  return {
    ...(message && { message }),
    author: identity('author'),
    committer: identity('committer'),
    signoff: flag('signoff'),
    sign,
  }
}

/** `Display Name <email@address.com>` */
function identity(input: string): Identity {
  const text = core.getInput(input) || bot
  const [, name, email] = /^([^<>\r\n]+?) *<([^<>\s]+)>$/.exec(text) ?? []
  if (name !== undefined && email !== undefined) return { name, email }
  throw new UserError(`'${text}' is not a name with an address`, {
    at: { input },
    advice: 'Write it as Display Name <email@address.com>.',
  })
}

function readPullRequest(): PullRequestWishes {
  const [title, body] = [core.getInput('title'), core.getInput('body')]
  const milestone = core.getInput('milestone')
  if (!/^\d*$/.test(milestone)) {
    throw new UserError(`'${milestone}' is not a number`, {
      at: { input: 'milestone' },
      advice: 'Give the number that the address of the milestone ends in, not its title.',
    })
  }
  return {
    ...(title && { title: title.replace(/\s+/g, ' ') }),
    ...(body && { body }),
    labels: items('labels'),
    assignees: items('assignees'),
    reviewers: items('reviewers'),
    // As a CODEOWNERS file has them, `@org/team`; the API wants the name alone.
    teamReviewers: items('team-reviewers').map((team) => team.replace(/^.*\//, '')),
    ...(milestone && { milestone: Number(milestone) }),
    draft: oneOf('draft', ['false', 'true', 'always-true']),
    maintainerCanModify: flag('maintainer-can-modify', true),
    deleteBranch: flag('delete-branch', true),
  }
}

/** Separated by newlines or commas. */
function items(input: string): string[] {
  const all = core
    .getInput(input)
    .split(/[\n,]/)
    .map((item) => item.trim().replace(/^@/, ''))
  return [...new Set(all.filter((item) => item !== ''))]
}

function flag(input: string, byDefault = false): boolean {
  return oneOf(input, byDefault ? ['true', 'false'] : ['false', 'true']) === 'true'
}

/** The first choice is the default. */
function oneOf<const T extends string>(input: string, choices: readonly [T, ...T[]]): T {
  const value = core.getInput(input).toLowerCase()
  const found = value === '' ? choices[0] : choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw new UserError(`'${core.getInput(input)}' is not one of its values`, {
    at: { input },
    advice: `Use ${choices.join(', ')}.`,
  })
}
