import { statSync, truncateSync } from 'node:fs'
import * as core from '@actions/core'
import { describeDiskError } from '../common/disk.ts'
import { messageOf, UserError } from '../common/errors.ts'

/**
 * Sets an output.
 * @throws UserError when the runner's file of outputs cannot be written
 */
export function setOutput(name: string, value: unknown): void {
  const file = process.env['GITHUB_OUTPUT']
  try {
    wholly(file, () => {
      core.setOutput(name, value)
    })
  } catch (error) {
    const { what, advice } = problemOf(error, file)
    throw new UserError(`the output '${name}' cannot be set: ${what}`, { advice, cause: error })
  }
}

/** Sets outputs of what is done by then, such as tags that have moved: where that is not possible it is a warning. */
export function setLateOutputs(set: () => void): void {
  try {
    set()
  } catch (error) {
    core.warning(`Not all is told to the next steps: ${messageOf(error)}`)
  }
}

/** Leaves something for the post step, which the job can do without: where that is not possible it is a warning. */
export function saveForPost(name: string, value: string): void {
  const file = process.env['GITHUB_STATE']
  try {
    wholly(file, () => {
      core.saveState(name, value)
    })
  } catch (error) {
    const { what } = problemOf(error, file)
    core.warning(`The post step is not told of '${name}', and does nothing about it: ${what}`)
  }
}

/** Adds to a file or leaves it as it is: of a half the runner says that its delimiter is missing, and fails the step. */
function wholly(file: string | undefined, add: () => void): void {
  const size = file ? statSync(file, { throwIfNoEntry: false })?.size : undefined
  try {
    add()
  } catch (error) {
    if (file && size !== undefined) truncateSync(file, size)
    throw error
  }
}

function problemOf(error: unknown, file: string | undefined): { what: string; advice?: string } {
  return describeDiskError(error, { file }) ?? { what: messageOf(error) }
}
