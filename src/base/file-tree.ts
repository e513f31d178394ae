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

/** An entry of a layer's tar: a file, or another name of one. Paths are clean, and relative to the root. */
export type LayerFile =
  { readonly path: string; readonly file: BaseFile } | { readonly path: string; readonly hardLinkTo: string }

/** What runtimes give a directory that no layer speaks of but through what it holds. */
const impliedDirectory: BaseFile = { type: 'directory', mode: 0o755, uid: 0, gid: 0 }

/** The files of an image, put together from its layers. */
export class FileTree {
  readonly #files = new Map<string, BaseFile>()

  get files(): ReadonlyMap<string, BaseFile> {
    return this.#files
  }

  /** Puts a layer on those below (OCI image-spec, layer.md, "Whiteouts" and "Applying Changesets"). */
  apply(layer: readonly LayerFile[]): void {
    const added = new Set<string>()
    for (const entry of layer) {
      // A path in the tar may lead through a link of a lower layer.
      const path = resolvePath(this.#files, entry.path, { followLast: false })
      if (!this.#applyWhiteout(path, added)) this.#add(path, entry, added)
    }
  }

  #applyWhiteout(path: string, added: ReadonlySet<string>): boolean {
    const name = posix.basename(path)
    if (!name.startsWith('.wh.')) return false
    const parent = path.slice(0, -name.length)
    if (name === '.wh..wh..opq') this.#hideBelow(parent, added)
    // Others of this kind are AUFS's bookkeeping, and hide nothing.
    else if (!name.startsWith('.wh..wh.')) this.#hide(`${parent}${name.slice('.wh.'.length)}`, added)
    return true
  }

  #add(path: string, entry: LayerFile, added: Set<string>): void {
    const file = 'file' in entry ? entry.file : this.#files.get(this.#placeOf(entry.hardLinkTo))
    if (!file) return
    if (file.type !== 'directory') this.#hide(path, new Set())
    for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) {
      if (this.#files.get(parent)?.type === 'directory') break
      this.#files.set(parent, impliedDirectory)
      added.add(parent)
    }
    this.#files.set(path, file)
    added.add(path)
  }

  #placeOf(path: string): string {
    return resolvePath(this.#files, path, { followLast: false })
  }

  /** A whiteout hides what lower layers have, never what its own layer brings. */
  #hide(path: string, added: ReadonlySet<string>): void {
    if (this.#files.get(path)?.type === 'directory') this.#hideBelow(`${path}/`, added)
    if (!added.has(path)) this.#files.delete(path)
  }

  #hideBelow(start: string, added: ReadonlySet<string>): void {
    for (const path of this.#files.keys()) {
      if (path.startsWith(start) && !added.has(path)) this.#files.delete(path)
    }
  }
}

/** How many links Linux follows before it takes them for a circle, path_resolution(7). */
const linkLimit = 40

/**
 * The path without links: those among its parents are followed, and the one at its end if that is asked for.
 * @throws UserError when links lead in a circle
 */
export function resolvePath(
  files: ReadonlyMap<string, BaseFile>,
  path: string,
  { followLast }: { followLast: boolean },
): string {
  const waiting = stepsOf(path).reverse()
  let place = ''
  let links = 0
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const next = posix.join('/', place, step).slice(1)
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
