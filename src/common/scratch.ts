import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { messageOf, UserError } from './errors.ts'

/** The folders of this run that are there now, so that a cancelled one leaves none. */
const folders = new Set<string>()

/** Where files lie that the job alone needs: the runner empties the folder before and after each. */
export function temporaryFolder(): string {
  return process.env['RUNNER_TEMP'] || tmpdir()
}

/**
 * Makes a folder that is to be gone when the run ends, be it cancelled.
 * @param prefix what its name begins with, or the path of a folder that lies elsewhere
 * @throws UserError when the temporary folder cannot be written; elsewhere, what the file system says
 */
export function makeScratch(prefix: string): string {
  const isTemporary = dirname(prefix) === '.'
  const parent = temporaryFolder()
  try {
    // At once, so that none is there that a cancelled run does not know of.
    if (isTemporary) mkdirSync(parent, { recursive: true })
    const folder = mkdtempSync(isTemporary ? join(parent, prefix) : prefix)
    folders.add(folder)
    return folder
  } catch (error) {
    if (!isTemporary) throw error
    throw cannotWriteTemporary(error)
  }
}

export function cannotWriteTemporary(error: unknown): UserError {
  return new UserError(`the folder for temporary files cannot be written: ${messageOf(error)}`, {
    at: { file: temporaryFolder() },
    advice: 'Have RUNNER_TEMP name a folder that the user of this job may write, with space left.',
    cause: error,
  })
}

/** What is written there meanwhile, by work that a failure has overtaken, is left for `removeAllScratch`: it is not what went wrong. */
export async function removeScratch(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return
    throw error
  }
  folders.delete(folder)
}

/** Does something in a folder of its own, see `makeScratch`. */
export async function withScratch<T>(prefix: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeScratch(prefix)
  try {
    return await work(folder)
  } finally {
    await removeScratch(folder)
  }
}

/** Removes all of them at once, while others may still be writing there. */
export function removeAllScratch(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  folders.clear()
}
