import type { BareRepository } from './repository.ts'

/** What may be done with a token. */
export interface Account {
  readonly login: string
  readonly type: 'app' | 'person'
  readonly contents: 'read' | 'write'
  readonly pullRequests: 'read' | 'write'
}

export interface PullRequest {
  readonly number: number
  readonly author: string
  readonly head: string
  readonly base: string
  title: string
  body: string
  state: 'open' | 'closed'
  draft: boolean
  mergedAt: string | null
  /** Where the head was when the pull request was closed; its branch's tip until then. */
  lastSha?: string
  readonly labels: string[]
  readonly assignees: string[]
  readonly reviewers: string[]
  readonly comments: string[]
  milestone?: number
}

/** Everything that the stand-in keeps. */
export interface State {
  readonly owner: string
  readonly repo: string
  readonly repository: BareRepository
  /** By token. */
  readonly accounts: ReadonlyMap<string, Account>
  readonly pulls: PullRequest[]
  readonly collaborators: readonly string[]
  readonly milestones: readonly number[]
  /** The setting "Allow GitHub Actions to create and approve pull requests". */
  actionsMayOpen: boolean
}

/** What an endpoint answers. */
export interface Answer {
  readonly status: number
  readonly data: unknown
  /** Sent as it is. */
  readonly raw?: string
}

/** An answer that is thrown. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message)
    this.answer = {
      status,
      data: {
        message,
        ...(errors && { errors }),
        documentation_url: 'https://docs.github.com/rest',
        status: String(status),
      },
    }
  }
}

export function ok(data: unknown, status = 200): Answer {
  return { status, data }
}

/** docs.github.com, "Troubleshooting the REST API" */
export function invalid(resource: string, message: string): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource, code: 'custom', message }])
}

export function notAccessible({ type }: Account): Refusal {
  return new Refusal(
    403,
    `Resource not accessible by ${type === 'app' ? 'integration' : 'personal access token'}`,
  )
}

/** What an endpoint is given. */
export interface Call {
  readonly state: State
  readonly account: Account
  /** Named groups of its path. */
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

export type Endpoint = readonly [
  method: string,
  path: string,
  handle: (call: Call) => Answer | Promise<Answer>,
]
