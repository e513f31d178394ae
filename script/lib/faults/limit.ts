import { processes } from '../../../__tests__/e2e/processes.ts'
import { runAction, type ActionOutcome, type ActionRun } from '../runner.ts'

/** What a job may take until it is ended, in seconds: more than any that ends by itself, for a stand has other cases besides. */
const limit = 150

/** Runs a job, and ends it with all that it has started where it does not end. */
export async function runLimited(job: ActionRun): Promise<ActionOutcome> {
  const start = performance.now()
  const steps: number[] = []
  const watch = setInterval(() => {
    if (performance.now() - start > limit * 1000) void killTrees(steps)
  }, 1000)
  try {
    return await runAction({
      ...job,
      onStep: (name, pid) => {
        steps.push(pid)
        job.onStep?.(name, pid)
      },
    })
  } finally {
    clearInterval(watch)
  }
}

async function killTrees(roots: readonly number[]): Promise<void> {
  const all = await processes()
  const isOf = new Set(
    all.filter(({ pid, parent }) => roots.includes(pid) && parent === process.pid).map(({ pid }) => pid),
  )
  for (let grown = true; grown;) {
    const more = all.filter(({ pid, parent }) => isOf.has(parent) && !isOf.has(pid))
    for (const { pid } of more) isOf.add(pid)
    grown = more.length > 0
  }
  for (const pid of isOf) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}
