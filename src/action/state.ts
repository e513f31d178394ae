import * as core from '@actions/core'

/**
 * What the main step leaves for the post step: all that saving the package archives needs, so that nothing the
 * user may have changed meanwhile is read again. No credentials.
 */
export interface SavedState {
  readonly directory: string
  readonly key: string
  readonly matchedKey?: string
  /** File names in the directory that belong to the lock. */
  readonly files: readonly string[]
}

const name = 'tarball-cache'

export function saveState(state: SavedState): void {
  core.saveState(name, state)
}

/** Absent when the main step ended before there was anything to save. */
export function loadState(): SavedState | undefined {
  const saved = core.getState(name)
  return saved === '' ? undefined : (JSON.parse(saved) as SavedState) // written by saveState above
}
