import { foreignText } from '../common/foreign.ts'
import type { PullRequestText } from './text.ts'
import type { RefreshRequest } from './types.ts'

/** What GitHub takes, in characters. */
export const limits = { title: 256, body: 65_536 }

export function pullRequestTitle(line: string, { pullRequest }: RefreshRequest): string {
  return cut(pullRequest.title ?? `Refresh locks: ${line}`, limits.title)
}

/** The text of the pull request: what the workflow's author wants to say, what changed, and what has to be known of it. */
export function pullRequestBody({ details }: PullRequestText, request: RefreshRequest): string {
  const { pullRequest, runUrl, isJobToken } = request
  const run = runUrl === undefined ? 'a run' : `[a run](${runUrl})`
  const end = [
    `Solved again by ${run} of micromamba-image's refresh. When a later one solves to something else, it updates this pull request. Commits that people add to its branch are kept.`,
    ...(isJobToken
      ? [
          '> [!NOTE]\n> This was pushed with the `GITHUB_TOKEN` of a workflow, so GitHub starts no checks for it. Closing and reopening the pull request starts them.',
        ]
      : []),
  ].join('\n\n')
  const start = pullRequest.body === undefined ? '' : `${pullRequest.body}\n\n`
  const room = limits.body - start.length - end.length - 2
  return cut(`${start}${details(room)}\n\n${end}`, limits.body)
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

/** A commit in a sentence of the log. */
export function nameCommit({
  sha,
  message,
  author,
}: {
  sha: string
  message: string
  author: string
}): string {
  const [subject = ''] = message.split('\n')
  return foreignText(`${sha.slice(0, 7)} "${subject}" by ${author}`)
}
