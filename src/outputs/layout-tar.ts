import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { messageOf } from '../common/errors.ts'
import { contentOf, type LayoutFile } from './layout-files.ts'

/**
 * Writes a layout as a tar to `sink`, and ends it. The same files give the same bytes.
 * @throws whatever went wrong first, on either side; `sink` is destroyed then
 */
export async function writeTar(files: readonly LayoutFile[], sink: Writable): Promise<void> {
  const tar = pack()
  const written = pipeline(tar, sink)
  const common = { uid: 0, gid: 0, mtime: new Date(0) }
  const add = async () => {
    for (const name of ['blobs/', 'blobs/sha256/']) {
      tar.entry({ ...common, name, type: 'directory', mode: 0o755 })
    }
    for (const file of files) {
      await pipeline(
        contentOf(file),
        tar.entry({ ...common, name: file.path, type: 'file', mode: 0o644, size: file.size }),
      )
    }
    tar.finalize()
  }
  // Whichever side fails takes the other one down with it; the first reason is the one to tell.
  await Promise.all([
    written,
    add().catch((error: unknown) => {
      tar.destroy(error instanceof Error ? error : new Error(messageOf(error)))
      throw error
    }),
  ])
}
