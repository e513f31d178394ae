import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, UserError } from '../../src/common/errors.ts'

/** A file that an option names, to be written when the work is done. */
export interface Destination {
  /** `--json` */
  readonly option: string
  /** Absent when the option was not given. */
  readonly file: string | undefined
  /** The name of the marks in the file between which the text goes; without, all of the file is the script's. */
  readonly marks?: string
}

/**
 * Finds out before the work whether its results can be written afterwards. Nothing is written.
 * @throws UserError which of them cannot, and why
 */
export async function checkDestinations(destinations: readonly Destination[]): Promise<void> {
  for (const { option, file, marks } of destinations) {
    if (file === undefined) continue
    await check(file, marks).catch((error: unknown) => {
      throw new UserError(`${option}: ${messageOf(error)}`, { cause: error })
    })
  }
}

async function check(file: string, marks: string | undefined): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isDirectory()) throw new UserError('it is a folder, and has to be a file', { at: { file } })
  // A folder with a slash behind it is one, or the system says what it is.
  await access(found ? file : `${dirname(file)}/`, constants.W_OK)
  if (marks !== undefined) placeBetween(await readFile(file, 'utf8'), file, marks)
}

/**
 * Where a Markdown document has something between the marks of a name, `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
 * @throws UserError when it has not the marks, naming the file
 */
export function placeBetween(document: string, file: string, name: string): { start: number; end: number } {
  const [begin, stop] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const [start, end] = [document.indexOf(begin), document.indexOf(stop)]
  if (start < 0 || end < start) {
    throw new UserError(`it has not the lines ${begin} and ${stop}, between which the tables go`, {
      at: { file },
    })
  }
  return { start: start + begin.length, end }
}
