import { appendFile } from 'node:fs/promises'
import * as core from '@actions/core'
import { setLateOutputs, setOutput } from '../action/runner-files.ts'
import { messageOf } from '../common/errors.ts'
import { code } from '../common/markdown.ts'
import type { Proposal } from './proposal.ts'
import { limits } from './body.ts'
import type { RefreshOutcome } from './types.ts'

/** The outputs that are known before anything is written, so that a step after a failure can use them. */
export function setProposal({ files, text }: Proposal): void {
  setOutput('lock-changed', files.length > 0)
  if (files.length === 0) {
    setOutput('lock-diff', '')
    return
  }
  core.info(`Against the branch: ${text.line}`)
  setOutput('lock-diff', text.details(limits.body))
}

/** Writes the job's summary: what was done, and what changed. Nothing depends on it, so one that cannot be written is a warning. */
export async function writeSummary(
  { operation, number, url, branch }: RefreshOutcome,
  proposal?: Proposal,
): Promise<void> {
  const file = process.env['GITHUB_STEP_SUMMARY']
  if (!file) return
  const pull =
    number === undefined || url === undefined ? '' : `Pull request [#${number}](${url}): ${operation}.`
  const text = proposal && proposal.files.length > 0 ? proposal.text : undefined
  const parts = text
    ? [pull, text.details(limits.body)]
    : [`The locks on ${code(branch)} are what they would be now.`, pull]
  try {
    await appendFile(file, `${['## Locks', ...parts].filter((part) => part !== '').join('\n\n')}\n`)
  } catch (error) {
    core.warning(`The job summary could not be written: ${messageOf(error)}`)
  }
}

export function setOutcome({ operation, branch, number, url, headSha }: RefreshOutcome): void {
  setLateOutputs(() => {
    setOutput('pull-request-operation', operation)
    setOutput('pull-request-branch', branch)
    setOutput('pull-request-number', number ?? '')
    setOutput('pull-request-url', url ?? '')
    setOutput('pull-request-head-sha', headSha ?? '')
  })
}
