import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf, listen } from '../loopback.ts'
import { gitEndpoints } from './git-data.ts'
import { answerGraphql } from './graphql.ts'
import { serveGit } from './http-backend.ts'
import { closePull, pullEndpoints } from './pulls.ts'
import { createRepository, type BareRepository } from './repository.ts'
import { Refusal, type Account, type Answer, type PullRequest, type State } from './state.ts'

/** A request, before it is answered; `before` counts those with the same method and path. */
export interface GitHubRequest {
  readonly method: string
  readonly path: string
  readonly before: number
}

export interface GitHubServer {
  readonly state: State
  readonly repository: BareRepository
  readonly requests: { readonly method: string; readonly path: string; readonly status: number }[]
  /** Tokens by who has them: an App, the job's own token, one that only reads, a person. */
  readonly tokens: {
    readonly app: string
    readonly job: string
    readonly reads: string
    readonly person: string
  }
  /** What a job's runner sets. */
  readonly environment: NodeJS.ProcessEnv
  /** Asked at the beginning of each request; set it to refuse some, or to let them wait. */
  disturb: (request: GitHubRequest) => Disturbance | undefined | Promise<Disturbance | undefined>
  open(): PullRequest[]
  /** Merges a pull request as the button does. */
  merge(number: number, how: 'merge' | 'squash'): Promise<void>
  stop(): Promise<void>
}

