import type { LinkMoment } from '../prefix/link.ts'
import { ShellOutput, type Printed } from './shell-output.ts'
import { evaluateScript } from './shell-script.ts'
import { ShellVariables } from './shell-variables.ts'
import { UnknownEffect } from './shell-words.ts'

/** A script that is run where its package is linked. */
export interface LinkScript {
  readonly moment: LinkMoment
  readonly text: string
  /** Of the environment, absolute. */
  readonly prefix: string
  readonly rootPrefix: string
  readonly package: { readonly name: string; readonly version: string; readonly buildNumber: number }
}

/**
 * Computes what a link script prints, when that is certain and all that it does: when it writes nothing but to its output and
 * to `.messages.txt` in the prefix, whose text conda and micromamba show, runs no program but `cat` of a here-document, and
 * reads no variable but those that it is given. What is there at a path it is not told.
 *
 * PKG_BUILDNUM is the number, as conda and scripts have it; micromamba gives the whole build string
 * (libmamba/src/core/link.cpp, `run_script`).
 * @returns undefined for any other script, one that fails, and one that no reader of UTF-8 can read
 */
export function linkMessage(script: LinkScript): Printed | undefined {
  const { moment, text, prefix, rootPrefix, package: linked } = script
  if (text.includes('\ufffd')) return undefined
  // It is run where the package lies unpacked, with the path of another prefix in it.
  if (moment === 'pre-link' && text.includes(prefix)) return undefined
  const variables = new Map([
    ['PREFIX', prefix],
    ['ROOT_PREFIX', rootPrefix],
    ['PKG_NAME', linked.name],
    ['PKG_VERSION', linked.version],
    ['PKG_BUILDNUM', String(linked.buildNumber)],
  ])
  // The environment is active for post-link scripts only.
  if (moment === 'post-link') variables.set('CONDA_PREFIX', prefix)
  const output = ShellOutput.ofScript(`${prefix}/.messages.txt`)
  const shell = new ShellVariables(variables, 'unknown')
  try {
    return evaluateScript(text, { shell, kindOf: () => 'unknown', output }) ? output.printed : undefined
  } catch (error) {
    if (error instanceof UnknownEffect) return undefined
    throw error
  }
}
