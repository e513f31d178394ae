import {
  invalid,
  notAccessible,
  ok,
  Refusal,
  type Call,
  type Endpoint,
  type PullRequest,
  type State,
} from './state.ts'

/** Pull requests, and what they have as issues (docs.github.com, REST, "Pulls", "Issues"). */
export const pullEndpoints: readonly Endpoint[] = [
  [
    'GET',
    '/pulls',
    async ({ state, query }) => {
      const [wanted, head, base] = [query.get('state') ?? 'open', query.get('head'), query.get('base')]
      const found = state.pulls.filter(
        (pull) =>
          (wanted === 'all' || pull.state === wanted) &&
          (!head || head === `${state.owner}:${pull.head}`) &&
          (!base || base === pull.base),
      )
      return ok(await Promise.all(found.map((pull) => show(state, pull))))
    },
  ],
  ['POST', '/pulls', open],
  [
    'PATCH',
    '/pulls/(?<number>\\d+)',
    async (call) => {
      const pull = await find(call)
      const { title, body, state } = call.body as { title?: string; body?: string; state?: 'open' | 'closed' }
      checkWords(title ?? '', body ?? '')
      if (state === 'closed') await closePull(call.state, pull)
      Object.assign(pull, { ...(title !== undefined && { title }), ...(body !== undefined && { body }) })
      return ok(await show(call.state, pull))
    },
  ],
  [
    'POST',
    '/pulls/(?<number>\\d+)/requested_reviewers',
    async (call) => {
      const pull = await find(call)
      const { reviewers = [], team_reviewers = [] } = call.body as {
        reviewers?: string[]
        team_reviewers?: string[]
      }
      if (team_reviewers.length > 0) {
        throw new Refusal(
          422,
          'Validation Failed: "Could not resolve to a node with the global id of \'T_1\'."',
        )
      }
      if (reviewers.includes(pull.author)) {
        throw new Refusal(422, 'Review cannot be requested from pull request author.')
      }
      if (reviewers.some((name) => !call.state.collaborators.includes(name))) {
        throw new Refusal(
          422,
          `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${call.state.owner}/${call.state.repo} repository.`,
        )
      }
      pull.reviewers.push(...reviewers)
      return ok(await show(call.state, pull), 201)
    },
  ],
  [
    'POST',
    '/issues/(?<number>\\d+)/labels',
    async (call) => {
      const pull = await find(call)
      pull.labels.push(
        ...(call.body as { labels: string[] }).labels.filter((label) => !pull.labels.includes(label)),
      )
      return ok(pull.labels.map((name) => ({ name })))
    },
  ],
  [
    'POST',
    '/issues/(?<number>\\d+)/assignees',
    async (call) => {
      const pull = await find(call)
      const { assignees } = call.body as { assignees: string[] }
      // Those who cannot be are passed over in silence.
      pull.assignees.push(...assignees.filter((name) => call.state.collaborators.includes(name)))
      return ok(await show(call.state, pull), 201)
    },
  ],
  [
    'POST',
    '/issues/(?<number>\\d+)/comments',
    async (call) => {
      const pull = await find(call)
      pull.comments.push((call.body as { body: string }).body)
      return ok({ id: pull.comments.length }, 201)
    },
  ],
  [
    'PATCH',
    '/issues/(?<number>\\d+)',
    async (call) => {
      const pull = await find(call)
      const { milestone } = call.body as { milestone: number }
      if (!call.state.milestones.includes(milestone)) {
        throw new Refusal(422, 'Validation Failed', [
          { value: milestone, resource: 'Issue', field: 'milestone', code: 'invalid' },
        ])
      }
      pull.milestone = milestone
      return ok(await show(call.state, pull))
    },
  ],
]

async function open({ state, account, body }: Call) {
  const { repository, owner, pulls } = state
  if (account.pullRequests !== 'write') throw notAccessible(account)
  if (account.login === 'github-actions[bot]' && !state.actionsMayOpen) {
    throw new Refusal(403, 'GitHub Actions is not permitted to create or approve pull requests.')
  }
  const { head, base, title, body: text, draft } = body as unknown as PullRequest & { body: string }
  const [tip, before] = [
    await repository.resolve(`refs/heads/${head}`),
    await repository.resolve(`refs/heads/${base}`),
  ]
  for (const [field, sha] of [['head', tip] as const, ['base', before] as const]) {
    if (!sha)
      throw new Refusal(422, 'Validation Failed', [{ resource: 'PullRequest', field, code: 'invalid' }])
  }
  const commits = await repository.git(['rev-list', `${before ?? ''}..${tip ?? ''}`])
  if (commits === '') throw invalid('PullRequest', `No commits between ${base} and ${head}`)
  if (pulls.some((pull) => pull.state === 'open' && pull.head === head && pull.base === base)) {
    throw invalid('PullRequest', `A pull request already exists for ${owner}:${head}.`)
  }
  checkWords(title, text)
  const pull: PullRequest = {
    ...{ number: pulls.length + 1, author: account.login, head, base, title, body: text, draft },
    ...{ state: 'open', mergedAt: null, labels: [], assignees: [], reviewers: [], comments: [] },
  }
  pulls.push(pull)
  return ok(await show(state, pull), 201)
}

function checkWords(title: string, body: string): void {
  if (title.length > 256) throw invalid('Issue', 'title is too long (maximum is 256 characters)')
  if (body.length > 65_536) throw invalid('Issue', 'body is too long (maximum is 65536 characters)')
}

export async function closePull({ repository }: State, pull: PullRequest): Promise<void> {
  pull.lastSha ??= await repository.resolve(`refs/heads/${pull.head}`)
  pull.state = 'closed'
}

async function find({ state, account, path: { number } }: Call): Promise<PullRequest> {
  const pull = state.pulls.find((it) => it.number === Number(number))
  if (!pull) throw new Refusal(404, 'Not Found')
  if (account.pullRequests !== 'write') throw notAccessible(account)
  return Promise.resolve(pull)
}

async function show({ owner, repo, repository }: State, pull: PullRequest) {
  return {
    number: pull.number,
    node_id: `PR_${pull.number}`,
    html_url: `https://github.com/${owner}/${repo}/pull/${pull.number}`,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    merged_at: pull.mergedAt,
    user: { login: pull.author },
    head: {
      ref: pull.head,
      sha: pull.lastSha ?? (await repository.resolve(`refs/heads/${pull.head}`)),
      repo: { full_name: `${owner}/${repo}` },
    },
    base: { ref: pull.base },
    labels: pull.labels.map((name) => ({ name })),
    assignees: pull.assignees.map((login) => ({ login })),
    milestone: pull.milestone === undefined ? null : { number: pull.milestone },
  }
}
