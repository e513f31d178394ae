import { createReadStream } from 'node:fs'
import { posix } from 'node:path'
import { messageOf } from '../common/errors.ts'
import type { BaseFiles } from '../base/base-files.ts'
import { refusal, type CopyRule } from './copy-rule.ts'
import type { CopySource } from './copy-source.ts'
import { directoryMode } from './reproducible.ts'
import type { LayerEntry, Owner } from './types.ts'

/** What the files are laid on. */
export interface LowerLayers {
  readonly base: BaseFiles
  /** What a directory is that layers between the base and this one have, relative to the image's root. */
  readonly directoryAt?: (path: string) => DirectoryState | undefined
  /** Whose everything is. */
  readonly owner: Owner
}

/** Mode and owner of a directory that is there. */
export type DirectoryState = Owner & { readonly mode: number }

/** A layer on top of an image while it is put together, one path after the other. */
export class CopyOverlay {
  readonly #below: LowerLayers
  /** By resolved path. */
  readonly #entries = new Map<string, LayerEntry>()

  constructor(below: LowerLayers) {
    this.#below = below
  }

  isDirectory(path: string): boolean {
    const place = this.#placeOfDirectory(path)
    return this.#isGiven(place) || this.#entries.get(place)?.type === 'directory'
  }

  /** Lays a source at a path, in the place of what was laid there before. */
  add(path: string, source: CopySource, rule: CopyRule): void {
    if (source.type === 'directory') {
      const place = this.#placeOfDirectory(path)
      this.#addDirectory(place, rule)
      const entry = this.#entries.get(place)
      if (entry) this.#entries.set(place, { ...entry, ...this.#directory(place, rule.mode) })
      return
    }
    const place = this.#below.base.place(path)
    if (this.#isGiven(place)) {
      throw refusal(rule, `'/${path}' is a directory of the image, which a file would replace`)
    }
    this.#addDirectory(posix.dirname(place), rule)
    if (this.#entries.get(place)?.type === 'directory') this.#removeBelow(place)
    this.#entries.set(place, this.#entry(place, source, rule))
  }

  /**
   * All entries, parents first. The directories above them stand there as they are: where a layer does not name them, some engines make
   * them anew with the mode 755.
   */
  entries(): LayerEntry[] {
    const all = new Map(this.#entries)
    for (const path of this.#entries.keys()) {
      for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) {
        const { mode, uid, gid } = this.#given(parent) ?? {}
        if (all.has(parent) || mode === undefined || uid === undefined || gid === undefined) continue
        all.set(parent, { type: 'directory', path: parent, mode, uid, gid })
      }
    }
    return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  #entry(path: string, source: Exclude<CopySource, { type: 'directory' }>, rule: CopyRule): LayerEntry {
    const { owner } = this.#below
    if (source.type === 'symlink') return { path, ...owner, type: 'symlink', target: source.target }
    const { file, size, isExecutable } = source
    const mode = rule.mode ?? (isExecutable ? 0o755 : 0o644)
    return { path, ...owner, type: 'file', mode, size, content: contentOf(file, rule) }
  }

  /** A directory can be searched by whom it can be read by. */
  #directory(path: string, mode?: number): LayerEntry {
    const own = mode === undefined ? directoryMode : mode | ((mode & 0o444) >> 2)
    return { path, ...this.#below.owner, type: 'directory', mode: own }
  }

  /** Where what is laid in a directory goes. */
  #placeOfDirectory(path: string): string {
    return posix.dirname(this.#below.base.place(`${path}/any`))
  }

  /** Adds a directory and those above it where they are not there. */
  #addDirectory(path: string, rule: CopyRule): void {
    if (this.#isGiven(path) || this.#entries.get(path)?.type === 'directory') return
    if (this.#below.base.get(path)) {
      throw refusal(rule, `'/${path}' of the image is no directory, so nothing can be laid in it`)
    }
    this.#addDirectory(posix.dirname(path), rule)
    this.#entries.set(path, this.#directory(path))
  }

  /** Whether the image has a directory at a path, without this layer. */
  #isGiven(path: string): boolean {
    return path === '' || path === '.' || this.#given(path) !== undefined
  }

  /** The directory that the image has at a path, without this layer. */
  #given(path: string): DirectoryState | undefined {
    const { base, directoryAt } = this.#below
    const file = base.get(path)
    return directoryAt?.(path) ?? (file?.type === 'directory' ? file : undefined)
  }

  #removeBelow(path: string): void {
    for (const other of this.#entries.keys()) if (other.startsWith(`${path}/`)) this.#entries.delete(other)
  }
}

/** Opened when it is read, each time anew, since a layer may have more files than a process may have open. */
export function contentOf(file: string, rule: CopyRule): AsyncIterable<Uint8Array> {
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* createReadStream(file) as AsyncIterable<Uint8Array> // without an encoding it gives bytes
    } catch (error) {
      throw refusal(rule, `'${file}' cannot be read: ${messageOf(error)}`, undefined, error)
    }
  }
  return { [Symbol.asyncIterator]: read }
}
