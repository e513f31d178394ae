import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@actions/core'
import { closureOf, dependsOf, installPython, nameOfSpec } from '../bytecode/bytecode.ts'
import { digestOf } from '../common/digest.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { platformOfSubdir } from '../common/platform.ts'
import { environmentOf, type Environment } from '../environment/read.ts'
import type { LockedPackage } from '../lock/types.ts'
import { parsePackageLine } from '../lock/package-line.ts'
import { machineSubdir } from '../micromamba/release.ts'
import { defaultVirtualPackages, solve } from '../micromamba/solve.ts'
import { fetchPackages } from '../packages/download.ts'
import { openPackage, pythonOf, type LinkSource } from '../prefix/link.ts'
import type { LockedMember } from './lock.ts'
import type { RunContext } from './context.ts'

/** Opens packages of an environment by their positions in its lock, fetched if need be. */
export type OpenPackages = (positions: readonly number[]) => Promise<LinkSource[]>

/**
 * The python that compiles an environment's noarch packages on this machine: the environment's own where it runs here, else one of the
 * same version for this machine from the same channels. Bytecode depends on python's version, not on its platform.
 * @returns python's executable
 * @throws UserError when none can be had: without it the image would be another one than elsewhere
 */
export async function pythonForBytecode(
  member: LockedMember,
  open: OpenPackages,
  context: RunContext,
): Promise<string> {
  const { packages } = member.resolved.lock
  const [python] = await open([packages.findIndex(({ name }) => name === 'python')])
  if (!python) throw new Error('an environment without python has nothing to compile')
  const { executable } = pythonOf(python.archive.info.index)
  const { version, channel, subdir } = python.locked
  // Another platform's of the same version serves as well.
  const name = digestOf(JSON.stringify([channel, version, executable])).slice('sha256:'.length, -48)
  const directory = join(context.scratch, `python-${name}`)
  if (existsSync(join(directory, executable))) return join(directory, executable)
  const sources =
    subdir === machineSubdir()
      ? await closureOfLocked(python, packages, open)
      : await sourcesForMachine(subdir, member, python, context)
  return installPython(sources, directory)
}

/** Python and all that it depends on, fetched as it becomes known. */
async function closureOfLocked(
  python: LinkSource,
  packages: readonly LockedPackage[],
  open: OpenPackages,
): Promise<LinkSource[]> {
  const found = new Map([[python.locked.name, python]])
  for (let newest = [python]; newest.length > 0;) {
    const names = new Set(newest.flatMap(dependsOf).map(nameOfSpec))
    const positions = [...packages.keys()].filter((position) => {
      const { name = '' } = packages[position] ?? {}
      return names.has(name) && !found.has(name)
    })
    newest = await open(positions)
    for (const source of newest) found.set(source.locked.name, source)
  }
  return [...found.values()]
}

async function sourcesForMachine(
  subdir: string,
  { environment }: LockedMember,
  { locked, archive }: LinkSource,
  { micromamba, solving, channels, tarballs }: RunContext,
): Promise<LinkSource[]> {
  const here = machineSubdir()
  const title = `python ${locked.version} for ${here ?? 'this machine'}`
  const cannot = (why: string, cause?: unknown) =>
    new UserError(`${title}, to compile what goes into the image for ${subdir}, cannot be had: ${why}`, {
      at: { input: 'compile-pyc' },
      advice: "Set 'compile-pyc: false', or make this image on a runner of its platform.",
      cause,
    })
  if (here === undefined || here.startsWith('win-')) throw cannot('it would not run here')
  core.info(`${title} compiles modules for ${subdir}.`)
  try {
    const freeThreaded = pythonOf(archive.info.index).executable.endsWith('t')
    const build = freeThreaded ? ` *_cp${locked.version.split('.').slice(0, 2).join('')}t` : ''
    const wanted = withChannels(
      environmentOf([`python ==${locked.version}${build}`], [locked.channel]),
      environment,
      solving.condarc !== undefined,
    )
    const access = await channels(wanted)
    const machine = platformOfSubdir(here)
    const solved = await solve(await micromamba.install(), {
      environment: wanted,
      platform: here,
      virtualPackages: machine ? defaultVirtualPackages(machine.subdir) : {},
      access,
      ...solving,
    })
    const needed = closureOf(
      'python',
      solved,
      (item) => item.name,
      ({ depends }) => depends,
    )
    const packages = needed.map(({ url, sha256 }) => ({
      ...parsePackageLine(`${url}#sha256:${sha256}`, true),
      line: 0,
    }))
    const fetched = await fetchPackages(packages, tarballs, {
      lockFile: title,
      authorize: access.authorize,
    })
    return await Promise.all(fetched.map(openPackage))
  } catch (error) {
    throw error instanceof UserError ? cannot(messageOf(error), error) : error
  }
}

/** The channels that the environment was solved from; without those the one that its python came from. */
function withChannels(
  wanted: Environment,
  environment: Environment | undefined,
  hasCondarc: boolean,
): Environment {
  if (!environment || (environment.channels.length === 0 && !hasCondarc)) return wanted
  const { channels, noDefaults, secrets } = environment
  return { ...wanted, channels, noDefaults, secrets }
}
