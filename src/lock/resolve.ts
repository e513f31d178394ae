import * as core from '@actions/core'
import type { Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import type { Subdir } from '../common/platform.ts'
import type { SolvedPackage } from '../micromamba/solve.ts'
import { inputHash } from './asked.ts'
import { readCompanion, type Companion } from './companion.ts'
import { diffLocks, type Known, type LockDiff, type PackageFacts } from './diff/diff.ts'
import { readLockFile, refuseSecrets, writeLockFile } from './file.ts'
import { formatLock, lockHash } from './format.ts'
import { compareAsked } from './freshness.ts'
import { otherTool, parseFrozenLock, withoutPlaceholders } from './frozen.ts'
import { parseLock } from './parse.ts'
import { StaleLock } from './stale.ts'
import type { Asked, Lock, LockedPackage, LockMode, WheelPin } from './types.ts'

/** The door of this folder: from what is asked to a lock. */
export { askFor } from './asked.ts'
export type { Companion } from './companion.ts'
export { lockPath, refuseSharedLocks } from './path.ts'
export { placeOf, StaleLock } from './stale.ts'

export type LockRequest = LockSettings &
  (
    | { readonly mode: Exclude<LockMode, 'frozen'>; readonly asked: Asked }
    // A frozen lock needs no environment file: whatever it was made from, it only has to fit the image.
    | {
        readonly mode: 'frozen'
        readonly asked: Pick<Asked, 'platform' | 'baseImage'>
        /** Of a pixi.lock. */
        readonly pixiEnvironment?: string
        readonly companion?: Companion
      }
  )

interface LockSettings {
  /** The lockfile, absolute. */
  readonly path: string
  /** Passwords and tokens known to this run; a lock that holds one is refused. */
  readonly secrets: readonly string[]
  /** Chooses the packages and wheels that get a layer of their own, given the choice of the lock before, if there is one of ours. */
  readonly chooseOwnLayer: (
    packages: readonly SolvedPackage[],
    wheels: readonly { readonly name: string; readonly size: number }[],
    previous?: {
      readonly ownLayer: readonly string[]
      readonly packages: readonly string[]
      readonly wheels: readonly string[]
    },
  ) => string[]
  /** What writes the lock on any machine, a line for a shell, for the advice. */
  readonly updateCommand?: string
  /** Which packages share a layer, to tell what a pull will need. */
  readonly groups?: Known['groups']
  /** Finds out what it can of packages that were in the lock before, by their addresses. */
  readonly factsOf?: (gone: readonly LockedPackage[]) => Promise<ReadonlyMap<string, PackageFacts>>
}

/** What came of solving. */
export interface Solution {
  /** In the order in which they are linked. */
  readonly packages: readonly SolvedPackage[]
  readonly micromambaVersion: string
  /** What pip would install after them; absent when it is asked for nothing. */
  readonly pip?: {
    readonly version: string
    /** In the order in which it would install them. */
    readonly wheels: readonly WheelPin[]
    /** By their addresses, as far as pip knows. */
    readonly facts?: ReadonlyMap<string, PackageFacts>
  }
  /** What the solve went by; see `LockHeader`. */
  readonly virtualPackages: readonly string[]
  /** The base image pinned: `name:tag@sha256:…`. */
  readonly baseImage: string
  /** Packages that were to stay as the lock before has them, and could not. */
  readonly couldNotStay?: readonly string[]
}

/** Solves; what it is given is the lock that was there, as far as it can be read. */
export type Solve = (previous?: Lock) => Promise<Solution>

export interface ResolvedLock {
  readonly lock: Lock
  readonly text: string
  readonly path: string
  /** The file of its wheels, where it has one. */
  readonly companion?: string
  /** The hash of what the lock pins; see `lockHash`. */
  readonly hash: Digest
  /** Whether this run wrote the file. */
  readonly changed: boolean
  /** Why this run solved; absent when it did not. */
  readonly reasons?: readonly string[]
  /** What the file held before, when this run solved again. */
  readonly before?: string
  /** Against the lock that was there, when this run solved again. */
  readonly difference?: LockDiff
}

/**
 * The lock of this run: the lockfile where it may be used, else a new one, written in its place.
 * @param solve is called when a new one is needed, and only then
 * @throws UserError when the mode does not allow a new one, or the lockfile is malformed or would hold a secret
 */
export async function resolveLock(request: LockRequest, solve: Solve): Promise<ResolvedLock> {
  const { path } = request
  const { platform } = request.asked
  const found = await readLockFile(path)
  const text = found === undefined ? undefined : withoutPlaceholders(found)
  const other = text === undefined ? undefined : otherTool(text)
  if (other !== undefined && request.mode !== 'frozen') {
    throw new UserError(`this is a lockfile of ${other}'s, which ${other} has to keep`, {
      at: { file: path },
      advice: "Use it as it is with lock-mode: frozen, or name another 'lock-file'.",
    })
  }
  if (request.mode === 'update') {
    return renew(request, solve, ['lock-mode is update'], text, forgiving(text, path, platform))
  }
  if (text === undefined) {
    if (request.mode === 'auto') return renew(request, solve, ['there was no lockfile'])
    throw new UserError('there is no lockfile', {
      at: { file: path },
      advice: refresh(request, " Or check 'lock-file'."),
    })
  }

  if (request.mode === 'frozen') {
    const lock = fitting(parseFrozenLock(text, path, platform, request.pixiEnvironment ?? 'default'), request)
    const { companion } = request
    if (!companion) return use(request, text, lock)
    const wheels = await readCompanion(companion, lock, request)
    return { ...use(request, text, { ...lock, wheels }), companion: companion.path }
  }
  const lock = parseLock(text, path, platform)
  if (lock.header === undefined) {
    throw new UserError('it does not say what it was solved for, so nobody can tell whether it still holds', {
      at: { file: path },
      advice: 'Use it as it is with lock-mode: frozen, or have it replaced with lock-mode: update.',
    })
  }
  const differences = compareAsked(lock.header, request.asked)
  if (differences.length === 0) return use(request, text, lock)
  if (request.mode === 'auto') {
    const reasons = differences.map((difference) => difference.text)
    return renew(request, solve, reasons, text, lock)
  }
  throw new StaleLock(differences, path, refresh(request))
}

function refresh({ updateCommand }: LockSettings, more = ''): string {
  const advice = `Run with lock-mode: update, and commit the file that it writes.${more}`
  return updateCommand === undefined ? advice : `${advice} On your machine:\n  ${updateCommand}`
}

function use({ path, asked, secrets }: LockRequest, text: string, lock: Lock): ResolvedLock {
  refuseSecrets(text, path, secrets)
  return { lock, text, path, hash: lockHash(lock, asked.baseImage), changed: false }
}

/** Whatever the environment file says, a lock of another platform makes no image of this one. */
function fitting(lock: Lock, { path, asked }: LockRequest): Lock {
  if (lock.header !== undefined && lock.header.platform !== asked.platform) {
    throw new UserError(`it is for ${lock.header.platform}, and the image for ${asked.platform}`, {
      at: { file: path },
      advice: "Put {platform} into 'lock-file', or change 'platforms'.",
    })
  }
  return lock
}

type Renewal = LockSettings & { readonly asked: Asked }

async function renew(
  request: Renewal,
  solve: Solve,
  reasons: readonly string[],
  before?: string,
  previous?: Lock,
): Promise<ResolvedLock> {
  const { path, asked, secrets } = request
  const solution = await solve(previous)
  if (asked.pip.length > 0 && !solution.pip) throw new Error('what was asked of pip has no answer')
  const text = formatSolution(request, solution, previous)
  refuseSecrets(text, path, secrets)
  // Parsed back, so that a lock is held to the same rules in the run that writes it as in those that read it.
  const lock = parseLock(text, path, asked.platform)
  const changed = text !== before
  if (changed) await writeLockFile(path, text)
  return {
    lock,
    text,
    path,
    hash: lockHash(lock, asked.baseImage),
    changed,
    reasons,
    ...(before !== undefined && { before }),
    ...(previous !== undefined && { difference: await compare(request, previous, lock, solution) }),
  }
}

async function compare(
  { groups, factsOf }: Renewal,
  previous: Lock,
  lock: Lock,
  { packages, pip, couldNotStay }: Solution,
): Promise<LockDiff> {
  const facts = new Map<string, PackageFacts>(packages.map((item) => [new URL(item.url).href, item]))
  const gone = previous.packages.filter(({ url }) => !facts.has(url.href))
  const ofGone = gone.length > 0 ? await factsOf?.(gone) : undefined
  return diffLocks(previous, lock, {
    facts: new Map([...facts, ...(pip?.facts ?? []), ...(ofGone ?? [])]),
    groups,
    couldNotStay,
  })
}

function formatSolution(
  { asked, chooseOwnLayer }: Renewal,
  { packages, pip, micromambaVersion, virtualPackages, baseImage }: Solution,
  previous?: Lock,
): string {
  const earlier = previous?.header && {
    ownLayer: previous.header.ownLayer,
    packages: previous.packages.map(({ name }) => name),
    wheels: previous.wheels.map(({ name }) => name),
  }
  const wheels = (pip?.wheels ?? []).map(({ name, url }) => ({ name, size: pip?.facts?.get(url)?.size ?? 0 }))
  return formatLock({
    header: {
      ...asked,
      inputHash: inputHash(asked),
      baseImage,
      micromambaVersion,
      ...(pip && { pipVersion: pip.version }),
      virtualPackages,
      ownLayer: chooseOwnLayer(packages, wheels, earlier),
    },
    packages: packages.map(({ url, sha256 }) => ({
      url: new URL(url),
      checksum: { algorithm: 'sha256', hex: sha256 },
    })),
    ...(pip && { wheels: pip.wheels }),
  })
}

/** A lock that is going to be replaced may be broken; all that it is good for is to see what changes. */
function forgiving(text: string | undefined, path: string, platform: Subdir): Lock | undefined {
  if (text === undefined) return undefined
  try {
    return parseLock(text, path, platform)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    core.warning(`the lockfile is replaced: ${error.message}`, { file: path })
    return undefined
  }
}
