import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/**
 * The path of a program of Debian's: on this machine, else out of the package of the same name, unpacked without root.
 * @throws Error when the package has no such program, or cannot be had
 */
export async function findProgram(name: string): Promise<string> {
  return (await onPath(name)) ?? (await inPackage(name))
}

async function inPackage(name: string): Promise<string> {
  // Imported here alone: on most machines nothing has to be downloaded.
  const { extractDebs } = await import('./debian.ts')
  return join(await extractDebs([name]), 'usr/bin', name)
}

async function onPath(name: string): Promise<string | undefined> {
  // Daemons lie in sbin, which is not on every user's PATH.
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  for (const directory of directories) {
    const path = join(directory, name)
    try {
      await access(path, constants.X_OK)
      return path
    } catch {
      continue
    }
  }
  return undefined
}
