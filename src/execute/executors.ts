import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import { formatPlatform, type Platform } from '../common/platform.ts'
import { withScratch } from '../common/scratch.ts'
import type { Owner } from '../layers/types.ts'
import type { Image, ImageLayer } from '../oci/image.ts'
import { canRun } from './emulation.ts'
import { checkExecutionEngine, openEngineRoom, type EngineRoomOptions } from './engine.ts'
import { openHostRoom } from './host-room.ts'
import { probe } from './probe.ts'
import { describeRuntime, findRuntimes } from './runtime.ts'
import type { Workroom } from './types.ts'

/** Who runs commands, as the input names them; `auto` is whoever can. */
export type ExecutorName = 'auto' | 'runc' | 'crun' | 'docker' | 'podman'

/** How commands are run; what they make does not depend on it. */
export interface ExecutionWish {
  readonly executor: ExecutorName
  /** Seconds that each may take. */
  readonly timeout: number
  /** Of `run`, by name. */
  readonly secrets: Readonly<Record<string, string>>
}

/** Something of this machine that runs commands in an image's file system. */
interface Executor {
  /** As the log names it. */
  readonly name: string
  /** Whether commands run as one user only, to whom everything belongs: root's own may need more. */
  readonly knowsOneUser: boolean
  /** @returns undefined when it works here, else what it answered */
  readonly check: () => Promise<string | undefined>
  /** @param image what the file system is of, with its config */
  readonly open: (image: Image, user: Owner) => Promise<Workroom>
  /** The same for the lowest layers of one; absent where the others could not be added. */
  readonly begin?: (layers: readonly ImageLayer[], user: Owner) => Promise<Workroom>
}

/** Finds out who can run commands on this machine, once. */
export interface Executors {
  /**
   * Finds out beforehand whether commands can run.
   * @param what they are for, as in "the commands of 'run'"
   * @throws UserError saying what was tried, and what each answered
   */
  check(platform: Platform, user: Pick<Owner, 'uid'>, what: string): Promise<void>
  /** Puts the file system of an image where commands run in it. @throws UserError as `check` does */
  open(image: Image, user: Owner, what: string): Promise<Workroom>
  /** The same for the lowest layers of one that is still being made; undefined where the others could not be added. */
  begin(lowest: Pick<Image, 'layers' | 'platform'>, user: Owner, what: string): Promise<Workroom | undefined>
}

/** @param onEngine see `EngineRoomOptions` */
export function createExecutors(
  wish: ExecutorName,
  environment: NodeJS.ProcessEnv = process.env,
  onEngine?: EngineRoomOptions['onSession'],
): Executors {
  let found: Promise<Executor[]> | undefined
  const answers = new Map<Executor, Promise<string | undefined>>()
  const ask = (executor: Executor) => {
    const answer = answers.get(executor) ?? executor.check()
    answers.set(executor, answer)
    return answer
  }
  const choose = async (platform: Platform, user: Pick<Owner, 'uid'>, what: string): Promise<Executor> => {
    const foreign = await canRun(platform.architecture)
    if (foreign !== undefined) throw cannotEmulate(platform, what, foreign)
    const executors = await (found ??= findExecutors(wish, environment, onEngine))
    // Root is somebody else to apt and tar where there is no other user: that is the last resort.
    const isLast = ({ knowsOneUser }: Executor) => knowsOneUser && user.uid === 0
    const tried: string[] = []
    for (const executor of [...executors.filter((one) => !isLast(one)), ...executors.filter(isLast)]) {
      const problem = await ask(executor)
      if (problem === undefined) return executor
      core.debug(`${executor.name}: ${problem}`)
      tried.push(`${executor.name}: ${problem}`)
    }
    throw nobodyCan(wish, what, tried)
  }
  const tell = ({ name }: Executor, what: string) => {
    core.info(`${name} runs ${what}`)
  }
  return {
    async check(platform, user, what) {
      await choose(platform, user, what)
    },
    async open(image, user, what) {
      const executor = await choose(image.platform, user, what)
      tell(executor, what)
      return executor.open(image, user)
    },
    async begin({ layers, platform }, user, what) {
      const executor = await choose(platform, user, what)
      if (executor.begin) tell(executor, what)
      return executor.begin?.(layers, user)
    },
  }
}

async function findExecutors(
  wish: ExecutorName,
  environment: NodeJS.ProcessEnv,
  onEngine?: EngineRoomOptions['onSession'],
): Promise<Executor[]> {
  const isWanted = (name: ExecutorName) => wish === 'auto' || wish === name
  const runtimes = (await findRuntimes(environment)).filter(({ name }) => isWanted(name))
  const engines = (['docker', 'podman'] as const).filter(isWanted)
  return [
    ...runtimes.map((runtime): Executor => {
      const begin: Executor['begin'] = (layers, user) => openHostRoom({ layers, user }, runtime)
      return {
        name: describeRuntime(runtime),
        knowsOneUser: runtime.rights === 'rootless',
        check: () => withScratch('micromamba-image-probe-', (scratch) => probe(runtime, scratch)),
        open: ({ layers }, user) => begin(layers, user),
        begin,
      }
    }),
    ...engines.map((engine): Executor => ({
      name: engine,
      knowsOneUser: false,
      check: () => checkExecutionEngine(engine, environment),
      open: (image) => openEngineRoom(image, engine, environment, onEngine && { onSession: onEngine }),
    })),
  ]
}

function cannotEmulate(platform: Platform, what: string, why: string): UserError {
  return new UserError(`${what} cannot be run for ${formatPlatform(platform)} on this machine: ${why}`, {
    at: { input: 'platforms' },
    advice:
      'Make each platform on a runner of its own, see examples/platform-jobs, or register an emulator first, as docker/setup-qemu-action does.',
  })
}

function nobodyCan(wish: ExecutorName, what: string, tried: readonly string[]): UserError {
  const answers =
    tried.length > 0 ? tried : [`${wish === 'auto' ? 'runc, crun, docker, podman' : wish}: not found on PATH`]
  return new UserError(
    `nothing on this machine can run ${what}:\n${answers.map((line) => `  ${line}`).join('\n')}`,
    {
      at: { input: 'executor' },
      advice:
        'Use a runner that has runc or crun (with sudo, or user namespaces), docker or podman; hosted Linux runners have them.',
    },
  )
}
