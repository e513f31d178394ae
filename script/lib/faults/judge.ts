import { rm } from 'node:fs/promises'
import { brokenInvariants } from './invariants.ts'
import type { Ran, Stand } from './stand.ts'
import type { Arranged, FaultCase, Verdict } from './types.ts'

/** How long a run may take with its clock shortened: the end of a fault that is there for ever. */
const longest = 60

/** Runs a case and says what became of it. */
export async function judge(of: FaultCase, stand: Stand, id: string): Promise<Verdict> {
  if (of.scenario) await stand.know(of.scenario)
  const arranged = await of.arrange(stand, id)
  let workspace = ''
  try {
    const ran = await stand.run(arranged.run)
    const objections = [
      ...(arranged.hasMet() ? [] : ['the run has not met the fault']),
      ...(ran.seconds > longest ? [`it took ${ran.seconds.toFixed(0)} s`] : []),
      ...objectionsToEnd(of, stand, ran, arranged),
      ...(await brokenInvariants(stand, ran, { ...arranged, isKilled: of.expects === 'killed' })),
      ...((await arranged.objections?.(ran.outcome)) ?? []),
    ]
    workspace = ran.workspace
    const { exitCode, log } = ran.outcome
    const kind = objections.length > 0 ? 'wrong' : exitCode === 0 ? 'survived' : 'refused'
    return { case: of, kind, objections, seconds: ran.seconds, log }
  } finally {
    await arranged.undo?.()
    await rm(workspace, { recursive: true, force: true })
  }
}

function objectionsToEnd(
  of: FaultCase,
  stand: Stand,
  { run, outcome, gives }: Ran,
  { names }: Arranged,
): string[] {
  const { exitCode, log } = outcome
  if (exitCode === 0) {
    if (of.expects === 'refused') return ['the run succeeded']
    const { digest } = stand.control[run.scenario]
    return gives === digest ? [] : [`it came to something else: ${gives}`]
  }
  if (of.expects === 'survived') return ['the run failed']
  if (of.expects === 'killed') return [130, 137, 143].includes(exitCode) ? [] : [`exit code ${exitCode}`]
  return unclear(log, names)
}

/** An error names the place and the cause, and says what to do: on a line of its own, an imperative sentence. */
function unclear(log: string, names: RegExp): string[] {
  const [, error = ''] =
    /^error: ((?:.|\n)*?)(?=\n(?:▸|There |warning: |\[command\]|\S+ was not saved)|\n*$(?![\s\S]))/m.exec(
      log,
    ) ?? []
  const lines = error.split('\n').filter((line) => line.trim() !== '')
  return [
    ...(names.test(error) ? [] : [`the error does not name ${names.source}`]),
    ...(lines.length > 1 && /\.$/.test(lines.at(-1) ?? '') ? [] : ['the error gives no advice']),
    ...(/undefined|NaN|\[object/.test(error) ? ['the error has a hole'] : []),
  ]
}
