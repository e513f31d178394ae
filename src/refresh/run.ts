import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { stage } from '../action/stage.ts'
import { extendsTrust, writeTrusted } from '../common/certificates.ts'
import { UserError } from '../common/errors.ts'
import { withScratch } from '../common/scratch.ts'
import { createGitWriter } from './git.ts'
import { connect } from './github.ts'
import { refreshLocks, type FreshLocks } from './locks.ts'
import { setOutcome, setProposal, writeSummary } from './outputs.ts'
import { refreshOwnBranch, type Tools } from './own-branch.ts'
import type { Proposal } from './proposal.ts'
import { createSignedWriter } from './signed.ts'
import { requireTip } from './target.ts'
import { refreshTheirBranch } from './their-branch.ts'
import type { RefreshOutcome, RefreshRequest } from './types.ts'
import { Outrun } from './writer.ts'

/** How often a branch may move under the run. */
const tries = 4

/**
 * Solves all locks again, and has the repository propose what changed: on a branch with a pull request, or on the branch of the pull request that
 * started the run. Outputs are set as soon as they are known.
 * @throws UserError for whatever the user can mend
 */
export async function refresh(request: RefreshRequest): Promise<void> {
  const { repository, target, token, locking } = request
  const github = connect(token, repository)
  // A token that is of no use is said before the work.
  await requireTip(github, target)
  const locks = await refreshLocks(locking)
  let proposal: Proposal | undefined
  const onProposal = (latest: Proposal) => {
    proposal = latest
    setProposal(latest)
  }
  const outcome = await stage('Pull request', () => deliver(request, locks, { github, onProposal }))
  setOutcome(outcome)
  await writeSummary(outcome, proposal)
}

async function deliver(
  request: RefreshRequest,
  locks: FreshLocks,
  tools: Omit<Tools, 'writer'>,
): Promise<RefreshOutcome> {
  const { repository, token, commit, locking } = request
  const certificates = locking.condarc?.certificates ?? []
  if (commit.sign) return untilSettled(request, locks, { ...tools, writer: createSignedWriter(tools.github) })
  return withScratch('micromamba-image-refresh-', async (folder) => {
    const trusted = join(folder, 'certificates.pem')
    const isCompany = extendsTrust(certificates)
    if (isCompany) await writeTrusted(trusted, process.env['GIT_SSL_CAINFO'])
    const own = join(folder, 'repository')
    await mkdir(own)
    const writer = await createGitWriter(own, repository, token, {
      ...commit,
      ...(isCompany && { certificates: trusted }),
    })
    return untilSettled(request, locks, { ...tools, writer })
  })
}

async function untilSettled(
  request: RefreshRequest,
  locks: FreshLocks,
  tools: Tools,
): Promise<RefreshOutcome> {
  const { target } = request
  for (let attempt = 1; ; attempt++) {
    try {
      return target.kind === 'own'
        ? await refreshOwnBranch(request, target, locks, tools)
        : await refreshTheirBranch(request, target, locks, tools)
    } catch (error) {
      if (!(error instanceof Outrun)) throw error
      if (attempt === tries) throw busy(error)
      core.info(`The branch '${error.branch}' was moved by somebody else meanwhile; looking again.`)
    }
  }
}

function busy({ branch }: Outrun): UserError {
  return new UserError(`the branch '${branch}' moves faster than it can be looked at`, {
    advice: 'Run again later, and give workflows that write it one `concurrency:` group.',
  })
}
