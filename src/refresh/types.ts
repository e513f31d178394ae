import type { LockingRequest } from '../action/locking-request.ts'
import type { LockDiff } from '../lock/diff/diff.ts'
import type { Lock } from '../lock/types.ts'

/** The repository on GitHub. */
export interface Repository {
  readonly owner: string
  readonly repo: string
  /** `https://github.com`, or an Enterprise Server. */
  readonly server: string
}

/** Where the locks go. */
export type Target =
  /** A branch of the action's own, with a pull request for `base`. */
  | { readonly kind: 'own'; readonly branch: string; readonly base: string }
  /** The branch of the pull request that started the run. */
  | { readonly kind: 'theirs'; readonly branch: string; readonly number: number; readonly url: string }

/** A person as git names one. */
export interface Identity {
  readonly name: string
  readonly email: string
}

export interface CommitWishes {
  /** Instead of one that says what changed. */
  readonly message?: string
  readonly author: Identity
  readonly committer: Identity
  readonly signoff: boolean
  /** By GitHub's API, so that GitHub signs it. */
  readonly sign: boolean
}

export interface PullRequestWishes {
  /** Instead of one that says what changed. */
  readonly title?: string
  /** Above what changed. */
  readonly body?: string
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
  readonly reviewers: readonly string[]
  readonly teamReviewers: readonly string[]
  /** Its number. */
  readonly milestone?: number
  readonly draft: 'false' | 'true' | 'always-true'
  readonly maintainerCanModify: boolean
  readonly deleteBranch: boolean
}

/** Everything that a refresh is asked for: the inputs, read once and checked before any work. */
export interface RefreshRequest {
  readonly locking: LockingRequest
  readonly repository: Repository
  readonly target: Target
  readonly token: string
  /** Whether the token is the job's own, whose commits and pull requests start no workflows. */
  readonly isJobToken: boolean
  readonly commit: CommitWishes
  readonly pullRequest: PullRequestWishes
  /** The page of this run. */
  readonly runUrl?: string
}

/** A lockfile as a refresh found it and as it is to be. */
export interface LockChange {
  /** Relative to the repository's top, with forward slashes. */
  readonly path: string
  /** The environment file. */
  readonly environment: string
  /** As lockfiles name it. */
  readonly platform: string
  readonly after: Lock
  /** Absent when there was no lock, or none that can be read. */
  readonly diff?: LockDiff
}

export interface RefreshOutcome {
  readonly operation: 'created' | 'updated' | 'closed' | 'none'
  readonly branch: string
  readonly number?: number
  readonly url?: string
  /** Of the branch, where there is one. */
  readonly headSha?: string
}
