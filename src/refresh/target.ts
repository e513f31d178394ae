import { UserError } from '../common/errors.ts'
import type { GitHub } from './github.ts'
import { tipOf } from './remote.ts'
import type { Target } from './types.ts'

/**
 * The commit which the locks are compared with: the base's, or that of the pull request that started the run.
 * @throws UserError when there is no such branch, or the token cannot see it
 */
export async function requireTip(github: GitHub, target: Target): Promise<string> {
  const branch = target.kind === 'own' ? target.base : target.branch
  const tip = await tipOf(github, branch)
  if (tip !== undefined) return tip
  if (target.kind === 'own') {
    throw new UserError(`there is no branch '${branch}' that this token can see (${github.origin})`, {
      at: { input: 'base' },
      advice: 'Name the branch that the pull request is for, and give the token access to the repository.',
    })
  }
  throw new UserError(
    `pull request #${target.number} has no branch any more: '${branch}' is gone (${github.origin})`,
    { advice: "Leave closed ones out: the event's types are opened, synchronize and reopened by default." },
  )
}
