import { readFileSync, rmSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { foreignText } from '../common/foreign.ts'
import { isRecord } from '../common/json.ts'
import { runQuietly } from './quiet.ts'

/** A program that runs containers as the OCI runtime-spec has it. */
export type RuntimeName = 'runc' | 'crun'

/** With what rights it runs: this process is root's; `sudo -n` makes it so; or it does with those of a plain user. */
export type Rights = 'root' | 'sudo' | 'rootless'

/** A way to run containers on this machine. */
export interface Runtime {
  readonly name: RuntimeName
  /** Its path. */
  readonly program: string
  readonly rights: Rights
  /** Whether it was built to filter system calls. */
  readonly seccomp: boolean
}

/** `runc as root`, `crun by sudo`, `runc without root` */
export function describeRuntime({ name, rights }: Runtime): string {
  return `${name} ${{ root: 'as root', sudo: 'by sudo', rootless: 'without root' }[rights]}`
}

/** Where they are besides PATH, which for a plain user often lacks the first ones: as podman looks for them (containers.conf). */
const usualFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/libexec/crio',
  '/usr/lib/cri-o-runc/sbin',
]

/**
 * Finds the ways to run containers that this machine may have; `probe` says which of them do. Those with more rights come first, since
 * files then belong to whom they belong in the image.
 * @param environment with PATH
 * @param uid whose this process is
 */
export async function findRuntimes(
  environment: NodeJS.ProcessEnv,
  uid: number | undefined = process.getuid?.(),
): Promise<Runtime[]> {
  if (process.platform !== 'linux') return []
  const path = (environment['PATH'] ?? '').split(delimiter).filter(isAbsolute)
  const programs: Omit<Runtime, 'rights'>[] = []
  for (const name of ['runc', 'crun'] as const) {
    const program = await firstExecutable(name, [...path, ...usualFolders])
    if (program !== undefined)
      programs.push({ name, program, seccomp: await filtersCalls(program, environment) })
  }
  if (programs.length === 0) return []
  const rights: Rights[] =
    uid === 0 ? ['root'] : (await hasSudo(environment)) ? ['sudo', 'rootless'] : ['rootless']
  return rights.flatMap((rights) => programs.map((program) => ({ ...program, rights })))
}

async function firstExecutable(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, name)
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}

/** runc names its libseccomp among its versions, crun says `+SECCOMP`; one that cannot even say its version is for a probe to judge. */
async function filtersCalls(program: string, { PATH }: NodeJS.ProcessEnv): Promise<boolean> {
  const { stdout } = await runQuietly([program, '--version'], { PATH })
  return /^libseccomp: |\+SECCOMP\b/m.test(stdout)
}

async function hasSudo(environment: NodeJS.ProcessEnv): Promise<boolean> {
  return (await runQuietly(['sudo', '-n', 'true'], { PATH: environment['PATH'] })).exitCode === 0
}

/** How containers of one runtime are told apart. */
export interface ContainerPlace {
  /** Of letters, digits and dashes; no other container of `state` has it. */
  readonly id: string
  /** A folder of ours, where the runtime keeps what it knows of its containers; with a short path, since sockets are in it. */
  readonly state: string
}

/** A container with its bundle: the folder that has `config.json`, and where the runtime's own log goes. */
export type Container = ContainerPlace & { readonly bundle: string }

const logOf = (bundle: string) => join(bundle, 'runtime.log')

/**
 * The program and the arguments that run a container to its end. Standard input, output and error are the container's, so is the exit
 * code, unless it could not be started, see `readRuntimeError`.
 */
export function runArguments(runtime: Runtime, { bundle, ...place }: Container): string[] {
  const log = ['--log', logOf(bundle), '--log-format', 'json']
  return [...beginning(runtime, place), ...log, 'run', '--bundle', bundle, place.id]
}

/**
 * Why a container could not be started or held, once it has ended with an error; undefined when that was the command's own. The log is
 * gone then, for the next container of this bundle.
 */
export function readRuntimeError({ bundle }: Pick<Container, 'bundle'>): string | undefined {
  const file = logOf(bundle)
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    rmSync(file)
    return lines.flatMap(errorOf).at(-1)
  } catch {
    return undefined // there was nothing to log
  }
}

function errorOf(line: string): string[] {
  const entry: unknown = JSON.parse(line)
  if (!isRecord(entry) || entry['level'] !== 'error' || typeof entry['msg'] !== 'string') return []
  return [foreignText(entry['msg'])]
}

/** Those that kill everything in it at once. */
export function killArguments(runtime: Runtime, place: ContainerPlace): string[] {
  return [...beginning(runtime, place), 'kill', place.id, 'KILL']
}

/** Those that remove what is left of it: processes, cgroups, state; none of it being there is no error. */
export function deleteArguments(runtime: Runtime, place: ContainerPlace): string[] {
  return [...beginning(runtime, place), 'delete', '--force', place.id]
}

function beginning({ name, program, rights }: Runtime, { state }: ContainerPlace): string[] {
  return [
    ...(rights === 'sudo' ? ['sudo', '-n'] : []),
    program,
    ...['--root', state],
    // A plain user may make no cgroup. runc then goes without by itself, as long as the config asks for none.
    ...(name === 'crun' ? [`--cgroup-manager=${rights === 'rootless' ? 'disabled' : 'cgroupfs'}`] : []),
  ]
}

/**
 * All variables of a runtime, and of the sudo before it: none of them reaches a container, but neither should the runtime have the
 * job's.
 */
export function runtimeVariables({ state }: Pick<ContainerPlace, 'state'>): NodeJS.ProcessEnv {
  const folders = [process.env['PATH'], '/usr/sbin', '/usr/bin', '/sbin', '/bin'].filter(Boolean)
  return { PATH: folders.join(delimiter), XDG_RUNTIME_DIR: state }
}
