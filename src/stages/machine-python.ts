import * as core from '@actions/core'
import { closureOf } from '../bytecode/bytecode.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { platformOfSubdir } from '../common/platform.ts'
import { environmentOf, type Environment } from '../environment/read.ts'
import { parsePackageLine } from '../lock/package-line.ts'
import { machineSubdir } from '../micromamba/release.ts'
import { defaultVirtualPackages, solve, type SolvedPackage } from '../micromamba/solve.ts'
import { fetchPackages } from '../packages/download.ts'
import { openPackage, pythonOf, type LinkSource } from '../prefix/link.ts'
import type { RunContext } from './context.ts'

/** What a python of this machine is had for, of an environment for another one. */
export interface PythonPurpose {
  readonly does: string
  /** Of what is to be said when none can be had. */
  readonly input?: string
  readonly advice: string
}

/**
 * The packages of a python for this machine, of the same version and from the same channel as an environment's for another.
 * @throws UserError when there is none
 */
export async function sourcesForMachine(
  subdir: string,
  environment: Environment | undefined,
  { locked, archive }: LinkSource,
  { micromamba, solving, channels, tarballs }: RunContext,
  { does, input, advice }: PythonPurpose,
): Promise<LinkSource[]> {
  const here = machineSubdir()
  const title = `python ${locked.version} for ${here ?? 'this machine'}`
  const cannot = (why: string, cause?: unknown) =>
    new UserError(`${title}, ${does} for ${subdir}, cannot be had: ${why}`, { at: { input }, advice, cause })
  if (here === undefined || here.startsWith('win-')) throw cannot('it would not run here')
  core.info(`${title} is had ${does} for ${subdir}.`)
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
    const packages = pythonClosure(solved).map(({ url, sha256 }) => ({
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

/** Of solved packages python, and all that it depends on. */
export function pythonClosure(packages: readonly SolvedPackage[]): SolvedPackage[] {
  return closureOf(
    'python',
    packages,
    ({ name }) => name,
    ({ depends }) => depends,
  )
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
