import { createHash } from 'node:crypto'
import { UserError } from '../common/errors.ts'
import type { ArchiveEntry, PackageArchive, Placeholder } from '../packages/conda/archive.ts'
import { malformed } from '../packages/conda/json.ts'
import type { LinkedFile } from './conda-meta.ts'
import { drain, oneChunk, readAll, sha256 } from './content.ts'
import { replacePlaceholder } from './placeholder.ts'
import type { LinkContext, LinkPlan, PlannedFile } from './plan.ts'
import { followLinks } from './soft-links.ts'
import type { PrefixEntry } from './types.ts'

const directoryMode = 0o755

/** What conda-meta says of a soft link that leads to no file of its package. */
const sha256OfNothing = sha256(Buffer.alloc(0))

type FileEntry = Extract<ArchiveEntry, { type: 'file' }>

/** Bytes of a file that has to be in memory as a whole: more than any real one with a prefix in it. */
const wholeLimit = 2 * 1024 ** 3

/** Something whose content comes from a file of the archive that has gone by when it is known that it is needed. */
interface Late {
  readonly planned: PlannedFile
  /** Whether it may be the same inode as others that are late for the same file. */
  readonly shared: boolean
}

/** One package on its way into the prefix, and what is learnt on the way. */
export class Linking {
  readonly #plan: LinkPlan
  readonly #archive: PackageArchive
  readonly #context: LinkContext
  readonly #select: (path: string) => boolean
  readonly #planned: ReadonlyMap<string, PlannedFile>
  /** What each file was in the archive, as far as the archive has been read. */
  readonly #archived = new Map<PlannedFile, 'file' | 'softlink'>()
  /** Hashes in the prefix, of whatever has content. */
  readonly #hashes = new Map<PlannedFile, string>()
  /** Soft links in the archive and in the prefix, targets by path. */
  readonly #archiveLinks = new Map<string, string>()
  readonly #prefixLinks = new Map<string, string>()
  /** Hard links in the archive, by path the file that they are. */
  readonly #aliases = new Map<string, string>()
  /** The file in the prefix that has the inode of a file in the archive. */
  readonly #inodes = new Map<string, string>()
  /** Soft links that come as a copy of what they lead to, which may stand behind them in the archive. */
  readonly #copies: PlannedFile[] = []
  /** By the archive's file that has the content. */
  readonly #late = new Map<string, Late[]>()

  constructor(
    plan: LinkPlan,
    archive: PackageArchive,
    context: LinkContext,
    select: (path: string) => boolean,
  ) {
    this.#plan = plan
    this.#archive = archive
    this.#context = context
    this.#select = select
    this.#planned = new Map(plan.files.map((planned) => [planned.file.path, planned]))
  }

  async *files(): AsyncGenerator<PrefixEntry> {
    for (const planned of this.#plan.files) {
      if (planned.file.type === 'directory' && this.#isWanted(planned)) {
        yield { type: 'directory', path: planned.path, mode: directoryMode }
      }
    }
    for await (const entry of this.#archive.entries()) {
      if (entry.type === 'symlink') this.#archiveLinks.set(entry.path, entry.target)
      if (entry.type === 'hardlink') this.#aliases.set(entry.path, entry.target)
      const planned = this.#planned.get(entry.path)
      if (!planned) continue
      this.#checkType(planned, entry)
      this.#archived.set(planned, entry.type === 'symlink' ? 'softlink' : 'file')
      if (entry.type === 'file') yield* this.#file(entry, planned)
      else if (entry.type === 'hardlink') yield* this.#hardLink(entry.target, planned)
      else yield* this.#softLink(entry.target, planned)
    }
    this.#checkComplete()
    for (const planned of this.#copies) {
      const { path } = planned.file
      const end = followLinks(path, this.#archiveLinks, '/') ?? path
      this.#postpone(this.#aliases.get(end) ?? end, { planned, shared: false })
    }
    yield* this.#lateFiles()
  }

  /** What became of the plan's files, by position; to be asked for when `files` has come to its end. */
  linked(): LinkedFile[] {
    const hashes = new Map<string, string>()
    for (const [{ path }, hash] of this.#hashes) if (!hashes.has(path)) hashes.set(path, hash)
    return this.#plan.files.map((planned) => {
      const { file, path } = planned
      const type = file.type ?? this.#archived.get(planned) ?? 'file'
      if (type === 'directory') return { type }
      const own = this.#hashes.get(planned) ?? file.sha256
      if (own !== undefined) return { type, sha256InPrefix: own }
      const end = followLinks(path, this.#prefixLinks, this.#context.prefix)
      return { type, sha256InPrefix: (end !== undefined && hashes.get(end)) || sha256OfNothing }
    })
  }

  #isWanted({ path, shadowed }: PlannedFile): boolean {
    return !shadowed && this.#select(path)
  }

