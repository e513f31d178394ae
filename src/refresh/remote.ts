import { unlessMissing, type GitHub } from './github.ts'

/** The commit that a branch is at; undefined when there is no such branch. */
export async function tipOf({ attempt, place }: GitHub, branch: string): Promise<string | undefined> {
  return attempt(`the branch '${branch}' cannot be read`, async ({ rest }) => {
    const answer = await unlessMissing(rest.git.getRef({ ...place, ref: `heads/${branch}` }))
    return answer?.data.object.sha
  })
}

/** A file as a commit has it; undefined when it has none. */
export async function readFileAt(
  { attempt, place }: GitHub,
  commit: string,
  path: string,
): Promise<string | undefined> {
  return attempt(`${path} cannot be read`, async ({ rest }) => {
    const answer = await unlessMissing(
      rest.repos.getContent({ ...place, path, ref: commit, mediaType: { format: 'raw' } }),
    )
    // The type is that of the format which was not asked for.
    const content = answer?.data as unknown as string | ArrayBuffer | undefined
    return content instanceof ArrayBuffer ? Buffer.from(content).toString() : content
  })
}

/** Some files as a commit has them. */
export async function readFilesAt(
  github: GitHub,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFileAt(github, commit, path)] as const)),
  )
}

export interface BranchCommit {
  readonly sha: string
  readonly message: string
  /** As git has the name; anybody's choice. */
  readonly author: string
  readonly isMerge: boolean
}

/** What a branch has that its base has not. */
export interface Comparison {
  /** Where they parted. */
  readonly mergeBase: string
  /** The oldest first. */
  readonly commits: readonly BranchCommit[]
}

/** GitHub gives the commits of a comparison in pages; no branch of ours has more than these. */
const pages = { size: 100, most: 10 }

export async function compare({ attempt, place }: GitHub, base: string, head: string): Promise<Comparison> {
  return attempt('the branch cannot be compared with its base', async ({ rest }) => {
    const commits: BranchCommit[] = []
    for (let page = 1; ; page++) {
      const { data } = await rest.repos.compareCommitsWithBasehead({
        ...place,
        basehead: `${base}...${head}`,
        per_page: pages.size,
        page,
      })
      commits.push(
        ...data.commits.map(({ sha, commit, parents }) => ({
          sha,
          message: commit.message,
          author: commit.author?.name ?? '',
          isMerge: parents.length > 1,
        })),
      )
      if (commits.length >= data.total_commits || page === pages.most) {
        return { mergeBase: data.merge_base_commit.sha, commits }
      }
    }
  })
}
