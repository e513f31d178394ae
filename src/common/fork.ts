import { readFileSync } from 'node:fs'

/**
 * Whether the workflow runs for a pull request of a fork: its token may only read, whatever `permissions` says, and it has no
 * secrets (docs.github.com, "Events that trigger workflows", `pull_request`). `pull_request_target` runs for the base.
 */
export function isForksPullRequest(environment: NodeJS.ProcessEnv = process.env): boolean {
  const { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path } = environment
  if (!path || !/^pull_request(_review|_review_comment)?$/.test(name ?? '')) return false
  try {
    const event = JSON.parse(readFileSync(path, 'utf8')) as Event // GitHub's own file; fields may be missing
    const { head, base } = event.pull_request ?? {}
    const target = base?.repo?.full_name
    // A fork that was deleted since has no name.
    return target !== undefined && head?.repo?.full_name !== target
  } catch {
    return false
  }
}

interface Event {
  readonly pull_request?: { readonly head?: Side; readonly base?: Side }
}
interface Side {
  readonly repo?: { readonly full_name?: string } | null
}
