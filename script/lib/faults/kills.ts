import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { processes, untilNone, type Process } from '../../../__tests__/e2e/processes.ts'
import { run } from '../../../__tests__/world/command.ts'
import { startEngine } from '../../../__tests__/world/engine.ts'
import { ownPodman } from '../../../__tests__/world/podman.ts'
import { isPause } from './commands.ts'
import { leftOutside, signals } from './signals.ts'
import type { CommandName, Places } from './stand.ts'
import type { FaultCase } from './types.ts'

/** What has a command run, and in what. */
const commands: readonly {
  readonly name: string
  readonly scenario: CommandName
  readonly by: 'runc' | 'docker' | 'podman'
}[] = [
  { name: 'link script in runc', scenario: 'scripts', by: 'runc' },
  { name: 'line of run in runc', scenario: 'commands', by: 'runc' },
  { name: 'build of a wheel in runc', scenario: 'build', by: 'runc' },
  ...(['docker', 'podman'] as const).flatMap((by) => [
    { name: `link script in ${by}`, scenario: 'scripts' as const, by },
    { name: `line of run in ${by}`, scenario: 'commands' as const, by },
  ]),
]

/** Each signal while each of them runs; then the same run again. */
export function killCases(): FaultCase[] {
  return signals.flatMap((signal) => commands.map((command) => killedWithin(signal, command)))
}

function killedWithin(signal: NodeJS.Signals, { name, scenario, by }: (typeof commands)[number]): FaultCase {
  return {
    fault: signal,
    stage: name,
    times: 'once',
    expects: 'killed',
    scenario,
    async arrange(stand, id) {
      const engine = by === 'runc' ? undefined : await emptyEngine(by)
      const place = {
        scenario,
        repository: `team/${id}`,
        inputs: { executor: by },
        ...(engine && { environment: engine.ofJob }),
      }
      let places: Places | undefined
      let containers: Running = { processes: [], names: [] }
      let hasEnded = false
      const killWhenRunning = async (main: number) => {
        while (!hasEnded && containers.processes.length === 0) {
          containers = await runningIn(main, engine)
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        if (!hasEnded) process.kill(main, signal)
      }
      return {
        run: {
          ...place,
          prepare: (all) => {
            places = all
            return Promise.resolve()
          },
          steps: {
            onStep: (step, pid) => {
              hasEnded = step !== 'main'
              if (!hasEnded) void killWhenRunning(pid)
            },
          },
        },
        hasMet: () => containers.processes.length > 0,
        names: /(?!)/,
        async objections() {
          const left = places ? await leftOutside(places) : ['nothing was laid out']
          const inContainers = [...(await leftOf(containers)), ...(engine ? await heldBy(engine) : [])]
          const { outcome } = await stand.run(place)
          const isRight = outcome.outputs['digest'] === stand.control[scenario].digest
          return [
            ...[...left, ...inContainers].map((what) => `left: ${what}`),
            ...(outcome.exitCode === 0 && isRight ? [] : [`the same run again: ${outcome.log}`]),
          ]
        },
        ...(engine && { undo: () => engine.stop() }),
      }
    },
  }
}

/** A container engine of one's own. */
interface Engine {
  readonly program: 'docker' | 'podman'
  /** Variables that lead its client there, and those of them that a job has. */
  readonly environment: NodeJS.ProcessEnv
  readonly ofJob: NodeJS.ProcessEnv
  readonly stop: () => Promise<void>
}

async function emptyEngine(program: Engine['program']): Promise<Engine> {
  if (program === 'podman') {
    const podman = await ownPodman()
    const { environment } = podman
    return { program, environment, ofJob: environment, stop: () => podman.remove() }
  }
  const docker = await startEngine()
  const { environment } = docker
  return {
    ...{ program, environment },
    ofJob: { DOCKER_HOST: environment.DOCKER_HOST },
    stop: () => docker.stop(),
  }
}

interface Running {
  readonly processes: readonly Process[]
  /** Of the containers of an OCI runtime. */
  readonly names: readonly string[]
}

/** What waits in containers that a main step has begun, or in those of an engine. */
async function runningIn(main: number, engine: Engine | undefined): Promise<Running> {
  const all = await processes()
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]))
  const descends = (pid: number | undefined, from: number): boolean =>
    pid !== undefined && (pid === from || descends(parents.get(pid), from))
  const own = all.filter(({ pid }) => descends(pid, main))
  // What an engine starts is not the action's child, nor the engine's.
  const waiting = (engine ? all : own).filter(({ line }) => isPause(line))
  if (engine && (await asked(engine, 'ps', '--quiet')).length === 0) return { processes: [], names: [] }
  const names = own.flatMap(({ line }) => line.match(/micromamba-image-\d+/g) ?? [])
  return { processes: waiting, names: [...new Set(names)] }
}

/** Processes and control groups. */
async function leftOf(containers: Running): Promise<string[]> {
  const running = await untilNone(async () => {
    const now = await processes()
    return containers.processes.filter(({ pid }) => now.some((one) => one.pid === pid && isPause(one.line)))
  })
  const groups = (await readdir('/sys/fs/cgroup', { recursive: true })).filter((path) =>
    containers.names.some((name) => path.endsWith(name)),
  )
  return [...running.map(({ line }) => line), ...groups.map((path) => join('/sys/fs/cgroup', path))]
}

/** An engine of one's own has nothing but what the run gave it. */
async function heldBy(engine: Engine): Promise<string[]> {
  return [
    ...(await asked(engine, 'ps', '--all', '--format={{.Names}}')),
    ...(await asked(engine, 'images', '--format={{.Repository}}:{{.Tag}}')),
    ...(await asked(engine, 'volume', 'ls', '--quiet')),
  ]
}

async function asked({ program, environment }: Engine, ...args: readonly string[]): Promise<string[]> {
  const said = await run(program, args, { env: { ...process.env, ...environment } })
  return said.toString().split('\n').filter(Boolean)
}
