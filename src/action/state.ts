import * as core from '@actions/core'
import type { TarballState } from '../packages/tarball-cache.ts'

const name = 'tarball-cache'
const scratchName = 'scratch'

/**
 * Leaves for the post step all that saving the package archives needs, so that nothing the user may have changed
 * meanwhile is read again. No credentials.
 */
export function saveState(state: TarballState): void {
  core.saveState(name, state)
}

/** Absent when the main step ended before there was anything to save. */
export function loadState(): TarballState | undefined {
  const saved = core.getState(name)
  return saved === '' ? undefined : (JSON.parse(saved) as TarballState) // written by saveState above
}

/** Leaves the run's folder for the post step to remove, should the main step be killed before it does: it holds credentials. */
export function saveScratch(folder: string): void {
  core.saveState(scratchName, folder)
}

/** Absent when the main step made none. */
export function loadScratch(): string | undefined {
  return core.getState(scratchName) || undefined
}
