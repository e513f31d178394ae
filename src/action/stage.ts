import * as core from '@actions/core'

/** Runs one stage of the pipeline as a group of the log, which ends with the time that it took. */
export async function stage<T>(title: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  return core.group(title, async () => {
    try {
      return await work()
    } finally {
      core.info(`${((performance.now() - start) / 1000).toFixed(1)} s`)
    }
  })
}
