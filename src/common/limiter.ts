/**
 * Runs what it is given, at most `limit` at a time, in the order given. After the first failure nothing that waits is
 * started any more: it fails with the same error.
 */
export function createLimiter(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  const failures: unknown[] = []
  let running = 0
  return async (task) => {
    if (running < limit) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      if (failures.length > 0) throw failures[0]
      return await task()
    } catch (error) {
      failures.push(error)
      throw error
    } finally {
      // The place is handed on, so that nobody else takes it meanwhile.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
