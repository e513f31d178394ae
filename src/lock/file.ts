import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describeDiskError } from '../common/disk.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { withoutCredentials, withoutPipCredentials } from '../environment/read.ts'

/** The text of a lockfile, undefined when there is none. */
export async function readLockFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined // what node:fs rejects with
    throw new UserError(`it cannot be read: ${messageOf(error)}`, {
      at: { file: path },
      advice: 'Make it a file that the user of the job may read.',
      cause: error,
    })
  }
}

/** Writes a lockfile whole or not at all: a run that is cancelled leaves the old one. */
export async function writeLockFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(unfinished, text)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined) // where a disk is read-only, there is nothing to remove
    const { what, advice } = describeDiskError(error, { file: path, needed: Buffer.byteLength(text) }) ?? {
      what: messageOf(error),
      advice: "Is the folder that 'lock-file' names one that can be written?",
    }
    throw new UserError(`it cannot be written: ${what}`, { at: { file: path }, advice, cause: error })
  }
}

/** What is addressed to pip has its own rules, in lockfiles of other tools too. */
function withoutThem(line: string): string {
  const isForPip = /^#\s*pip\b|^[\s-]*pypi:|\w\+\w+:\/\/|\.(whl|tar\.gz|tgz|zip)(?![\w.-])/.test(line)
  return isForPip ? withoutPipCredentials(line) : withoutCredentials(line)
}

/** Shorter ones are found in the names of packages and in hashes by chance. */
const leastSecret = 6

/**
 * Makes sure that nothing in a lockfile is a secret, before anyone commits it.
 * @param secrets those known to the run
 */
export function refuseSecrets(text: string, file: string, secrets: readonly string[]): void {
  const line = lineWithSecret(text, secrets, withoutThem)
  if (line === undefined) return
  throw new UserError('the lockfile would hold a secret on this line', {
    at: { file, line },
    advice:
      'Write credentials as user:password@ or /t/<token>/ into the address of a channel, or put them into ~/.mamba/auth/authentication.json; elsewhere they cannot be told from the address.',
  })
}

/** The same of a file of wheels, which others have written. */
export function refuseSecretsOfPip(text: string, file: string, secrets: readonly string[]): void {
  const line = lineWithSecret(text, secrets, withoutPipCredentials)
  if (line === undefined) return
  throw new UserError('it holds a secret on this line', {
    at: { file, line },
    advice:
      "Take it out, and tell whoever owns it: a lockfile is for everyone to see. The logins of indexes are found in 'pip-index-url', in pip's configuration and in ~/.netrc.",
  })
}

function lineWithSecret(
  text: string,
  secrets: readonly string[],
  without: (line: string) => string,
): number | undefined {
  const known = secrets.filter((secret) => secret.length >= leastSecret)
  const lines = text.split('\n')
  const index = lines.findIndex(
    (line) => without(line) !== line || known.some((secret) => line.includes(secret)),
  )
  return index < 0 ? undefined : index + 1
}
