import {
  chmodSync,
  closeSync,
  constants,
  createReadStream,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
  type Stats,
} from 'node:fs'
import { join, posix } from 'node:path'
import { resolvePath, type Placement } from '../base/file-tree.ts'
import { isFile, readLayerTar, type LayerBlob, type TarEntry } from '../base/layer-tar.ts'
import { fixedTime } from '../layers/reproducible.ts'
import type { Owner } from '../layers/types.ts'
import { emptyBefore, entryBefore, hashesIn } from './before.ts'
import type { Differences } from './changes.ts'
import { above, isBelow, isPassing } from './conditions.ts'
import type { FileBefore, FileNow, FileState, PackedChanges } from './types.ts'

/** What every image has, said of or not. */
const rootDirectory = { type: 'directory', mode: 0o755, uid: 0, gid: 0 } as const

/** What tells a file that is as it was laid: no program can set its time of change back. */
interface Stamp {
  readonly inode: number
  readonly changed: number
}

/**
 * The file system of an image in a folder of this machine, laid layer by layer. Calls are synchronous: there are some ten thousands of
 * small files, and a process of its own that does nothing else.
 *
 * As root everything has its owner. Another user owns all of it, and of users there is one when a command runs: files of others get
 * modes by which he may do with them what he might if they were theirs (`modeFor`).
 */
export class DiskTree {
  readonly root: string
  readonly #user: Owner | undefined
  readonly #layers: LayerBlob[] = []
  readonly #before = emptyBefore()
  readonly #times = new Map<string, number>()
  /** Folders of ours for commands to begin in. */
  readonly #provided = new Map<string, FileState>()
  #stamps = new Map<string, Stamp>()
  /** Whether it is not settled. */
  #isOpen = true

  /**
   * @param root an empty folder
   * @param user the only one that commands run as, where this process is not root's
   */
  constructor(root: string, user?: Owner) {
    this.root = root
    this.#user = user
    chmodSync(root, 0o755)
  }