export interface Disturbance {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

const tokens = {
  app: 'ghs_app_token_0001',
  job: 'ghs_job_token_0002',
  reads: 'ghs_read_token_0003',
  person: 'ghp_person_token_0004',
}

const accounts = new Map<string, Account>([
  [tokens.app, { login: 'locks[bot]', type: 'app', contents: 'write', pullRequests: 'write' }],
  [tokens.job, { login: 'github-actions[bot]', type: 'app', contents: 'write', pullRequests: 'write' }],
  [tokens.reads, { login: 'github-actions[bot]', type: 'app', contents: 'read', pullRequests: 'read' }],
  [tokens.person, { login: 'ada', type: 'person', contents: 'write', pullRequests: 'write' }],
])

const [owner, repo] = ['org', 'app']
const endpoints = [...gitEndpoints, ...pullEndpoints].map(
  ([method, path, handle]) =>
    [method, new RegExp(`^/api/v3/repos/${owner}/${repo}${path}$`), handle] as const,
)

/** A GitHub Enterprise Server that has one repository, org/app: its API as documented, and git over http. */
export async function startGitHub(): Promise<GitHubServer> {
  const repository = await createRepository(repo)
  const state: State = {
    ...{ owner, repo, repository, accounts, pulls: [], actionsMayOpen: true },
    ...{ collaborators: ['ada', 'grace'], milestones: [3] },
  }
  const requests: GitHubServer['requests'] = []
  const counts = new Map<string, number>()

  const server = await listen(async (request, response) => {
    const { method = 'GET' } = request
    const url = new URL(request.url ?? '/', 'http://localhost')
    const path = decodeURIComponent(url.pathname)
    response.on('close', () => requests.push({ method, path, status: response.statusCode }))
    const before = counts.get(`${method} ${path}`) ?? 0
    counts.set(`${method} ${path}`, before + 1)
    const disturbance = await github.disturb({ method, path, before })
    if (disturbance)
      send(response, { status: disturbance.status, data: disturbance.body }, disturbance.headers)
    else if (path.startsWith('/api/')) send(response, await answer(request, path, url.searchParams))
    else await serveRepository(request, response, path)
    await closeOrphans()
  })

  async function answer(request: IncomingMessage, path: string, query: URLSearchParams): Promise<Answer> {
    try {
      const text = (await bodyOf(request)).toString()
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
      const account = accounts.get((request.headers.authorization ?? '').replace(/^(token|bearer) /i, ''))
      if (!account) throw new Refusal(401, 'Bad credentials')
      if (path === '/api/graphql') {
        return { status: 200, data: await answerGraphql({ state, account, path: {}, query, body }) }
      }
      for (const [method, pattern, handle] of endpoints) {
        const match = method === request.method ? pattern.exec(path) : null
        if (match) return await handle({ state, account, path: match.groups ?? {}, query, body })
      }
      throw new Refusal(404, 'Not Found')
    } catch (error) {
      if (error instanceof Refusal) return error.answer
      throw error
    }
  }

  async function serveRepository(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    const credentials = request.rawHeaders.filter(
      (_, index, all) => index % 2 === 1 && /^authorization$/i.test(all[index - 1] ?? ''),
    )
    if (credentials.length > 1) {
      text(response, 400, 'Duplicate header: "Authorization"')
      return
    }
    const [, token = ''] = Buffer.from(credentials[0]?.replace(/^basic /i, '') ?? '', 'base64')
      .toString()
      .split(':')
    const account = accounts.get(token)
    if (!account) {
      response.setHeader('www-authenticate', 'Basic realm="GitHub"')
      text(response, 401, 'Invalid username or token.')
    } else if (!path.startsWith(`/${owner}/${repo}.git/`)) text(response, 404, 'Repository not found.')
    else if (account.contents !== 'write' && /receive-pack/.test(request.url ?? '')) {
      text(response, 403, `Permission to ${owner}/${repo}.git denied to ${account.login}.`)
    } else await serveGit(request, response, { root: repository.root, user: account.login })
  }

  /** A pull request whose branch is gone is closed. */
  async function closeOrphans(): Promise<void> {
    for (const pull of state.pulls.filter((it) => it.state === 'open')) {
      if (!(await repository.resolve(`refs/heads/${pull.head}`))) await closePull(state, pull)
    }
  }

  const github: GitHubServer = {
    state,
    repository,
    requests,
    tokens,
    environment: {
      GITHUB_SERVER_URL: `http://${server.host}`,
      GITHUB_API_URL: `http://${server.host}/api/v3`,
      GITHUB_GRAPHQL_URL: `http://${server.host}/api/graphql`,
      GITHUB_REPOSITORY: `${owner}/${repo}`,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REF_NAME: 'main',
      GITHUB_REF_TYPE: 'branch',
      GITHUB_EVENT_NAME: 'schedule',
      GITHUB_RUN_ID: '42',
    },
    disturb: () => undefined,
    open: () => state.pulls.filter((pull) => pull.state === 'open'),
    async merge(number, how) {
      const pull = state.pulls.find((it) => it.number === number)
      if (!pull) throw new Error(`there is no pull request ${number}`)
      const [head = '', base = ''] = [
        await repository.resolve(pull.head),
        await repository.resolve(pull.base),
      ]
      // The tests merge onto a base that has not changed the same files.
      const tree = (await repository.git(['merge-tree', '--write-tree', base, head])).trim()
      const parents = how === 'merge' ? ['-p', base, '-p', head] : ['-p', base]
      const env = {
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'a@b',
        GIT_COMMITTER_NAME: 'GitHub',
        GIT_COMMITTER_EMAIL: 'a@b',
      }
      const commit = await repository.git(['commit-tree', tree, ...parents], {
        input: `Merge #${number}`,
        env,
      })
      await repository.git(['update-ref', `refs/heads/${pull.base}`, commit.trim()])
      await closePull(state, pull)
      pull.mergedAt = new Date(0).toISOString()
    },
    async stop() {
      await server.stop()
      await repository.remove()
    },
  }
  return github
}

function send(
  response: ServerResponse,
  { status, data, raw }: Answer,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = raw === undefined ? 'application/json' : 'application/vnd.github.raw+json'
  response
    .writeHead(status, { 'content-type': `${type}; charset=utf-8`, ...headers })
    .end(raw ?? JSON.stringify(data))
}

function text(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(words)
}
