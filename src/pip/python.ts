import { join } from 'node:path'
import { installPython, type PythonUse } from '../bytecode/bytecode.ts'
import { pythonOf, type LinkSource } from '../prefix/link.ts'

/** Python with the libraries that it is linked with, nearly all of its standard library, whom it trusts, and pip. */
const resolving: PythonUse = {
  needed:
    /^(?:bin\/python[^/]*|ssl\/.*|lib\/[^/]+\.(?:so|dylib)[^/]*|lib\/python[^/]+\/(?:site-packages\/pip\/|(?!site-packages\/|test\/|ensurepip\/|idlelib\/|turtledemo\/|config-)).*)$/,
  beside: ['pip'],
  does: 'asks pip what to install',
  advice: "Make the image on a runner of its platform, or take what 'pip:' asks for from a channel.",
}

/** A python, and where its pip is, as `ResolveRequest` has them. */
export interface PythonWithPip {
  readonly python: string
  readonly pip: string
}

/**
 * Puts python and pip on this machine's disk.
 * @param packages python for this machine and all that it depends on, and the environment's own pip
 * @param directory absolute, not there yet
 * @throws UserError when it does not run here
 */
export async function installPythonWithPip(
  packages: readonly LinkSource[],
  directory: string,
): Promise<PythonWithPip> {
  const python = await installPython(packages, directory, resolving)
  const source = packages.find(({ locked }) => locked.name === 'python')
  if (!source) throw new Error('there is no python to install')
  return { python, pip: join(directory, pythonOf(source.archive.info.index).sitePackages) }
}
