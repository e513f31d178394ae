import { parseArgs } from 'node:util'
import { messageOf, UserError } from '../../src/common/errors.ts'

/** Node's parseArgs, whose objections become one line. */
export const parseWords: typeof parseArgs = (config) => {
  try {
    return parseArgs(config)
  } catch (error) {
    return fail(`${messageOf(error)}\nSee --help.`)
  }
}

/** Ends a script that was called wrongly, saying why; a bug keeps its stack. */
export function fail(error: unknown): never {
  const isBug = error instanceof Error && !(error instanceof UserError)
  console.error(`error: ${(isBug && error.stack) || messageOf(error)}`)
  process.exit(2)
}
