import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { messageOf } from '../common/errors.ts'
import { formatBytes } from '../common/format.ts'

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
  /** Names of the files in the directory that belong to the lock. */
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
    const matched = await cache.restoreCache([directory], keys.primary, [...keys.restore])
    core.info(matched === undefined ? `The cache has no entry for ${keys.primary}` : `Restored ${matched}`)
    return matched
  } catch (error) {
    core.warning(`The cache could not be read: ${messageOf(error)}`)
    return undefined
  }
}

/** Saves the directory, pruned to the lock's files, unless the entry exists. Says what became of it; never throws. */
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
  try {
    const { count, bytes } = await prune(directory, new Set(files))
    if (count === 0) {
      core.info('There are no package archives to save.')
      return
    }
    const id = await cache.saveCache([directory], key)
    // -1 stands for an entry of the same key that another job made meanwhile, and for a token that may only read; the
    // library has said which.
    if (id === -1)
      core.info(`${key} was not saved: another job has saved it, or this job may only read the cache.`)
    else core.info(`Saved ${count} package archives, ${formatBytes(bytes)}, as ${key}`)
  } catch (error) {
    core.warning(`The package archives were not saved: ${messageOf(error)}`)
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
  return cache.isFeatureAvailable() ? cache : undefined
}

/** Removes every file that is not of the lock, so that an entry does not grow from lock to lock. */
async function prune(directory: string, keep: ReadonlySet<string>) {
  let count = 0
  let bytes = 0
  for (const name of await readdir(directory).catch(() => [])) {
    const file = join(directory, name)
    if (keep.has(name)) {
      count++
      bytes += (await stat(file)).size
    } else {
      await rm(file, { recursive: true })
    }
  }
  return { count, bytes }
}
