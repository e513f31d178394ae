import { foreignText, withoutCommands } from './foreign.ts'

/**
 * An error that the user of the action caused or can mend. Its message stands alone in the log: what happened,
 * where, and what to do. Everything else that is thrown is a bug of ours and keeps its stack.
 */
export class UserError extends Error {
  /** The input the error is about, when it is about one. */
  readonly input?: string
  /** The file the error is about, and the 1-based line in it. */
  readonly file?: string
  readonly line?: number

  /**
   * @param what one sentence: what happened, with the offending value; secrets already masked, text of others as
   *   `foreignText` or `foreignLines` gives it
   * @param at where: an input's name, a file with its line, a URL
   * @param advice what to do about it, an imperative sentence
   */
  constructor(
    what: string,
    options: {
      at?: { input?: string; file?: string; line?: number; url?: string }
      advice?: string
      cause?: unknown
    } = {},
  ) {
    const { at = {}, advice } = options
    const place = at.input
      ? `input '${at.input}': `
      : at.file
        ? `${at.file}${at.line ? `:${at.line}` : ''}: `
        : at.url
          ? `${at.url}: `
          : ''
    // Whatever text of others is in it: it may be written to the log, where the runner reads commands.
    super(withoutCommands(`${place}${what}${advice ? `\n${advice}` : ''}`), { cause: options.cause })
    this.name = 'UserError'
    this.input = at.input
    this.file = at.file
    this.line = at.line
  }
}

/** The message of anything thrown, for a sentence of our own: one line, unless it is a UserError's. */
export function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message
  return foreignText(error instanceof Error ? error.message : String(error))
}
