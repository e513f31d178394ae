import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { UserError } from '../common/errors.ts'
import { runMicromamba, type Micromamba } from './binary.ts'
import { hashFile } from './fetch.ts'

/**
 * The micromamba that is on this machine already: `$MAMBA_EXE`, as `micromamba shell init` and setup-micromamba set it,
 * else the first on PATH.
 * @param wanted the subdir that it is to be for
 * @param here this machine's
 * @throws UserError when there is none, or it is wanted for another platform
 */
export async function findOnMachine(wanted: string, here: string | undefined): Promise<Micromamba> {
  if (wanted !== here) {
    throw new UserError(
      `micromamba for ${wanted} is needed in the image, and the one on this machine is for ${here ?? process.arch}`,
      {
        at: { input: 'download-micromamba' },
        advice: 'Leave it at true, or start from a base image that has micromamba.',
      },
    )
  }
  const path = await findExecutable(process.env)
  if (path === undefined) {
    throw new UserError('there is no micromamba on PATH, and MAMBA_EXE names none', {
      at: { input: 'download-micromamba' },
      advice: 'Leave it at true, or install micromamba in a step before, as with mamba-org/setup-micromamba.',
    })
  }
  const { stdout } = await runMicromamba(path, ['--version'])
  const version = stdout.trim()
  if (!/^\d+\.\d+/.test(version)) {
    throw new UserError(`'${path}' is not micromamba: it says '${version}' when asked for its version`, {
      at: { input: 'download-micromamba' },
    })
  }
  return { path, version, sha256: await hashFile(path) }
}

async function findExecutable(variables: NodeJS.ProcessEnv): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'micromamba.exe' : 'micromamba'
  const folders = (variables['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const named = variables['MAMBA_EXE']
  // The mamba of a conda environment sets MAMBA_EXE as well, and is another program.
  const candidates = named?.endsWith(name) ? [named] : []
  for (const path of [...candidates, ...folders.map((folder) => join(folder, name))]) {
    if (await isExecutable(path)) return path
  }
  return undefined
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
