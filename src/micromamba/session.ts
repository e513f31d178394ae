/**
 * What the solves of a run share: a package cache, in which the channels' indexes are kept, and the turns that they take at it.
 * micromamba locks the cache while it writes there, but two that begin at once both download what neither has.
 */
export interface SolveSession {
  /** For this run alone, readable by its owner; removed with it. */
  readonly folder: string
  /** Variables for micromamba besides those of a solve. */
  readonly variables?: Readonly<Record<string, string>>
  /**
   * Waits until nobody loads any of these indexes for the first time.
   * @returns what is to be called when they are loaded, or could not be
   */
  takeTurn(indexes: readonly string[]): Promise<() => void>
}

/** A solve loads the indexes that none before it has; those that others are loading it waits for. So nobody waits for a later one. */
export function createSession(
  folder: string,
  variables: Readonly<Record<string, string>> = {},
): SolveSession {
  const loads = new Map<string, Promise<void>>()
  return {
    folder,
    variables,
    async takeTurn(indexes) {
      const earlier = indexes.flatMap((index) => loads.get(index) ?? [])
      const { promise, resolve } = Promise.withResolvers<undefined>()
      for (const index of indexes) if (!loads.has(index)) loads.set(index, promise)
      await Promise.all(earlier)
      return () => {
        resolve(undefined)
      }
    },
  }
}
