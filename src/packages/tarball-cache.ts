import { copyFile, link, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { messageOf } from '../common/errors.ts'
import { formatBytes, formatCount } from '../common/format.ts'
import { watchCacheRequests } from './cache-requests.ts'

/** The cache entry that belongs to a lock, and what a restored one was. */
export interface CacheKeys {
  readonly primary: string
  /** Tried in order when there is no entry of the primary key: the newest one for the same platform. */
  readonly restore: readonly string[]
}

/** All that saving needs, plain data: it crosses to the post step as saved state. */
export interface TarballState {
  readonly directory: string
  readonly key: string
  /** The key of the entry that was restored. */
  readonly matchedKey?: string
  /** Names of the files in the directory that belong to the lock; other uses of the action in the job may have theirs beside them. */
  readonly files: readonly string[]
}

export function cacheKeys(prefix: string, platform: string, lockHash: string): CacheKeys {
  const family = `${prefix}-${platform}-`
  return { primary: `${family}${lockHash.replace('sha256:', '').slice(0, 32)}`, restore: [family] }
}

/**
 * Restores the archives of an earlier run into the directory. What comes out is not trusted: it is verified as downloads
 * are. A cache service that is not there or fails costs time, not the run.
 * @returns the key of the entry that was restored
 */
export async function restoreTarballs(directory: string, keys: CacheKeys): Promise<string | undefined> {
  const cache = await cacheService()
  if (!cache) {
    core.info('There is no cache service here; packages come from their channels.')
    return undefined
  }
  try {
    const entry = entryOf(directory)
    const matched = await cache.restoreCache([entry], keys.primary, [...keys.restore])
    await takeOver(entry, directory)
    core.info(matched === undefined ? `The cache has no entry for ${keys.primary}` : `Restored ${matched}`)
    return matched
  } catch (error) {
    core.warning(`The cache could not be read: ${messageOf(error)}`)
    return undefined
  }
}

/**
 * Where an entry is put together and taken apart: the service finds entries by the path that they were saved from, and the directory of
 * the archives is for all uses of the action in a job.
 */
function entryOf(directory: string): string {
  return `${directory}-entry`
}

/** Moves the archives of an entry into the directory. What is there already may have been verified, and stays. */
async function takeOver(entry: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const present = new Set(await readdir(directory))
  for (const found of await readdir(entry, { withFileTypes: true }).catch(() => [])) {
    if (!found.isFile() || present.has(found.name)) continue
    await rename(join(entry, found.name), join(directory, found.name))
  }
  await rm(entry, { recursive: true, force: true })
}

/**
 * Saves the lock's files, all of them and no others, unless the entry exists: it can never be replaced. Says what became of it; never
 * throws.
 */
export async function saveTarballs({ directory, key, matchedKey, files }: TarballState): Promise<void> {
  if (matchedKey === key) {
    core.info(`The cache has ${key} already.`)
    return
  }
  const cache = await cacheService()
  if (!cache) {
    core.info('There is no cache service here; nothing is saved.')
    return
  }
  const entry = entryOf(directory)
  try {
    const names = [...new Set(files)]
    const sizes = await Promise.all(names.map((name) => sizeOf(join(directory, name))))
    const missing = sizes.filter((size) => size === undefined).length
    if (missing === names.length) {
      core.info('There are no package archives to save.')
      return
    }
    if (missing > 0) {
      core.info(`${key} was not saved: ${missing} of ${names.length} package archives are no longer there.`)
      return
    }
    await putTogether(entry, directory, names)
    const id = await cache.saveCache([entry], key)
    // -1 stands for an entry of the same key that another job made meanwhile, and for a token that may only read; the
    // library has said which.
    if (id === -1)
      core.info(`${key} was not saved: another job has saved it, or this job may only read the cache.`)
    else {
      const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
      core.info(`Saved ${formatCount(names.length, 'package archive')}, ${formatBytes(bytes)}, as ${key}`)
    }
  } catch (error) {
    core.warning(`The package archives were not saved: ${messageOf(error)}`)
  } finally {
    await rm(entry, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Bytes of a file; undefined where there is none. */
async function sizeOf(file: string): Promise<number | undefined> {
  const stats = await lstat(file).catch(() => undefined)
  return stats?.isFile() ? stats.size : undefined
}

/** Hard links cost nothing; some file systems have none. */
async function putTogether(entry: string, directory: string, names: readonly string[]): Promise<void> {
  await rm(entry, { recursive: true, force: true })
  await mkdir(entry)
  for (const name of names) {
    const [from, to] = [join(directory, name), join(entry, name)]
    await link(from, to).catch(() => copyFile(from, to))
  }
}

/**
 * The toolkit's cache, where there is a service for it. It is large, a third of what the action is in memory, and loaded
 * only where it can be used.
 */
async function cacheService() {
  const isOffered = process.env['ACTIONS_RESULTS_URL'] ?? process.env['ACTIONS_CACHE_URL']
  if (isOffered === undefined) return undefined
  const cache = await import('@actions/cache')
  watchCacheRequests()
  return cache.isFeatureAvailable() ? cache : undefined
}
