import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { cacheFile, find } from '@actions/tool-cache'
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
    if (folder === folderOfJob(version, subdir)) {
      await mkdir(folder, { recursive: true })
      await copyFile(file, path)
    }
    await chmod(path, 0o755)
  } catch (error) {
    throw cannotWriteTemporary(error)
  }
  return path
}

async function inToolCache(file: string, version: string, subdir: string): Promise<string | undefined> {
  if (!hasToolCache()) return undefined
  try {
    return await cacheFile(file, binaryName(subdir), tool, version, subdir)
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
