import { notAccessible, type Call } from './state.ts'

const nowhere = '0'.repeat(40)

interface RefUpdate {
  readonly name: string
  readonly beforeOid: string
  readonly afterOid: string
}

/** The two mutations that REST has no equal of. An answer has errors in it where a request of REST would be refused. */
export async function answerGraphql(call: Call): Promise<unknown> {
  const { query, variables } = call.body as { query: string; variables: Record<string, unknown> }
  try {
    if (query.includes('updateRefs')) await updateRefs(call, variables['updates'] as RefUpdate[])
    else if (query.includes('convertPullRequestToDraft')) convert(call, String(variables['id']))
    else throw new Error('Parse error')
    return { data: { mutation: { clientMutationId: null } } }
  } catch (error) {
    return { data: null, errors: [{ type: 'FORBIDDEN', message: (error as Error).message }] }
  }
}

/** All or none, each on condition of `beforeOid` (docs.github.com, GraphQL, `updateRefs`). */
async function updateRefs(
  { state: { repository }, account }: Call,
  updates: readonly RefUpdate[],
): Promise<void> {
  if (account.contents !== 'write') throw notAccessible(account)
  const commands = updates.map(({ name, beforeOid, afterOid }) =>
    afterOid === nowhere ? `delete ${name} ${beforeOid}` : `update ${name} ${afterOid} ${beforeOid}`,
  )
  await repository.git(['update-ref', '--stdin'], { input: commands.map((line) => `${line}\n`).join('') })
}

function convert({ state, account }: Call, id: string): void {
  if (account.pullRequests !== 'write') throw notAccessible(account)
  const pull = state.pulls.find(({ number }) => `PR_${number}` === id)
  if (!pull) throw new Error(`Could not resolve to a node with the global id of '${id}'`)
  pull.draft = true
}
