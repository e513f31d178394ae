import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createLimiter } from '../../src/common/limiter.ts'

test('runs all in order, and never more than the limit at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 12 }),
      async (limit, waits) => {
        const limited = createLimiter(limit)
        const started: number[] = []
        let [running, most] = [0, 0]
        const results = await Promise.all(
          waits.map((wait, index) =>
            limited(async () => {
              started.push(index)
              most = Math.max(most, ++running)
              await sleep(wait)
              running--
              return index
            }),
          ),
        )
        const all = waits.map((_wait, index) => index)
        expect(results).toEqual(all)
        expect(started).toEqual(all)
        expect(most).toBe(Math.min(limit, waits.length))
      },
    ),
    { numRuns: 30 },
  )
})

test('starts nothing after a failure', async () => {
  const limited = createLimiter(1)
  const started: string[] = []
  const task = (name: string, error?: Error) =>
    limited(async () => {
      started.push(name)
      await sleep(0)
      if (error) throw error
    })
  const results = await Promise.allSettled([task('a'), task('b', new Error('broken')), task('c')])
  expect(started).toEqual(['a', 'b'])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  await expect(task('d')).rejects.toThrow('broken')
})
