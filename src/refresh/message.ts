import { createHash } from 'node:crypto'
import { digestOf } from '../common/digest.ts'
import type { GitHub } from './github.ts'
import type { BranchCommit } from './remote.ts'
import type { CommitWishes } from './types.ts'
import type { NewFile } from './writer.ts'

/**
 * The trailer by which a later run knows a commit of ours: the hash of the files in it. So one that a person has amended is the
 * person's.
 */
const trailer = 'Locks-Refreshed'

/** A commit's message: what was asked for, or the line that says what changed, with trailers. */
export function commitMessage(
  line: string,
  { message, signoff, committer }: CommitWishes,
  files: readonly NewFile[],
): string {
  const content = files.map(({ path, text }): FileId => ({ path, blob: blobHash(text) }))
  return [
    message ?? line,
    '',
    `${trailer}: ${hashOf(content)}`,
    ...(signoff ? [`Signed-off-by: ${committer.name} <${committer.email}>`] : []),
    '',
  ].join('\n')
}

/** Those commits which this action has not made, or not as they are now. Merges are left out: they bring in what is somewhere else. */
export async function commitsOfPeople(
  { attempt, place }: GitHub,
  commits: readonly BranchCommit[],
): Promise<BranchCommit[]> {
  const single = commits.filter(({ isMerge }) => !isMerge)
  const checked = await Promise.all(
    single.map(async (commit) => {
      const hash = new RegExp(`^${trailer}: (.+)$`, 'm').exec(commit.message)?.[1]
      if (hash === undefined) return [commit]
      const { data } = await attempt(`the commit ${commit.sha} cannot be read`, ({ rest }) =>
        rest.repos.getCommit({ ...place, ref: commit.sha }),
      )
      const content = (data.files ?? []).map(({ filename, sha }): FileId => ({
        path: filename,
        blob: sha ?? '',
      }))
      return hashOf(content) === hash ? [] : [commit]
    }),
  )
  return checked.flat()
}

interface FileId {
  readonly path: string
  /** git's hash of the content. */
  readonly blob: string
}

function hashOf(files: readonly FileId[]): string {
  const lines = files.map(({ path, blob }) => `${blob} ${path}`).sort()
  return digestOf(lines.join('\n'))
}

/** gitformat-loose(5) */
function blobHash(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0`)
    .update(text)
    .digest('hex')
}
