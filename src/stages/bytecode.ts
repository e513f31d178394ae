import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@actions/core'
import type { Request } from '../action/request.ts'
import { closureOf, installPython } from '../bytecode/bytecode.ts'
import { digestOf } from '../common/digest.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { platformOfSubdir, type Platform } from '../common/platform.ts'
import { environmentOf, type Environment } from '../environment/read.ts'
import { parsePackageLine } from '../lock/package-line.ts'
import { installMicromamba } from '../micromamba/install.ts'
import { machineSubdir } from '../micromamba/release.ts'
import { defaultVirtualPackages, solve } from '../micromamba/solve.ts'
import { channelCredentials } from '../packages/channel-credentials.ts'
import { fetchPackages } from '../packages/download.ts'
import { pythonOf, type LinkSource } from '../prefix/link.ts'
import { openSource, type PrefixPlan } from '../prefix/prefix.ts'
import type { Member } from './environments.ts'
import type { Workshop } from './workshop.ts'

/**
 * The python that compiles an environment's noarch packages on this machine: the environment's own where it runs here, else one of the
 * same version for this machine from the same channels. Bytecode depends on python's version, not on its platform.
 * @returns python's executable; undefined when there is nothing to compile
 * @throws UserError when none can be had: without it the image would be another one than elsewhere
 */
export async function pythonForBytecode(
  request: Request,
  platform: Platform,
  member: Member,
  plan: PrefixPlan,
  workshop: Workshop,
): Promise<{ readonly executable: string } | undefined> {
  const python = plan.sources.find(({ locked }) => locked.name === 'python')
  if (!python || !plan.plans.some(({ isCompiled, bytecode }) => isCompiled && bytecode.length > 0)) {
    return undefined
  }
  const { executable } = pythonOf(python.archive.info.index)
  const { version, channel } = python.locked
  // Another platform's of the same version serves as well.
  const name = digestOf(JSON.stringify([channel, version, executable])).slice('sha256:'.length, -48)
  const directory = join(workshop.scratch, `python-${name}`)
  if (existsSync(join(directory, executable))) return { executable: join(directory, executable) }
  const sources =
    platform.subdir === machineSubdir()
      ? plan.sources
      : await sourcesForMachine(request, platform, member, python, workshop)
  return { executable: await installPython(sources, directory) }
}

async function sourcesForMachine(
  request: Request,
  { subdir }: Platform,
  { environment }: Member,
  { locked, archive }: LinkSource,
  { tarballs }: Workshop,
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
      request.condarc !== undefined,
    )
    const machine = platformOfSubdir(here)
    const solved = await solve(await installMicromamba(request.micromamba), {
      environment: wanted,
      platform: here,
      virtualPackages: machine ? defaultVirtualPackages(machine.subdir) : {},
      condarc: request.condarc,
      logLevel: request.logLevel,
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
      authorize: await channelCredentials(wanted.channels.map(({ source }) => source)),
    })
    return await Promise.all(fetched.map(openSource))
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
