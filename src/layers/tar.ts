import { UserError } from '../common/errors.ts'
import { isReserved, opaquePath, whiteoutPath } from '../common/whiteout.ts'
import { fixedTime } from './reproducible.ts'
import { blockSize, formatTarHeader, padding } from './tar-header.ts'
import type { LayerEntry } from './types.ts'

/**
 * Entries as the bytes of a tar, one chunk after the other as they are asked for: memory does not grow with the entries.
 * It is written here and not by a library, since those that there are give 0644 for a mode of 0, cut off large user
 * numbers without a word, and leave a hard link's mode to chance.
 *
 * All layers pass here. A name that means a removal comes in as a whiteout or not at all: it would hide files of other layers.
 * @throws UserError for such a name; Error when a file has other bytes than its size says
 */
export async function* tarStream(
  entries: AsyncIterable<LayerEntry> | Iterable<LayerEntry>,
): AsyncGenerator<Uint8Array> {
  /** Engines give a file the mode and time of every entry that names it, so hard links repeat those of their file. */
  const files = new Map<string, { mode: number; mtime: number }>()
  for await (const entry of entries) {
    const { path, uid, gid } = entry
    if (isReserved(path)) {
      throw new UserError(`'/${path}' would mean in a layer that something is removed`, {
        advice: "Choose another name: no part of a path may begin with '.wh.'.",
      })
    }
    const common = { path, uid, gid, size: 0, mtime: fixedTime }
    switch (entry.type) {
      case 'directory':
        yield formatTarHeader({ ...common, type: 'directory', path: `${path}/`, mode: entry.mode })
        break
      case 'symlink':
        yield formatTarHeader({ ...common, type: 'symlink', target: entry.target, mode: 0o777 })
        break
      case 'whiteout':
        yield formatTarHeader({ ...common, type: 'file', path: whiteoutPath(path), mode: 0o644 })
        break
      case 'opaque':
        yield formatTarHeader({ ...common, type: 'file', path: opaquePath(path), mode: 0o644 })
        break
      case 'device': {
        const { kind, major, minor, mode } = entry
        yield formatTarHeader({ ...common, type: kind, major, minor, mode })
        break
      }
      case 'hardlink': {
        const file = files.get(entry.target)
        if (!file) throw new Error(`hard link '${path}' to '${entry.target}', which is not before it`)
        yield formatTarHeader({ ...common, ...file, type: 'hardlink', target: entry.target })
        break
      }
      case 'file': {
        const { size, mode, mtime = fixedTime } = entry
        files.set(path, { mode, mtime })
        yield formatTarHeader({ ...common, type: 'file', size, mode, mtime })
        yield* contentOf(entry)
        if (size % blockSize !== 0) yield padding(size)
      }
    }
  }
  yield Buffer.alloc(2 * blockSize)
}

async function* contentOf({
  path,
  size,
  content,
}: Extract<LayerEntry, { type: 'file' }>): AsyncGenerator<Uint8Array> {
  let given = 0
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    given += chunk.length
    if (given > size) break
    yield chunk
  }
  if (given !== size) throw new Error(`'${path}' has ${size} bytes, of which there came ${given}`)
}
