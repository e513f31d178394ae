import type { Outcome } from '../execute/types.ts'
import { endOf } from './steps.ts'

/** Programs that import, in an image, and what they write. */

const mark = '--exclude-check--'

/**
 * Imports the modules that it is given, one after the other, and says what it does. It has nothing of python's library but what python
 * itself starts with, since that may be what is missing.
 */
export const pythonProgram = `
import sys
sys.path[:] = [place for place in sys.path if place]
failed = 0
def say(*words):
    sys.__stderr__.write('\\n' + ' '.join(('${mark}',) + words) + '\\n')
    sys.__stderr__.flush()
for name in sys.argv[1:]:
    say('try', name)
    try:
        __import__(name)
    except BaseException:
        failed = 1
        error = sys.exc_info()
        say('failed', name)
        sys.stderr = sys.__stderr__
        sys.__excepthook__(*error)
say('done')
sys.__stderr__.flush()
sys.exit(failed)
`

/** The same for libraries of R. */
export const rProgram = `
failed <- FALSE
say <- function(...) cat('\\n${mark} ', ..., '\\n', sep = '', file = stderr())
for (name in commandArgs(TRUE)) {
  say('try ', name)
  tryCatch(
    suppressPackageStartupMessages(library(name, character.only = TRUE)),
    error = function(error) {
      failed <<- TRUE
      say('failed ', name)
      cat(conditionMessage(error), '\\n', sep = '', file = stderr())
    }
  )
}
say('done')
quit(status = if (failed) 1 else 0)
`

/** Writes the lines of RECORD of the distributions whose canonical names it is given, behind those names and a tab. */
export const recordProgram = `
import os, sys
place, *names = sys.argv[1:]
for entry in sorted(os.listdir(place)):
    if not entry.endswith('.dist-info'):
        continue
    name = entry[:-10].rsplit('-', 1)[0].lower().replace('_', '-').replace('.', '-')
    while '--' in name:
        name = name.replace('--', '-')
    record = os.path.join(place, entry, 'RECORD')
    if name in names and os.path.exists(record):
        with open(record, encoding='utf-8', errors='replace') as lines:
            for line in lines:
                print(name, line.rstrip(), sep='\\t')
`

/** An import that failed. */
export interface FailedImport {
  readonly name: string
  readonly language: 'python' | 'r'
  /** What was said of it, the last line being the reason. */
  readonly lines: readonly string[]
}

/** Reads what a program that imports writes. */
export class ImportLog {
  readonly #failed = new Map<string, string[]>()
  /** What is being tried, and what was said meanwhile. */
  #tried: string | undefined
  #lines: string[] = []
  #isDone = false

  readonly add = (line: string): void => {
    const [, word = '', name] = /^--exclude-check-- (try|failed|done)(?: (\S+))?$/.exec(line) ?? []
    if (word === '') {
      this.#lines.push(line)
      if (this.#lines.length > mostLines) this.#lines.shift()
      return
    }
    this.#lines = []
    if (word === 'failed' && name !== undefined) this.#failed.set(name, this.#lines)
    this.#tried = word === 'try' ? name : undefined
    this.#isDone ||= word === 'done'
  }

  /**
   * @param names what was to be imported: if the program ended before it had tried any, the first failed
   * @param timeout the program's, in seconds
   */
  failures(
    names: readonly string[],
    language: FailedImport['language'],
    outcome: Outcome,
    timeout: number,
  ): FailedImport[] {
    const failed = [...this.#failed].map(([name, lines]) => ({ name, language, lines }))
    if (this.#isDone) return failed
    const name = this.#tried ?? names[failed.length] ?? ''
    return [...failed, { name, language, lines: [...this.#lines, endOf(outcome, timeout)] }]
  }
}

/** A traceback of python's has seldom more. */
const mostLines = 200
