import { once } from 'node:events'
import type { UserError } from '../common/errors.ts'
import { formatPlatform, machinePlatform, type Platform } from '../common/platform.ts'
import { engineFailure, type EngineCommand } from '../outputs/outputs.ts'
import { rootCapabilities } from './bundle.ts'
import { hostname } from './conditions.ts'
import { executorInput, type EngineKind } from './engine-session.ts'
import { launcher, launchInput } from './launch.ts'
import { readLines } from './output.ts'
import { secretsFolder } from './secrets.ts'
import type { Command, Outcome } from './types.ts'

/** What a container is besides its command. */
export interface ContainerShape {
  readonly name: string
  readonly image: string
  readonly platform: Platform
  /** Whether its `/tmp` is that of the image, and not a volume, which begins as what the image has there. */
  readonly ownTmp: boolean
}

/**
 * The options of a container, with its image and its entry point. It has what `bundle.ts` gives to those of an OCI runtime, and the command
 * comes over standard input, see `launch.ts`.
 */
export function containerArguments(kind: EngineKind, command: Command, shape: ContainerShape): string[] {
  const { user, cwd, network, secrets } = command
  const { name, image, platform, ownTmp } = shape
  // Podman would copy into it what the image has there.
  const tmpfs = (path: string, options: string) =>
    `--tmpfs=${path}:rw,nosuid,nodev,${options}${kind === 'podman' ? ',notmpcopyup' : ''}`
  const isForeign = platform.architecture !== machinePlatform().architecture
  return [
    '--interactive',
    `--name=${name}`,
    '--pull=never',
    ...(isForeign ? [`--platform=${formatPlatform(platform)}`] : []),
    `--network=${network ? 'host' : 'none'}`,
    `--hostname=${hostname}`,
    `--user=${user.uid}:${user.gid}`,
    `--workdir=${cwd}`,
    '--security-opt=no-new-privileges',
    '--cap-drop=ALL',
    // To another user podman would give them, too.
    ...(user.uid === 0 ? rootCapabilities.map((capability) => `--cap-add=${capability}`) : []),
    // Whoever removes it does not want to wait for it.
    '--stop-timeout=0',
    ...(ownTmp ? [] : ['--volume=/tmp']),
    tmpfs('/run', 'exec,mode=755'),
    // Podman knows no owner of it.
    ...(secrets ? [tmpfs(secretsFolder, 'noexec,mode=1777')] : []),
    `--entrypoint=${launcher.program}`,
    image,
    ...launcher.args,
  ]
}

/**
 * Runs a command in a container of its own to its end; the container stays.
 * @throws UserError when it cannot be started
 */
export async function runContainer(
  engine: EngineCommand,
  kind: EngineKind,
  shape: ContainerShape,
  command: Command,
  onLine: (line: string) => void,
): Promise<Outcome> {
  const { name } = shape
  const args = containerArguments(kind, command, shape)
  const given = launchInput(command)
  if (kind === 'docker') {
    const { ok, stderr } = await engine.run(['create', ...args])
    if (!ok) throw cannotStart(engine, stderr)
  }
  const lines: string[] = []
  const take = (line: string) => {
    lines.push(line)
    if (lines.length > 10) lines.shift()
    onLine(line)
  }
  const child = engine.start(
    kind === 'docker'
      ? ['start', '--attach', '--interactive', name]
      : // Whom `/etc/passwd` does not know podman writes into it, unless told otherwise, which `podman create` cannot be. And where
        // DOCKER_CONFIG names a folder it wants a file with logins there, though nothing is pulled.
        ['run', '--passwd=false', '--authfile=/dev/null', ...args],
  )
  child.stdin.on('error', () => undefined) // a command may end without having read it
  child.stdin.end(given)
  const limit = timeLimit(command.timeout, () => engine.run(['kill', name]))
  try {
    await Promise.all([once(child, 'close'), readLines(child.stdout, take), readLines(child.stderr, take)])
    await engine.run(['wait', name])
  } finally {
    limit.stop()
  }
  const { stdout, stderr } = await engine.run([
    'container',
    'inspect',
    '--format={{.State.Status}} {{.State.ExitCode}}',
    name,
  ])
  const [status, code] = stdout.trim().split(' ')
  if (status !== 'exited') throw cannotStart(engine, lines.join('\n') || stderr)
  return { exitCode: Number(code), timedOut: limit.isOver() }
}

function cannotStart(engine: EngineCommand, stderr: string): UserError {
  return engineFailure(engine, 'cannot run the command', stderr, executorInput)
}

/** Kills after so many seconds, and again until it is stopped: the container may not have begun. */
function timeLimit(seconds: number, kill: () => Promise<unknown>) {
  let isOver = false
  const over = () => {
    isOver = true
    kill().catch(() => undefined) // a client that cannot be started has just been
    timer = setTimeout(over, 1000)
  }
  let timer = setTimeout(over, seconds * 1000)
  return {
    isOver: () => isOver,
    stop: () => {
      clearTimeout(timer)
    },
  }
}
