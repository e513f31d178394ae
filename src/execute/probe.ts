import { chmod, mkdir, readlink, lstat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { foreignText } from '../common/foreign.ts'
import type { Owner } from '../layers/types.ts'
import { ociConfig, writeNetworkFiles } from './bundle.ts'
import { runQuietly } from './quiet.ts'
import type { RuntimeConfig, RuntimeMount } from './runtime-spec.ts'
import { deleteArguments, readRuntimeError, runArguments, runtimeVariables, type Runtime } from './runtime.ts'
import type { Command } from './types.ts'

/** Where the machine has the programs and libraries that a shell needs. */
const machineFolders = ['usr', 'bin', 'lib', 'lib64', 'nix']

/** What each command asks of a runtime, a secret included. */
const nothing: Command = {
  args: ['/bin/sh', '-c', ':'],
  env: {},
  user: { uid: 0, gid: 0 },
  cwd: '/',
  network: false,
  secrets: {},
  timeout: 10,
}

/**
 * Whether a runtime runs commands here: it runs one that does nothing, by the machine's own shell, in a container like all others.
 * @param scratch an empty folder, its name no other's, that it may use and may leave things in; all above it can be entered by who runs the runtime
 * @param seconds after which it is given up
 * @returns undefined when it does, else what it said
 */
export async function probe(
  runtime: Runtime,
  scratch: string,
  seconds = nothing.timeout,
): Promise<string | undefined> {
  const place = { id: basename(scratch), state: join(scratch, 'state'), bundle: join(scratch, 'bundle') }
  await makeProbeBundle(runtime, scratch, place)
  const env = runtimeVariables(place)
  const outcome = await runQuietly(runArguments(runtime, place), env, seconds)
  if (outcome.exitCode === 0) return undefined
  await runQuietly(deleteArguments(runtime, place), env, seconds)
  const { exitCode, stderr } = outcome
  const said = readRuntimeError(place) ?? foreignText(stderr.trim().split('\n').at(-1) ?? '')
  // What is left there is root's, and not for this process to remove.
  if (runtime.rights === 'sudo')
    await runQuietly(['sudo', '-n', 'rm', '-rf', '--', place.state], env, seconds)
  return said || `it ended with ${exitCode ?? 'a signal'} and no word`
}

async function makeProbeBundle(
  runtime: Runtime,
  scratch: string,
  { state, bundle }: { state: string; bundle: string },
): Promise<void> {
  const [root, temporary, networkFiles] = ['root', 'tmp', 'etc'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ]
  for (const folder of [state, bundle, root, temporary]) await mkdir(folder)
  await chmod(temporary, 0o1777)
  await writeNetworkFiles(networkFiles)
  const machine = await machineMounts(root)
  const rootless = runtime.rights === 'rootless' ? ownIds() : undefined
  const config = ociConfig(nothing, {
    root,
    temporary,
    networkFiles,
    seccomp: runtime.seccomp,
    ...(rootless && { rootless }),
  })
  const withMachine: RuntimeConfig = { ...config, mounts: [...config.mounts, ...machine] }
  await writeFile(join(bundle, 'config.json'), JSON.stringify(withMachine))
  await makeMountPoints(root, withMachine)
}

/** The runtime would make them, but as root, and then this process could not remove them. */
async function makeMountPoints(root: string, { mounts }: RuntimeConfig): Promise<void> {
  for (const { destination } of mounts) {
    if (/^\/(dev|run)\//.test(destination)) continue // these are in file systems of memory
    const place = join(root, destination)
    await mkdir(destination.startsWith('/etc/') ? dirname(place) : place, { recursive: true })
    if (destination.startsWith('/etc/')) await writeFile(place, '')
  }
}

/** Symbolic links to /usr are made, folders are mounted with all that is mounted there, which a plain user cannot leave out. */
async function machineMounts(root: string): Promise<RuntimeMount[]> {
  const mounts: RuntimeMount[] = []
  for (const name of machineFolders) {
    const found = await lstat(`/${name}`).catch(() => undefined)
    if (found?.isSymbolicLink()) await symlink(await readlink(`/${name}`), join(root, name))
    else if (found) {
      mounts.push({ destination: `/${name}`, type: 'bind', source: `/${name}`, options: ['rbind', 'rslave'] })
    }
  }
  return mounts
}

/** Whose this process is, on systems that have users at all. */
export function ownIds(): Owner {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
}
