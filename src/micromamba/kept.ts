import { randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as core from '@actions/core'
import { find } from '@actions/tool-cache'
import { messageOf } from '../common/errors.ts'
import { cannotWriteTemporary, temporaryFolder } from '../common/scratch.ts'

/**
 * Where binaries stay once they are downloaded: in the runner's tool cache; where there is none or it cannot be written, as
 * in many containers, in the job's temporary folder.
 */

const tool = 'micromamba'

export function binaryName(subdir: string): string {
  return subdir.startsWith('win-') ? `${tool}.exe` : tool
}

/** Where a binary may be, the best place first. */
export function keptBinaries(version: string, subdir: string): string[] {
  const folder = hasToolCache() ? find(tool, version, subdir) : ''
  return [...(folder === '' ? [] : [folder]), folderOfJob(version, subdir)].map((place) =>
    join(place, binaryName(subdir)),
  )
}

/**
 * Keeps a downloaded file as the binary for a subdir.
 * @returns its path
 * @throws UserError when it can be kept nowhere
 */
export async function keepBinary(file: string, version: string, subdir: string): Promise<string> {
  const folder = (await inToolCache(file, version, subdir)) ?? folderOfJob(version, subdir)
  const path = join(folder, binaryName(subdir))
  try {
    if (folder === folderOfJob(version, subdir)) await place(file, path)
  } catch (error) {
    throw cannotWriteTemporary(error)
  }
  return path
}

/** Other jobs may be running what is there, or looking for it: it is replaced in one step. */
async function place(file: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${randomUUID()}`
  try {
    await copyFile(file, unfinished)
    await chmod(unfinished, 0o755)
    await rename(unfinished, path)
  } finally {
    await rm(unfinished, { force: true })
  }
}

/** As @actions/tool-cache lays it out, whose own `cacheFile` empties the folder first, with other jobs in it. */
async function inToolCache(file: string, version: string, subdir: string): Promise<string | undefined> {
  if (!hasToolCache()) return undefined
  try {
    const folder = join(process.env['RUNNER_TOOL_CACHE'] ?? '', tool, version, subdir)
    await place(file, join(folder, binaryName(subdir)))
    await writeFile(`${folder}.complete`, '')
    return folder
  } catch (error) {
    core.warning(
      `The tool cache cannot be written, so micromamba is kept for this job only: ${messageOf(error)}`,
    )
    return undefined
  }
}

/** Without it, @actions/tool-cache throws. */
function hasToolCache(): boolean {
  return Boolean(process.env['RUNNER_TOOL_CACHE'])
}

function folderOfJob(version: string, subdir: string): string {
  return join(temporaryFolder(), 'micromamba-image-tools', version, subdir)
}
