import { UserError } from '../common/errors.ts'
import { isRecord } from '../common/json.ts'
import { foreignText } from '../common/foreign.ts'
import { formatSeconds } from '../common/format.ts'
import { HttpFailure } from '../common/http.ts'
import { rateLimitSeconds } from './rate-limit.ts'

/** An answer of 400 or above, as `@octokit/request-error` throws it; 500 stands for a connection that failed, without a response. */
export interface RequestFailure extends Error {
  readonly status: number
  readonly request: { readonly method: string; readonly url: string }
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>
    readonly data: unknown
  }
}

// Not by `instanceof`: a bundle may hold several copies of the class.
export function isRequestFailure(error: unknown): error is RequestFailure {
  return error instanceof Error && error.name === 'HttpError' && 'status' in error
}

/** An answer to GraphQL with errors in it. */
export function isGraphqlFailure(error: unknown): error is Error {
  return error instanceof Error && error.name === 'GraphqlResponseError'
}

interface Rule {
  /** Of the answer; any when absent. */
  readonly status?: readonly number[]
  readonly says?: RegExp
  readonly advice: (repository: string) => string
}

/** What to do about GitHub's answers; the first that fits. Also for what it answers to git. */
const rules: readonly Rule[] = [
  {
    status: [401],
    advice: () => "The token is not valid, or no longer. Give another one as 'token'.",
  },
  {
    says: /not permitted to create or approve pull requests/i,
    advice: (repository) =>
      `Allow it: Settings → Actions → General → Workflow permissions → "Allow GitHub Actions to create and approve pull requests" of ${repository}, and of its organisation if it is greyed out there. Or give the token of a GitHub App as 'token', which also starts the checks.`,
  },
  {
    says: /without `workflows?` permission|refusing to allow .* workflow/i,
    advice: () =>
      "The branch would change a workflow, which the job's token never may: the base has changed one meanwhile. Delete the branch and run again, or give the token of an App with `workflows: write`.",
  },
  {
    says: /resource not accessible by personal access token/i,
    advice: (repository) =>
      `Give the token access to ${repository} with "Contents" and "Pull requests" as read and write (a classic one: the scope 'repo').`,
  },
  {
    says: /resource not accessible by integration|permission to \S+ denied|write access to repository not granted/i,
    advice: () =>
      "Give the job `permissions:` with `contents: write` and `pull-requests: write`. A workflow that a fork's or Dependabot's `pull_request` starts has a token that only reads, whatever it says: see docs/refresh.md for what to do there.",
  },
  {
    says: /SAML/,
    advice: () => 'Authorise the token for the single sign-on of the organisation.',
  },
  {
    says: /archived/i,
    advice: () =>
      'The repository is archived, so nothing of it can be changed. Unarchive it, or disable this workflow.',
  },
  {
    says: /GH006|GH013|protected branch|rule violations|cannot update this protected ref|changes must be made through a pull request/i,
    advice: () =>
      "A rule protects the branch. Choose a 'branch' that no branch protection or ruleset covers, or let the App whose token is 'token' bypass the rule. Where commits have to be signed, set 'sign-commits'.",
  },
  {
    says: /exists; cannot create/i,
    advice: () => "A branch has the first part of this name for its own. Choose another 'branch'.",
  },
  {
    says: /draft pull requests are not supported/i,
    advice: () => "The repository's plan has no drafts. Leave 'draft' out.",
  },
  {
    says: /fork collab/i,
    advice: () => "Set 'maintainer-can-modify' to false.",
  },
  {
    says: /rate limit|abuse detection/i,
    advice: () => restAdvice,
  },
  {
    status: [403],
    advice: (repository) =>
      `Give the job \`permissions:\` with \`contents: write\` and \`pull-requests: write\`, or a token that may write ${repository}. If that is not GitHub's own answer, have whoever runs the proxy or firewall on the way let it through.`,
  },
  {
    status: [404],
    advice: (repository) =>
      `To this token there is no such thing. Check that it may see ${repository}, and what the inputs name.`,
  },
  {
    status: [408, 429, 500, 502, 503, 504],
    advice: () => 'Run the job again; www.githubstatus.com says whether GitHub has a problem.',
  },
]

const restAdvice = 'Run the job again then. A token of a GitHub App has a limit of its own.'

/** Where the rules have nothing. */
const lastAdvice =
  "Check what the inputs name, and what the token may do; if that is not GitHub's own answer, ask whoever runs the proxy or firewall on the way."

/** What the user is told of where it happened. */
interface Place {
  /** `OWNER/NAME` */
  readonly repository: string
  /** Of the API. */
  readonly origin: string
}

/**
 * Makes the error for the user of what GitHub answered; anything else comes back as it is.
 * @param what was to be done, `the pull request cannot be opened`
 */
export function explain(error: unknown, what: string, { repository, origin }: Place): unknown {
  if (isRequestFailure(error)) {
    const { status, response } = error
    const said = messageOfAnswer(response?.data) ?? error.message
    if (!response) {
      return new UserError(`${what}: GitHub cannot be reached: ${foreignText(said)} (${origin})`, {
        advice: adviceOf(error) ?? 'Check the network, and a proxy if there is one, and run the job again.',
        cause: error,
      })
    }
    const answered = `${what}: GitHub answered ${status}: ${foreignText(said)} (${origin})`
    const rest = rateLimitSeconds(status, response.headers, said)
    if (rest !== undefined) {
      const until = `its rate limit is used up, and the token may ask again in ${formatSeconds(Math.max(1, rest))}`
      return new UserError(`${answered}; ${until}`, { advice: restAdvice, cause: error })
    }
    return new UserError(answered, {
      advice: adviceFor(said, repository, status) ?? lastAdvice,
      cause: error,
    })
  }
  if (!isGraphqlFailure(error)) return error
  return new UserError(`${what}: GitHub answered: ${foreignText(error.message)} (${origin})`, {
    advice: adviceFor(error.message, repository) ?? lastAdvice,
    cause: error,
  })
}

/** Octokit's error has ours for its cause. */
function adviceOf({ cause }: Error): string | undefined {
  return cause instanceof HttpFailure ? cause.advice : undefined
}

/** What to do about something that GitHub said. */
export function adviceFor(said: string, repository: string, status?: number): string | undefined {
  const rule = rules.find(
    (it) =>
      (it.status === undefined || (status !== undefined && it.status.includes(status))) &&
      (it.says === undefined || it.says.test(said)),
  )
  return rule?.advice(repository)
}

/** `message`, and what `errors` say beyond it; undefined where it is no answer of GitHub's API. */
export function messageOfAnswer(data: unknown): string | undefined {
  if (!isRecord(data) || typeof data['message'] !== 'string') return undefined
  const errors = Array.isArray(data['errors']) ? data['errors'] : []
  return [data['message'], ...errors.map(describeError)].join('; ')
}

/** docs.github.com, "Troubleshooting the REST API", validation errors. */
function describeError(error: unknown): string {
  if (!isRecord(error)) return String(error)
  const { message, field, code } = error
  return typeof message === 'string' ? message : `${String(field)} is ${String(code)}`
}
