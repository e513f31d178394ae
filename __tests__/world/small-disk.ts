import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './command.ts'

/** A file system of its own. */
export interface SmallDisk {
  readonly path: string
  /** From now on nothing can be written there. */
  seal(): Promise<void>
  remove(): Promise<void>
}

/** Mounts a disk that holds few bytes. Needs root. */
export async function mountSmallDisk(size: string): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'small-disk-'))
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path])
  return {
    path,
    async seal() {
      await run('mount', ['-o', 'remount,ro', path])
    },
    async remove() {
      await run('umount', ['--lazy', path])
      await rm(path, { recursive: true })
    },
  }
}
