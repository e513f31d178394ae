import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { mapConcurrently } from '../common/concurrency.ts'
import { UserError } from '../common/errors.ts'
import { createLimiter } from '../common/limiter.ts'
import { makeScratch, removeScratch } from '../common/scratch.ts'
import type { LockedPackage } from '../lock/types.ts'
import type { Authorizer } from '../channels/access.ts'
import { checksumsOf, isRight, type Checksums } from './checksums.ts'
import { Progress } from './progress.ts'
import { transfer, type Refusal } from './transfer.ts'

/** What a lock says of an archive: of a package, of a wheel, or of what one is built from. */
export type LockedArchive = Pick<LockedPackage, 'url' | 'fileName' | 'checksum' | 'line'> & {
  readonly format: LockedPackage['format'] | 'whl' | 'sdist'
  /** Of packages. */
  readonly channel?: string
  /** Of the line, where it is another one than that of the others. */
  readonly lockFile?: string
}

/** An archive on this machine, its checksum verified. */
export interface Fetched<Locked extends LockedArchive> extends Checksums {
  readonly locked: Locked
  readonly file: string
  readonly from: 'disk' | 'channel'
}

export type FetchedPackage = Fetched<LockedPackage>

export interface FetchOptions {
  /** How the lockfile is called in errors. */
  readonly lockFile: string
  readonly authorize: Authorizer
}

/** How many archives are under way at a time: enough to hide a channel's latency, few enough for it to be polite. */
const parallel = 8

/** The name of an archive's file: its checksum, so that a file is good or is not for whoever finds it. */
export function tarballName({ checksum, format }: Pick<LockedArchive, 'checksum' | 'format'>): string {
  return `${checksum.algorithm}-${checksum.hex}.${format}`
}

/** Those of the archives that are not in the directory. Their content is not looked at. */
export async function missingTarballs<Locked extends LockedArchive>(
  packages: readonly Locked[],
  directory: string,
): Promise<Locked[]> {
  const present = await mapConcurrently(packages, 32, async (locked) =>
    stat(join(directory, tarballName(locked))).then(
      () => true,
      () => false,
    ),
  )
  return packages.filter((_, index) => !present[index])
}

/**
 * Brings archives into a directory, in their order as far as several are under way at a time. What is there
 * already is verified like what is downloaded; every file that has its final name was verified before it got it.
 * @returns one promise an archive, so that work can begin with those that are there. Each may be awaited or not; it fails with a UserError
 * naming the package's line in the lock when an archive cannot be had, or is not what the lock says. After the first
 * failure no other is begun.
 */
export function startFetching<Locked extends LockedArchive>(
  packages: readonly Locked[],
  directory: string,
  options: FetchOptions,
): Promise<Fetched<Locked>>[] {
  const progress = new Progress(packages)
  const limited = createLimiter(parallel)
  // Of its own, so that what a run that ends early has not finished goes with it; on the same disk.
  const unfinished = mkdir(directory, { recursive: true }).then(() =>
    makeScratch('micromamba-image-download-'),
  )
  const fetching = packages.map((locked) =>
    limited(async () => {
      const fetched = await fetchOne(locked, { directory, unfinished: await unfinished }, options, progress)
      const source = fetched.from === 'disk' ? 'on this machine already' : `from ${sourceOf(locked)}`
      progress.finished(source, fetched.size)
      return fetched
    }),
  )
  void Promise.allSettled(fetching).then(async () => {
    progress.end()
    await removeScratch(await unfinished).catch(() => undefined)
  })
  return fetching
}

/**
 * Brings the archives of all packages into a directory, as `startFetching` does.
 * @returns in the order of the packages
 * @throws UserError as that does, when nothing is under way any more
 */
export async function fetchPackages(
  packages: readonly LockedPackage[],
  directory: string,
  options: FetchOptions,
): Promise<FetchedPackage[]> {
  const fetching = startFetching(packages, directory, options)
  await Promise.allSettled(fetching)
  return Promise.all(fetching)
}

function sourceOf({ url, channel = 'a folder' }: LockedArchive): string {
  return url.host === '' ? channel : url.host
}

interface Folders {
  readonly directory: string
  /** Where files are until they are verified. */
  readonly unfinished: string
}

/** What is under way to each file. */
const underWay = new Map<string, Promise<unknown>>()

/** Of several environments that want an archive at the same time the first brings it, and the others find it. */
async function fetchOne<Locked extends LockedArchive>(
  locked: Locked,
  { directory, unfinished }: Folders,
  options: FetchOptions,
  progress: Progress,
): Promise<Fetched<Locked>> {
  const file = join(directory, tarballName(locked))
  const others = underWay.get(file) ?? Promise.resolve()
  const fetching = others.then(
    () => findOrBring(locked, { file, unfinished }, options, progress),
    () => findOrBring(locked, { file, unfinished }, options, progress),
  )
  underWay.set(file, fetching)
  try {
    return await fetching
  } finally {
    if (underWay.get(file) === fetching) underWay.delete(file)
  }
}

async function findOrBring<Locked extends LockedArchive>(
  locked: Locked,
  { file, unfinished }: { readonly file: string } & Pick<Folders, 'unfinished'>,
  { lockFile, authorize }: FetchOptions,
  progress: Progress,
): Promise<Fetched<Locked>> {
  const found = await checksumsOf(file)
  if (found) {
    if (isRight(found, locked)) return { locked, file, ...found, from: 'disk' }
    core.warning(`${locked.fileName} was damaged on this machine and is fetched again`)
    await rm(file)
  }
  const refuse: Refusal = (what, advice, cause) =>
    new UserError(`${locked.url.href}: ${what}`, {
      at: { file: locked.lockFile ?? lockFile, line: locked.line },
      advice,
      cause,
    })
  const partial = join(unfinished, tarballName(locked))
  const onBytes = (count: number) => {
    progress.received(count)
  }
  const source = locked.format === 'whl' || locked.format === 'sdist' ? 'index' : 'channel'
  const bring = () => transfer({ url: locked.url, file: partial, source, authorize, refuse, onBytes })
  let fetched = await bring()
  if (!isRight(fetched, locked)) {
    // Where a server does not say how long an answer is, one that ends early looks whole.
    core.info(`${locked.fileName} did not come as the lockfile has it, and is fetched again`)
    fetched = await bring()
  }
  if (!isRight(fetched, locked)) {
    const { algorithm, hex } = locked.checksum
    throw refuse(
      `its ${algorithm} is ${fetched[algorithm]}, and the lockfile says ${hex}${fetched.oddity ? `; ${fetched.oddity}` : ''}`,
      `The ${source} or something on the way replaced the file, or the line was edited. If the ${source} is right, update the lockfile.`,
    )
  }
  await rename(partial, file)
  return { locked, file, ...fetched, from: 'channel' }
}
