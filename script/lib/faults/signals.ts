import { readdir, readFile } from 'node:fs/promises'
import { processes, untilNone } from '../../../__tests__/e2e/processes.ts'
import type { FaultCase } from './types.ts'
import type { Places, Run, Stand } from './stand.ts'

export const signals = ['SIGTERM', 'SIGINT', 'SIGKILL'] as const

/** The stages, as the log has them. */
const stages = ['Lock', 'Earlier image', 'Base image', 'Packages', 'Image', 'Outputs']

/** Random ones are these shares of the time that a run takes. */
const moments = 50

/** Each signal at each stage's beginning, and the three in turn at moments from the first to the last. */
export function signalCases(): FaultCase[] {
  return [
    ...signals.flatMap((signal) => stages.map((stage) => atStage(signal, stage))),
    ...Array.from({ length: moments }, (_, index) =>
      atMoment(signals[index % 3] ?? 'SIGKILL', index / moments),
    ),
  ]
}

function atStage(signal: NodeJS.Signals, stage: string): FaultCase {
  return killed(signal, `begin of ${stage}`, (send) => ({
    onLog: (text) => {
      if (text.startsWith(`▸ ${stage}\n`)) send()
    },
  }))
}

function atMoment(signal: NodeJS.Signals, share: number): FaultCase {
  return killed(signal, `${Math.round(share * 100)} % of a run`, (send, milliseconds) => ({
    onStep: (name) => {
      if (name === 'main') setTimeout(send, share * milliseconds)
    },
  }))
}

type Watch = (send: () => void, milliseconds: number) => Pick<NonNullable<Run['steps']>, 'onLog' | 'onStep'>

/** The run is killed, and then made again. */
function killed(signal: NodeJS.Signals, stage: string, watch: Watch): FaultCase {
  return {
    fault: signal,
    stage,
    times: 'once',
    expects: 'killed',
    async arrange(stand, id) {
      const place = { scenario: 'lock', repository: `team/${id}` } as const
      const milliseconds = await durationOf(stand)
      let places: Places | undefined
      let main: number | undefined
      let isSent = false
      const send = () => {
        isSent = true
        try {
          if (main !== undefined) process.kill(main, signal)
        } catch {
          // It has ended.
        }
        main = undefined
      }
      const watching = watch(send, milliseconds)
      return {
        run: {
          ...place,
          prepare: (all) => {
            places = all
            return Promise.resolve()
          },
          steps: {
            ...watching,
            onStep: (name, pid) => {
              main = name === 'main' ? pid : undefined
              watching.onStep?.(name, pid)
            },
          },
        },
        // At a moment near its end the run may be over.
        hasMet: () => isSent || stage.includes('%'),
        names: /(?!)/,
        async objections() {
          const left = places ? await leftOutside(places) : ['nothing was laid out']
          const { outcome } = await stand.run(place)
          const isRight = outcome.outputs['digest'] === stand.control.lock.digest
          return [
            ...left.map((what) => `left: ${what}`),
            ...(outcome.exitCode === 0 && isRight ? [] : [`the same run again: ${outcome.log}`]),
          ]
        },
      }
    },
  }
}

/** What of a run is anywhere but in RUNNER_TEMP: processes, mounts, files. */
export async function leftOutside({ workspace, temporary, elsewhere }: Places): Promise<string[]> {
  const isOf = (text: string) => text.includes(workspace) || text.includes(temporary)
  const running = await untilNone(async () =>
    (await processes()).filter(({ pid, line }) => pid !== process.pid && isOf(line)),
  )
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter(isOf)
  const lost = (await readdir(workspace)).filter((name) => !/\.(yaml|lock)$/.test(name))
  // pip asks a rustc for its version, and that of rustup makes its folder.
  const others = (await readdir(elsewhere)).filter((name) => name !== '.rustup')
  return [...running.map(({ line }) => line), ...mounts, ...others, ...lost]
}

const durations = new WeakMap<Stand, number>()

/** How long a run takes here and now. */
async function durationOf(stand: Stand): Promise<number> {
  const known = durations.get(stand)
  if (known !== undefined) return known
  const { seconds } = await stand.run({ scenario: 'lock', repository: 'team/timed' })
  durations.set(stand, seconds * 1000)
  return seconds * 1000
}
