import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { messageOf, UserError } from '../common/errors.ts'

/** The command line of a container engine: docker's, or one that speaks its language. */
export interface EngineCommand {
  /** As it was found: `docker`, `podman`, or what `CONTAINER_ENGINE` says. */
  readonly program: string
  /**
   * Runs one command.
   * @param feed writes to its standard input; its failure ends the command and is thrown, unless the command itself
   *   has stopped reading
   */
  run(args: readonly string[], feed?: (stdin: Writable) => Promise<void>): Promise<EngineOutcome>
  /** Starts one command, whose streams and end are the caller's. */
  start(args: readonly string[]): ChildProcessWithoutNullStreams
  /** The same for a command that opens `/dev/stdout`, as podman's do: Node's streams are sockets, and only pipes can be opened. */
  startPiped(args: readonly string[]): ChildProcessWithoutNullStreams
}

export interface EngineOutcome {
  readonly ok: boolean
  readonly stdout: string
  readonly stderr: string
}

/**
 * The command line of an engine that may be there or not.
 * @param environment where PATH is, and what the engine's command line gets
 */
export function engineCommand(program: string, environment: NodeJS.ProcessEnv): EngineCommand {
  const options = { env: environment, stdio: 'pipe' } as const
  const start: EngineCommand['start'] = (args) => spawn(program, args, options)
  const pipe = ['-c', 'set -o pipefail; "$@" | cat', 'bash', program]
  return {
    program,
    start,
    startPiped: (args) => spawn('bash', [...pipe, ...args], options),
    run: (args, feed) => execute(start(args), feed),
  }
}

/**
 * Finds the machine's container engine: the one that the variable `CONTAINER_ENGINE` names, else docker, else podman.
 * Which daemon docker speaks to is for its own variables (`DOCKER_HOST`, `DOCKER_CONTEXT`) to say.
 * @throws UserError when there is none
 */
export async function findEngine(environment: NodeJS.ProcessEnv): Promise<EngineCommand> {
  const chosen = environment['CONTAINER_ENGINE']
  const programs = chosen ? [chosen] : ['docker', 'podman']
  for (const program of programs) {
    const engine = engineCommand(program, environment)
    try {
      await engine.run(['--version'])
      return engine
    } catch (error) {
      if (!isMissing(error)) throw cannotStart(program, error)
    }
  }
  throw new UserError(
    chosen
      ? `there is no container engine '${chosen}', which the variable CONTAINER_ENGINE names`
      : 'there is no container engine on this machine: neither docker nor podman is on PATH',
    { at: { input: 'load' }, advice: "Install one, or have the image pushed or written with 'output'." },
  )
}

/** Why not by @actions/exec: see `command.ts`. */
async function execute(child: ChildProcessWithoutNullStreams, feed = endAtOnce): Promise<EngineOutcome> {
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  }
  child.stdin.on('error', () => undefined) // `feed` is told of it as well
  const [closed, fed] = await Promise.allSettled([
    once(child, 'close'),
    feed(child.stdin).catch((error: unknown) => {
      // A command that stops reading is judged by how it ends.
      if (isBrokenPipe(error)) return
      child.kill()
      throw error
    }),
  ])
  if (closed.status === 'rejected') throw closed.reason
  if (fed.status === 'rejected') throw fed.reason
  return { ok: closed.value[0] === 0, ...output }
}

function endAtOnce(stdin: Writable): Promise<void> {
  stdin.end()
  return Promise.resolve()
}

/** Whether a program could not be started since there is none of its name. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT'
}

/** What a pipe says whose reader is gone, on the systems that runners have. */
function isBrokenPipe(error: unknown): boolean {
  return ['EPIPE', 'EOF', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error) ?? '')
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

function cannotStart(program: string, error: unknown): UserError {
  return new UserError(`'${program}' cannot be started: ${messageOf(error)}`, {
    at: { input: 'load' },
    cause: error,
  })
}
