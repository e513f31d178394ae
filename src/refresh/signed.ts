import * as core from '@actions/core'
import { foreignText } from '../common/foreign.ts'
import { isGraphqlFailure, type GitHub } from './github.ts'
import { tipOf } from './remote.ts'
import { Outrun, type BranchWriter, type NewCommit } from './writer.ts'

const nowhere = '0'.repeat(40)

/**
 * Writes by GitHub's API, which signs commits that name neither author nor committer for the bot or App that the token belongs to
 * (docs.github.com, "About commit signature verification").
 */
export function createSignedWriter(github: GitHub): BranchWriter {
  const { place } = github
  return {
    async commit({ branch, expected, parent, files, text }: NewCommit) {
      const { sha, verification } = await github.attempt(
        'the commit cannot be made',
        async ({ rest: { git } }) => {
          const tree = await Promise.all(
            files.map(async ({ path, text: content }) => {
              const { data } = await git.createBlob({ ...place, content, encoding: 'utf-8' })
              return { path, mode: '100644' as const, type: 'blob' as const, sha: data.sha }
            }),
          )
          const { data: before } = await git.getCommit({ ...place, commit_sha: parent.sha })
          const { data: made } = await git.createTree({ ...place, base_tree: before.tree.sha, tree })
          const { data } = await git.createCommit({
            ...place,
            message: text,
            tree: made.sha,
            parents: [parent.sha],
          })
          return data
        },
      )
      await move(branch, expected ?? nowhere, sha)
      if (!verification.verified) {
        core.warning(
          `GitHub has not signed the commit (${foreignText(verification.reason)}): it does so for tokens of bots and Apps, not for personal ones.`,
        )
      }
      return sha
    },
    remove: (branch, tip) => move(branch, tip, nowhere),
  }

  /** The only one of the API's ways to move a branch which takes a condition (docs.github.com, GraphQL, `updateRefs`). */
  async function move(branch: string, before: string, after: string): Promise<void> {
    const what = `the branch '${branch}' cannot be ${after === nowhere ? 'deleted' : 'written'}`
    const { data: repository } = await github.attempt(what, ({ rest }) => rest.repos.get(place))
    const variables = {
      repository: repository.node_id,
      updates: [{ name: `refs/heads/${branch}`, beforeOid: before, afterOid: after, force: true }],
    }
    await github.attempt(what, async ({ graphql }) => {
      try {
        await graphql(
          `
            mutation ($repository: ID!, $updates: [RefUpdate!]!) {
              updateRefs(input: { repositoryId: $repository, refUpdates: $updates }) {
                clientMutationId
              }
            }
          `,
          variables,
        )
      } catch (error) {
        // What it says of a condition that does not hold is written nowhere.
        if (isGraphqlFailure(error) && ((await tipOf(github, branch)) ?? nowhere) !== before)
          throw new Outrun(branch)
        throw error
      }
    })
  }
}
