import { posix } from 'node:path'
import { UserError } from '../common/errors.ts'

/** What is known of a path of an image. */
export interface BaseFile {
  readonly type: 'file' | 'directory' | 'symlink' | 'other'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Of a symlink. */
  readonly target?: string
  /** Of the few small files whose content is wanted. */
  readonly content?: Buffer
}

/** As much of a file as the place of others depends on. */
export interface TreeFile {
  readonly type: string
  /** Of a symlink. */
  readonly target?: string
}

/** An entry of a layer's tar: a file, or another name of one. Paths are clean, and relative to the root. */
export type LayerFile<File extends TreeFile = BaseFile> =
  { readonly path: string; readonly file: File } | { readonly path: string; readonly hardLinkTo: string }

/** What an entry of a layer does to the files below it. */
export interface Placement {
  /** Where it comes to lie; absent for a whiteout, and for another name of a file that is not there. */
  readonly path?: string
  /** Where the file lies that it is another name of. */
  readonly original?: string
  /** All paths that are gone for it, what is below a directory before the directory. */
  readonly hidden: readonly string[]
  /** Directories above it that no layer speaks of, parents first. */
  readonly implied: readonly string[]
}

/** What runtimes give a directory that no layer speaks of but through what it holds. */
export const impliedDirectory = { type: 'directory', mode: 0o755, uid: 0, gid: 0 } as const

/**
 * The files of an image, put together from its layers (OCI image-spec, layer.md, "Whiteouts" and "Applying Changesets").
 */
export class FileTree<File extends TreeFile = BaseFile> {
  readonly #files = new Map<string, File>()
  /** By directory the paths in it, those that are gone among them while something is below them. */
  readonly #inside = new Map<string, Set<string>>()
  readonly #implied: File

  /** @param implied what a directory is that no layer speaks of: `impliedDirectory`, with what else a file here has */
  constructor(implied: File) {
    this.#implied = implied
  }

  get files(): ReadonlyMap<string, File> {
    return this.#files
  }

  /** Puts a layer on those below. */
  apply(layer: Iterable<LayerFile<File>>): void {
    const put = this.beginLayer()
    for (const entry of layer) put(entry)
  }

  /** Puts a layer on those below, one entry after the other. */
  beginLayer(): (entry: LayerFile<File>) => Placement {
    const added = new Set<string>()
    // Where all of the lower layers is hidden already: a second mark changes nothing, and looking for that takes long.
    const emptied = new Set<string>()
    const isFirst = (path: string) => !emptied.has(path) && emptied.add(path).size > 0
    return (entry) => {
      // A path in the tar may lead through a link of a lower layer.
      const path = this.#placeOf(entry.path)
      const name = posix.basename(path)
      if (!name.startsWith('.wh.')) return this.#add(path, entry, added)
      const parent = path.slice(0, -name.length)
      if (name === '.wh..wh..opq') {
        const directory = parent.slice(0, -1)
        return { hidden: isFirst(`${directory}/`) ? this.#hideBelow(directory, added) : [], implied: [] }
      }
      // Others of this kind are AUFS's bookkeeping, and hide nothing.
      if (name.startsWith('.wh..wh.')) return { hidden: [], implied: [] }
      const hidden = `${parent}${name.slice('.wh.'.length)}`
      return { hidden: isFirst(hidden) ? this.#hide(hidden, added) : [], implied: [] }
    }
  }

  #add(path: string, entry: LayerFile<File>, added: Set<string>): Placement {
    const original = 'file' in entry ? undefined : this.#placeOf(entry.hardLinkTo)
    const file = 'file' in entry ? entry.file : this.#files.get(original ?? '')
    if (!file) return { hidden: [], implied: [] }
    // Only a directory in the place of a directory leaves what is there.
    const stays = file.type === 'directory' && this.#files.get(path)?.type === 'directory'
    const hidden = stays || path === original ? [] : this.#hide(path, new Set())
    const implied: string[] = []
    for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) {
      const above = this.#files.get(parent)
      if (above?.type === 'directory') break
      if (above) hidden.push(parent)
      this.#set(parent, this.#implied)
      added.add(parent)
      implied.unshift(parent)
    }
    this.#set(path, file)
    added.add(path)
    return { path, ...(original !== undefined && { original }), hidden, implied }
  }

  #placeOf(path: string): string {
    return resolvePath(this.#files, path, { followLast: false })
  }

  /** A whiteout hides what lower layers have, never what its own layer brings. */
  #hide(path: string, added: ReadonlySet<string>): string[] {
    const file = this.#files.get(path)
    const hidden = file?.type === 'directory' ? this.#hideBelow(path, added) : []
    if (file && !added.has(path)) {
      this.#files.delete(path)
      this.#forget(path)
      hidden.push(path)
    }
    return hidden
  }

  #hideBelow(directory: string, added: ReadonlySet<string>): string[] {
    const hidden: string[] = []
    const waiting = [directory]
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      for (const path of this.#inside.get(place) ?? []) {
        waiting.push(path)
        if (!added.has(path) && this.#files.delete(path)) hidden.push(path)
      }
    }
    // Deeper ones come behind those above them, and are forgotten first.
    hidden.sort().reverse()
    for (const path of hidden) this.#forget(path)
    return hidden
  }

  #set(path: string, file: File): void {
    this.#files.set(path, file)
    const parent = parentOf(path)
    const inside = this.#inside.get(parent)
    if (inside) inside.add(path)
    else this.#inside.set(parent, new Set([path]))
  }

  /** Takes what is gone out of what its directory holds, unless something is below it still. */
  #forget(path: string): void {
    const parent = parentOf(path)
    const inside = this.#inside.get(parent)
    if (this.#inside.has(path) || !inside?.delete(path)) return
    if (inside.size === 0) this.#inside.delete(parent)
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** How many links Linux follows before it takes them for a circle, path_resolution(7). */
const linkLimit = 40

/**
 * The path without links: those among its parents are followed, and the one at its end if that is asked for.
 * @throws UserError when links lead in a circle
 */
export function resolvePath(
  files: ReadonlyMap<string, TreeFile>,
  path: string,
  { followLast }: { followLast: boolean },
): string {
  const waiting = stepsOf(path).reverse()
  let place = ''
  let links = 0
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const next = step === '..' ? parentOf(place) : place === '' ? step : `${place}/${step}`
    const file = files.get(next)
    if (file?.type !== 'symlink' || (waiting.length === 0 && !followLast)) {
      place = next
      continue
    }
    if (++links > linkLimit) {
      throw new UserError(`/${path} leads in a circle of links`, { at: { input: 'base-image' } })
    }
    const target = file.target ?? ''
    if (target.startsWith('/')) place = ''
    waiting.push(...stepsOf(target).reverse())
  }
  return place
}

function stepsOf(path: string): string[] {
  return path.split('/').filter((step) => step !== '' && step !== '.')
}
