import { identity, type BareRepository } from './repository.ts'
import { notAccessible, ok, Refusal, type Account, type Call, type Endpoint, type State } from './state.ts'

/** The API's view of git: refs, contents, comparisons, and the git database (docs.github.com, REST, "Git database"). */
export const gitEndpoints: readonly Endpoint[] = [
  [
    'GET',
    '',
    ({ state: { owner, repo } }) =>
      ok({
        node_id: 'R_1',
        name: repo,
        full_name: `${owner}/${repo}`,
        default_branch: 'main',
        archived: false,
      }),
  ],
  [
    'GET',
    '/git/ref/(?<ref>.+)',
    async ({ state: { repository }, path: { ref } }) => {
      const sha = await repository.resolve(`refs/${ref ?? ''}`)
      if (!sha) throw new Refusal(404, 'Not Found')
      return ok({ ref: `refs/${ref ?? ''}`, object: { sha, type: 'commit' } })
    },
  ],
  [
    'GET',
    '/contents/(?<path>.+)',
    async ({ state: { repository }, path: { path }, query }) => {
      try {
        const raw = await repository.git(['cat-file', 'blob', `${query.get('ref') ?? 'main'}:${path ?? ''}`])
        return { status: 200, data: null, raw }
      } catch {
        throw new Refusal(404, 'Not Found')
      }
    },
  ],
  ['GET', '/compare/(?<base>[^/]+?)\\.\\.\\.(?<head>.+)', compare],
  [
    'GET',
    '/commits/(?<sha>[0-9a-f]{40})',
    async ({ state, path: { sha = '' } }) =>
      ok({ ...(await describe(state, sha)), files: await filesOf(state, sha) }),
  ],
  [
    'GET',
    '/git/commits/(?<sha>[0-9a-f]{40})',
    async ({ state, path: { sha = '' } }) => ok({ sha, tree: { sha: await treeOf(state, sha) } }),
  ],
  [
    'POST',
    '/git/blobs',
    async (call) => {
      const { repository } = writable(call)
      const { content, encoding } = call.body as { content: string; encoding: 'utf-8' | 'base64' }
      const sha = await repository.git(['hash-object', '-w', '--stdin'], {
        input: Buffer.from(content, encoding),
      })
      return ok({ sha: sha.trim() }, 201)
    },
  ],
  [
    'POST',
    '/git/trees',
    async (call) => {
      const { repository } = writable(call)
      const { base_tree, tree } = call.body as {
        base_tree: string
        tree: readonly { path: string; mode: string; sha: string }[]
      }
      const env = { GIT_INDEX_FILE: `${repository.root}/index-${String(Math.random()).slice(2)}` }
      await requireObject(repository, base_tree, 'tree', 'base_tree')
      for (const { sha } of tree) await requireObject(repository, sha, 'blob', 'tree.sha')
      await repository.git(['read-tree', base_tree], { env })
      for (const { path, mode, sha } of tree) {
        await repository.git(['update-index', '--add', '--cacheinfo', `${mode},${sha},${path}`], { env })
      }
      return ok({ sha: (await repository.git(['write-tree'], { env })).trim() }, 201)
    },
  ],
  [
    'POST',
    '/git/commits',
    async (call) => {
      const { repository } = writable(call)
      const { message, tree, parents, author } = call.body as {
        message: string
        tree: string
        parents: readonly string[]
        author?: unknown
      }
      await requireObject(repository, tree, 'tree', 'tree')
      for (const parent of parents) await requireObject(repository, parent, 'commit', 'parents')
      const env = identity(`${call.account.login} <${call.account.login}@users.noreply.github.com>`)
      const commit = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])]
      const sha = (await repository.git(commit, { env, input: message })).trim()
      return ok({ sha, verification: verification(call.account, author) }, 201)
    },
  ],
]

/** Signed for bots and Apps that leave the author to GitHub. */
function verification({ type }: Account, author: unknown) {
  const verified = type === 'app' && author === undefined
  return { verified, reason: verified ? 'valid' : 'unsigned' }
}

/** Refuses what names an object that the repository has not, as the git database does. */
async function requireObject(repository: BareRepository, sha: string, type: string, field: string) {
  const found = await repository.git(['cat-file', '-t', sha]).catch(() => '')
  if (found.trim() !== type) throw new Refusal(422, `${field} ${sha} is not a valid ${type}`)
}

function writable({ state, account }: Call): State {
  if (account.contents !== 'write') throw notAccessible(account)
  return state
}

async function compare({ state, path: { base = '', head = '' }, query }: Call) {
  const { repository } = state
  if (!(await repository.resolve(base)) || !(await repository.resolve(head)))
    throw new Refusal(404, 'Not Found')
  const mergeBase = (await repository.git(['merge-base', base, head])).trim()
  const all = (await repository.git(['rev-list', '--reverse', '--topo-order', `${base}..${head}`]))
    .split('\n')
    .filter(Boolean)
  const [size, page] = [Number(query.get('per_page') ?? 250), Number(query.get('page') ?? 1)]
  const commits = await Promise.all(
    all.slice((page - 1) * size, page * size).map((sha) => describe(state, sha)),
  )
  return ok({ merge_base_commit: await describe(state, mergeBase), total_commits: all.length, commits })
}

async function describe({ repository }: State, sha: string) {
  const text = await repository.git(['log', '-1', '--format=%P%n%an%n%ae%n%B', sha]).catch(() => undefined)
  if (text === undefined) throw new Refusal(422, `No commit found for SHA: ${sha}`)
  const [parents = '', name = '', email = '', ...message] = text.split('\n')
  return {
    sha,
    parents: parents
      .split(' ')
      .filter(Boolean)
      .map((parent) => ({ sha: parent })),
    commit: { message: message.join('\n').trimEnd(), author: { name, email } },
  }
}

async function filesOf({ repository }: State, sha: string) {
  const lines = await repository.git(['diff-tree', '-r', '--root', '--no-commit-id', sha])
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [fields = '', filename] = line.split('\t')
      return { filename, sha: fields.split(' ')[3] }
    })
}

async function treeOf({ repository }: State, sha: string): Promise<string> {
  return (await repository.git(['rev-parse', `${sha}^{tree}`])).trim()
}
