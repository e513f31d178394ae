import { basename } from 'node:path'
import { UserError } from '../common/errors.ts'
import { readLockFile, refuseSecretsOfPip } from './file.ts'
import type { Lock, LockedWheel } from './types.ts'
import { inOrderOfInstalling } from './wheels.ts'

/** A file of wheels beside a lock of conda packages, which has none itself. */
export interface Companion {
  /** Absolute. */
  readonly path: string
  /**
   * @param lock what the wheels are installed on
   * @throws UserError when it does not fit
   */
  readonly read: (text: string, lock: Lock) => Promise<readonly LockedWheel[]>
}

/**
 * The wheels of a lock's companion, in the order in which pip would install them.
 * @param request.path of the lock
 * @throws UserError when there is no such file, it would give away a secret, or there are wheels in both
 */
export async function readCompanion(
  { path, read }: Companion,
  lock: Lock,
  request: { readonly path: string; readonly secrets: readonly string[] },
): Promise<LockedWheel[]> {
  const text = await readLockFile(path)
  if (text === undefined) {
    throw new UserError('there is no such file', {
      at: { file: path },
      advice: "Check 'lock-file'. An environment without wheels has one with 'packages = []'.",
    })
  }
  const [own] = lock.wheels
  if (own) {
    throw new UserError(`it has wheels itself, ${own.name} first, and '${basename(path)}' has others`, {
      at: { file: request.path, line: own.line },
      advice: "Lock them in one of the two: leave the other out of 'lock-file', or these lines out of it.",
    })
  }
  refuseSecretsOfPip(text, path, request.secrets)
  return inOrderOfInstalling(await read(text, lock))
}