  /**
   * Lays a layer on those below.
   * @param entries what it has, where they are being read already
   */
  async add(layer: LayerBlob, entries: AsyncIterable<TarEntry> = readLayerTar(layer)): Promise<void> {
    this.#open()
    const index = this.#layers.push(layer) - 1
    const put = this.#before.beginLayer()
    for await (const entry of entries) {
      const placement = put(entryBefore(entry.path, entry.header, index))
      this.#clear(placement)
      const { path, original } = placement
      const state = path === undefined ? undefined : this.#before.files.get(path)
      if (path === undefined || !state || path === original) continue
      if (original !== undefined) linkSync(this.#onDisk(original), this.#onDisk(path))
      else await this.#lay(path, state, timeOf(entry.header), entry.content)
    }
  }

  /** To be called when layers were laid, before anything runs. */
  settle(): void {
    if (this.#isOpen) this.#close()
  }

  #close(): void {
    this.#stamps = new Map()
    // The deepest first: what is below a closed one is out of reach.
    for (const [path, state] of this.#directories().toReversed()) {
      const directory = this.#onDisk(path)
      for (const [inside, stats] of this.#list(path)) {
        if (!stats.isDirectory()) this.#stamps.set(inside, stampOf(stats))
      }
      const time = this.#times.get(path) ?? fixedTime
      utimesSync(directory, time, time)
      if (this.#user) chmodSync(directory, modeFor(state, this.#user))
      this.#stamps.set(path, stampOf(lstatSync(directory)))
    }
    this.#isOpen = false
  }

  /** Makes a folder for a command to begin in, as engines do: what was not there is root's. */
  provide(directory: string): void {
    const path = directory.replace(/^\/+|\/+$/g, '')
    const place = resolvePath(this.#before.files, path, { followLast: true })
    for (const part of [...above(place), place].sort()) {
      const file = this.#onDisk(part)
      const stats = lstatSync(file, { throwIfNoEntry: false })
      // What a command has put there may lead out of the tree.
      if (stats && !stats.isDirectory()) return
      if (stats) continue
      this.#within(posix.dirname(part), () => {
        mkdirSync(file)
        chmodSync(file, this.#user ? modeFor(rootDirectory, this.#user) : rootDirectory.mode)
      })
      this.#provided.set(part, rootDirectory)
    }
  }

  /** What is other than it was laid, or packed. Until it is settled again nothing is to run. */
  differences(): Differences {
    const before = this.#before.files
    const now = new Map<string, FileNow>()
    const found = new Set<string>()
    for (const [path, stats] of this.#walk()) {
      const stamp = stampOf(stats)
      const old = this.#stamps.get(path)
      found.add(path)
      if (old?.inode === stamp.inode && old.changed === stamp.changed) continue
      now.set(
        path,
        this.#now(path, stats, old?.inode === stamp.inode ? before.get(path) : this.#provided.get(path)),
      )
    }
    // Nodes of devices are not laid.
    const gone = [...before]
      .filter(([path, { type }]) => !found.has(path) && type !== 'device' && type !== 'other')
      .map(([path]) => path)
    const hashesBefore = (paths: readonly string[]) => {
      const wanted = paths.flatMap((path): [string, FileBefore][] => {
        const old = before.get(path)
        return old ? [[path, old]] : []
      })
      return hashesIn(this.#layers, new Map(wanted))
    }
    return { before, now, gone, hashesBefore }
  }

  /** Takes what was packed for what is there, as the image will have it; what was left out of it is as it was before. */
  async adopt({ leftover }: PackedChanges, layer: LayerBlob): Promise<void> {
    const index = this.#layers.push(layer) - 1
    const put = this.#before.beginLayer()
    for await (const { path, header } of readLayerTar(layer)) {
      const placement = put(entryBefore(path, header, index))
      const time = timeOf(header)
      if (header.type === 'directory') this.#times.set(path, time)
      else if (isFile(header) && placement.path !== undefined) utimesSync(this.#onDisk(path), time, time)
    }
    if (leftover.length > 0) await this.#restore(leftover)
    this.#close()
  }

  /** Makes of what is at some paths, and below, what the layers have there. */
  async #restore(paths: readonly string[]): Promise<void> {
    this.#open()
    for (const path of paths) removeTree(this.#onDisk(path))
    const lost = [...this.#before.files].filter(([path]) => paths.some((place) => isBelow(path, place)))
    const files = new Map<string, string[]>()
    const keyOf = ({ layer, name }: FileBefore['source']) => `${layer}/${name}`
    for (const [path, state] of lost.sort(([one], [other]) => (one < other ? -1 : 1))) {
      if (state.type === 'file')
        files.set(keyOf(state.source), [...(files.get(keyOf(state.source)) ?? []), path])
      else await this.#lay(path, state, this.#times.get(path) ?? fixedTime)
    }
    for (const [layer, blob] of this.#layers.entries()) {
      if (!lost.some(([, { type, source }]) => type === 'file' && source.layer === layer)) continue
      for await (const { path: name, header, content } of readLayerTar(blob)) {
        const [path, ...others] = (isFile(header) && files.get(keyOf({ layer, name }))) || []
        const state = path === undefined ? undefined : this.#before.files.get(path)
        if (path === undefined || !state) continue
        await this.#lay(path, state, timeOf(header), content)
        for (const other of others) linkSync(this.#onDisk(path), this.#onDisk(other))
      }
    }
  }

  /** The directories of the image, its root the first, each before what it holds. */
  #directories(): [path: string, state: FileState][] {
    const found = [...this.#before.files].filter(
      ([path, { type }]) => type === 'directory' && !isPassing(path),
    )
    return [['', rootDirectory], ...found.sort(([a], [b]) => (a < b ? -1 : 1))]
  }

  /** Lets this user change what is in the directories, since he may not be whom they let do so, until it is settled. */
  #open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    if (!this.#user) return
    for (const [path] of this.#directories()) chmodSync(this.#onDisk(path), 0o700)
  }

  /** The same for one directory, while something is done. */
  #within(directory: string, work: () => void): void {
    const file = this.#onDisk(directory)
    const mode = lstatSync(file).mode & 0o7777
    if (this.#user) chmodSync(file, mode | 0o700)
    work()
    if (this.#user) chmodSync(file, mode)
  }

  remove(): void {
    removeTree(this.root)
  }

  #clear({ hidden, implied }: Placement): void {
    for (const path of hidden) {
      const file = this.#onDisk(path)
      const stats = lstatSync(file, { throwIfNoEntry: false })
      if (stats?.isDirectory()) rmdirSync(file)
      else if (stats) unlinkSync(file)
    }
    for (const path of implied) mkdirSync(this.#onDisk(path), 0o755)
  }

  async #lay(
    path: string,
    state: FileBefore,
    time: number,
    content?: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const file = this.#onDisk(path)
    if (state.type === 'directory') {
      mkdirSync(file, { recursive: true, mode: 0o700 })
      this.#times.set(path, time)
      if (this.#user) return
      lchownSync(file, state.uid, state.gid)
      chmodSync(file, state.mode)
    } else if (state.type === 'symlink') {
      symlinkSync(state.target, file)
      if (!this.#user) lchownSync(file, state.uid, state.gid)
    } else if (state.type === 'file' && content) {
      const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
      const handle = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
      try {
        for await (const chunk of content) writeAll(handle, chunk)
        if (!this.#user) fchownSync(handle, state.uid, state.gid)
        fchmodSync(handle, this.#user ? modeFor(state, this.#user) : state.mode)
        futimesSync(handle, time, time)
      } finally {
        closeSync(handle)
      }
    }
  }

  /** @param laid what the file was laid as, where it is still that one */
  #now(path: string, stats: Stats, laid: FileState | undefined): FileNow {
    const mode = stats.mode & 0o7777
    const user = this.#user
    const { uid, gid } = user && laid ? laid : (user ?? stats)
    const common = { uid, gid, mode: user && laid && mode === modeFor(laid, user) ? laid.mode : mode }
    if (stats.isDirectory()) return { ...common, type: 'directory' }
    if (stats.isSymbolicLink()) {
      return { ...common, type: 'symlink', target: readlinkSync(this.#onDisk(path)) }
    }
    if (stats.isFile()) {
      return {
        ...common,
        type: 'file',
        size: stats.size,
        ...(stats.nlink > 1 && { identity: String(stats.ino) }),
        open: () => this.#read(path, mode),
      }
    }
    if (stats.isCharacterDevice() || stats.isBlockDevice()) {
      const kind = stats.isBlockDevice() ? 'block' : 'character'
      return { ...common, type: 'device', kind, ...deviceNumbers(stats.rdev) }
    }
    return { ...common, type: 'other' }
  }

  async *#read(path: string, mode: number): AsyncGenerator<Uint8Array> {
    const file = this.#onDisk(path)
    // Its owner may read it when he wants to.
    const isClosed = this.#user !== undefined && (mode & 0o400) === 0
    if (isClosed) chmodSync(file, mode | 0o400)
    try {
      yield* createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>
    } finally {
      if (isClosed) chmodSync(file, mode)
    }
  }

  /** Everything in the tree, a directory before what it holds. What this user cannot look into is opened, for all is his. */
  *#walk(): Generator<[path: string, stats: Stats]> {
    const waiting = ['']
    for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
      for (const [path, stats] of this.#list(directory)) {
        yield [path, stats]
        if (!stats.isDirectory()) continue
        if (this.#user && (stats.mode & 0o700) !== 0o700) chmodSync(this.#onDisk(path), 0o700)
        waiting.push(path)
      }
    }
  }

  /** What a directory holds. */
  #list(directory: string): [path: string, stats: Stats][] {
    return readdirSync(this.#onDisk(directory)).flatMap((name): [string, Stats][] => {
      const path = directory === '' ? name : `${directory}/${name}`
      const stats = lstatSync(this.#onDisk(path), { throwIfNoEntry: false })
      return stats ? [[path, stats]] : []
    })
  }

  /** @param path clean, as those of layers are: this is asked several times for each file, so that joining is not for free */
  #onDisk(path: string): string {
    return `${this.root}/${path}`
  }
}

function writeAll(handle: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length;) done += writeSync(handle, chunk, done)
}

function timeOf({ mtime }: TarEntry['header']): number {
  return mtime.getTime() / 1000
}

function stampOf({ ino, ctimeMs }: Stats): Stamp {
  return { inode: ino, changed: ctimeMs }
}

/**
 * The mode by which the owner of a file may do with it what `user` might, if it belonged to whom it says: there is one user in
 * the namespace of a runtime without rights, and everything is his. Root may do everything.
 */
export function modeFor({ type, mode, uid, gid }: FileState, user: Owner): number {
  if (user.uid === 0) return type === 'directory' ? mode | 0o700 : mode | 0o600
  if (uid === user.uid) return mode
  const shift = gid === user.gid ? 3 : 0
  return (mode & 0o077) | (((mode >> shift) & 0o7) << 6)
}

/** As glibc packs them, gnu_dev_major(3). */
function deviceNumbers(device: number): { major: number; minor: number } {
  const number = BigInt(device)
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn)
  const minor = (number & 0xffn) | ((number >> 12n) & ~0xffn & 0xffffffffn)
  return { major: Number(major), minor: Number(minor) }
}

/** Removes a folder, whatever modes commands left in it. */
export function removeTree(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    openAll(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

function openAll(directory: string): void {
  chmodSync(directory, 0o700)
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) openAll(join(directory, entry.name))
  }
}
