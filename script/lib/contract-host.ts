import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The user of the machine that starts containers: nobody that an image knows. */
export const host = { uid: process.getuid?.() || 1000, gid: process.getgid?.() || 1000 }
export const hostUser = `${host.uid}:${host.gid}`

/** A directory of that user, to be mounted into a container. */
export async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'contract-'))
  try {
    await chmod(directory, 0o755)
    if (process.getuid?.() === 0) await chown(directory, host.uid, host.gid)
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
