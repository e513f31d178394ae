import { posix } from 'node:path'
import { whiteoutPath } from '../common/whiteout.ts'
import type { LayerEntry, Owner } from '../layers/types.ts'
import type { BaseFile, BaseFiles } from '../base/base-files.ts'

export interface Attributes {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
}

/**
 * Entries to be put over a base, each at its resolved place, none twice. The directories above an entry stand before it, as the
 * base has them: where a layer does not name them, some engines make them anew with the mode 755, and root's home, or
 * the user's own, would lose what it was.
 */
export class Overlay {
  readonly entries: LayerEntry[] = []
  readonly #base: BaseFiles
  readonly #placed = new Set<string>()

  constructor(base: BaseFiles) {
    this.#base = base
  }

  file(path: string, content: string | Uint8Array, attributes: Attributes = {}): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    this.#put(path, (place) => ({
      ...place,
      type: 'file',
      mode: 0o644,
      size: bytes.length,
      content: bytes,
      ...attributes,
    }))
  }

  /** A file that may be there already, which keeps its mode and its owner; nothing when it has that content. */
  edit(path: string, content: string, attributes: Attributes = {}): void {
    const present = this.#base.get(path)
    if (present === undefined) this.file(path, content, attributes)
    else if (this.#base.text(path) !== content) {
      const { mode, uid, gid } = present
      this.file(path, content, { mode, uid, gid })
    }
  }

  symlink(path: string, target: string, { uid, gid }: Pick<Attributes, 'uid' | 'gid'> = {}): void {
    this.#put(path, (place) => ({
      ...place,
      type: 'symlink',
      target,
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    }))
  }

  /** A directory, which keeps mode and owner when the base has it. */
  directory(path: string, attributes: Attributes = {}): void {
    // A link at its end is followed too: what is meant is the directory that it leads to.
    const place = posix.dirname(this.#base.place(`${path}/.inside`))
    if (place === '.') return
    const present = this.#base.get(place)
    this.#putAt(place, {
      path: place,
      type: 'directory',
      mode: 0o755,
      uid: 0,
      gid: 0,
      ...(present?.type === 'directory'
        ? { mode: present.mode, uid: present.uid, gid: present.gid }
        : attributes),
    })
  }

  /** What the base has at a path, with another owner; nothing when it is a file whose content is not at hand. */
  own(path: string, { type, mode, target, content }: BaseFile, { uid, gid }: Owner): void {
    const owner = { uid, gid }
    const place = this.#base.place(path)
    if (type === 'directory') this.#putAt(place, { type, path: place, mode, ...owner })
    else if (type === 'symlink') this.symlink(path, target ?? '', owner)
    else if (content) this.file(path, content, { mode, ...owner })
  }

  /** Takes away what the base has at a path (OCI image-spec, layer.md, "Whiteouts"). */
  remove(path: string): void {
    const place = this.#base.place(path)
    this.#putAt(whiteoutPath(place), { type: 'whiteout', path: place, uid: 0, gid: 0 })
  }

  #put(path: string, make: (place: { path: string; uid: number; gid: number }) => LayerEntry): void {
    const place = this.#base.place(path)
    this.#putAt(place, make({ path: place, uid: 0, gid: 0 }))
  }

  #putAt(place: string, entry: LayerEntry): void {
    if (this.#placed.has(place)) return
    this.#placed.add(place)
    this.directory(posix.dirname(place))
    this.entries.push(entry)
  }
}