  async *#file(entry: FileEntry, planned: PlannedFile): AsyncGenerator<PrefixEntry> {
    const { path, file } = planned
    const wanted = this.#isWanted(planned)
    if (file.placeholder) {
      const content = this.#relocate(await this.#whole(entry), planned, file.placeholder)
      if (wanted) yield fileOf(path, entry.mode, content, entry.mtime)
      return
    }
    if (file.sha256 !== undefined) this.#hashes.set(planned, file.sha256) // as micromamba, which trusts it, too
    const content = file.sha256 === undefined ? this.#hashed(entry.content, planned) : entry.content
    if (wanted) {
      if (!file.noLink) this.#inodes.set(entry.path, path)
      const { mode, mtime, size } = entry
      yield { type: 'file', path, mode, mtime, size, content }
    } else if (file.sha256 === undefined) {
      await drain(content)
    }
  }

  *#softLink(target: string, planned: PlannedFile): Generator<PrefixEntry> {
    const { path, file } = planned
    if (file.placeholder || file.noLink) {
      this.#copies.push(planned)
      return
    }
    this.#prefixLinks.set(path, target)
    if (this.#isWanted(planned)) yield { type: 'symlink', path, target }
  }

  /** @param target the file in the archive that it is the same as */
  *#hardLink(target: string, planned: PlannedFile): Generator<PrefixEntry> {
    const { path, file } = planned
    if (file.placeholder || file.noLink) {
      this.#postpone(target, { planned, shared: false })
      return
    }
    const hash = file.sha256 ?? this.#hashInArchive(target)
    if (hash !== undefined) this.#hashes.set(planned, hash)
    const wanted = this.#isWanted(planned)
    const inode = this.#inodes.get(target)
    if (wanted && inode !== undefined) yield { type: 'hardlink', path, target: inode }
    else if (wanted || hash === undefined) this.#postpone(target, { planned, shared: true })
  }

  #hashInArchive(path: string): string | undefined {
    const planned = this.#planned.get(path)
    if (!planned) return undefined
    return planned.file.sha256 ?? (planned.file.placeholder ? undefined : this.#hashes.get(planned))
  }

  #postpone(target: string, late: Late): void {
    const others = this.#late.get(target)
    if (others) others.push(late)
    else this.#late.set(target, [late])
  }

  /** Reads the archive once more for what had to wait. */
  async *#lateFiles(): AsyncGenerator<PrefixEntry> {
    if (this.#late.size === 0) return
    const missing = new Set(this.#late.keys())
    for await (const entry of this.#archive.entries()) {
      const late = this.#late.get(entry.path)
      if (!late || entry.type !== 'file') continue
      missing.delete(entry.path)
      const content = await this.#whole(entry)
      let inode: string | undefined
      for (const { planned, shared } of late) {
        const { path, file } = planned
        let bytes = content
        if (file.placeholder) bytes = this.#relocate(Buffer.from(content), planned, file.placeholder)
        else if (!this.#hashes.has(planned)) this.#hashes.set(planned, file.sha256 ?? sha256(content))
        if (!this.#isWanted(planned)) continue
        if (shared && inode !== undefined) {
          yield { type: 'hardlink', path, target: inode }
          continue
        }
        if (shared) inode = path
        yield fileOf(path, entry.mode, bytes, entry.mtime)
      }
    }
    const [lost] = missing
    if (lost !== undefined)
      throw this.#mismatch(`a soft link that is to be copied leads to no file ('${lost}')`)
  }

  async #whole({ path, size, content }: FileEntry): Promise<Buffer> {
    if (size <= wholeLimit) return readAll(content)
    throw this.#mismatch(`'${path}' has ${size} bytes, which is too much for a file whose prefix is replaced`)
  }

  #relocate(content: Buffer, planned: PlannedFile, placeholder: Placeholder): Buffer {
    const { prefix } = this.#context
    const relocated = replacePlaceholder(content, placeholder, prefix)
    if (!relocated) {
      throw new UserError(
        `package ${this.#plan.dist}: the prefix ${prefix} is too long for '${planned.path}', which has room for ` +
          `${placeholder.prefix.length} characters`,
        { advice: 'Use a shorter root prefix or a shorter name of the environment.' },
      )
    }
    this.#hashes.set(planned, sha256(relocated))
    return relocated
  }

  async *#hashed(content: AsyncIterable<Uint8Array>, planned: PlannedFile): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    for await (const chunk of content) {
      hash.update(chunk)
      yield chunk
    }
    this.#hashes.set(planned, hash.digest('hex'))
  }

  #checkType({ file }: PlannedFile, entry: ArchiveEntry): void {
    if (file.type === 'directory') {
      throw this.#mismatch(
        `'${file.path}' is a directory in its metadata, and a ${entry.type} in the archive`,
      )
    }
    if (file.type === 'softlink' && entry.type !== 'symlink' && !file.placeholder && !file.noLink) {
      throw this.#mismatch(
        `'${file.path}' is a soft link in its metadata, and a ${entry.type} in the archive`,
      )
    }
  }

  #checkComplete(): void {
    const lost = this.#plan.files.find(
      (planned) => planned.file.type !== 'directory' && !this.#archived.has(planned),
    )
    if (lost) throw this.#mismatch(`its metadata lists '${lost.file.path}', which the archive does not have`)
  }

  #mismatch(what: string): UserError {
    return malformed(this.#plan.dist, what)
  }
}

/** A file whose content is in memory. */
export function fileOf(
  path: string,
  mode: number,
  bytes: Buffer,
  mtime?: number,
): Extract<PrefixEntry, { type: 'file' }> {
  return {
    type: 'file',
    path,
    mode,
    ...(mtime !== undefined && { mtime }),
    size: bytes.length,
    content: oneChunk(bytes),
  }
}
