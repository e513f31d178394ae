import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dependsOf, installPython, nameOfSpec } from '../bytecode/bytecode.ts'
import { digestOf } from '../common/digest.ts'
import type { LockedPackage } from '../lock/types.ts'
import { machineSubdir } from '../micromamba/release.ts'
import { pythonOf, type LinkSource } from '../prefix/link.ts'
import type { RunContext } from './context.ts'
import type { LockedMember } from './locked-member.ts'
import { sourcesForMachine } from './machine-python.ts'

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
      : await sourcesForMachine(subdir, member.environment, python, context, {
          does: 'to compile what goes into the image',
          input: 'compile-pyc',
          advice: "Set 'compile-pyc: false', or make this image on a runner of its platform.",
        })
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
