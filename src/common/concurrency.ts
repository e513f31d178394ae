/**
 * Maps `items` with at most `limit` calls under way; results in the order of the items. After the first failure no
 * further call is started; those under way are awaited, then that failure is thrown.
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const failures: unknown[] = []
  const work = async () => {
    while (failures.length === 0 && next < items.length) {
      const index = next++
      try {
        results[index] = await map(items[index] as T, index) // within bounds: index < items.length
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  if (failures.length > 0) throw failures[0]
  return results
}
