import type { LockedPackage } from '../lock/types.ts'
import { oneChunk, readAll } from '../prefix/content.ts'
import type { LinkedWheel } from '../packages/wheel/archive.ts'
import { distributionNames } from '../prefix/distributions.ts'
import {
  findClobbers,
  isActivationFile,
  openPackage,
  pythonOf,
  refuseObstructed,
  selectWinning,
  type ArchiveFacts,
  type LinkContext,
  type LinkSource,
  type PrefixEntry,
  type SourceCompiler,
} from '../prefix/link.ts'
import {
  asInstalled,
  isPackage,
  lessExcluded,
  linkLinkable,
  planLinkable,
  type Linkable,
  type LinkablePlan,
  type PrefixContext,
} from '../prefix/linkable.ts'
import { openLockedWheel } from '../prefix/wheel/link.ts'
import { withClaims } from './facts.ts'
import { filesOf, findLeftOut } from './left-out.ts'
import { holdsLinkScript, readLinkScripts } from './link-scripts.ts'
import { packEntries } from './pack.ts'
import { counted, isMetadata, packageSize, withinRoom } from './sizes.ts'
import { directoryMode, groupAsOwner, openMode } from './reproducible.ts'
import type { Compression, LayerEntry, Owner, PackedGroup, PrefixOwner, Whiteout } from './types.ts'

/** A package as it crosses to a worker thread: URLs cannot. */
export interface JobPackage {
  readonly locked: Omit<LockedPackage, 'url'> & { readonly url: string }
  /** The archive on this machine, verified. */
  readonly file: string
  readonly facts: ArchiveFacts
}

/** A wheel, the same. */
export interface JobWheel {
  readonly wheel: Omit<LinkedWheel, 'url'> & { readonly url: string }
  readonly file: string
  /** Bytes. */
  readonly size: number
}

/** A layer to be made of packages, or of wheels: plain data, so that any thread can do it. */
export interface LayerJob {
  /** In the order in which they are linked. */
  readonly packages: readonly (JobPackage | JobWheel)[]
  readonly context: PrefixContext
  /** The python that compiles here, and how many of it; absent when there is nothing to compile. */
  readonly compiler?: { readonly executable: string; readonly processes: number }
  readonly owner: PrefixOwner
  readonly compression: Compression
  /** Where the compressed layer goes. */
  readonly file: string
}

/**
 * Links the packages or wheels of a job one after the other, straight into the compressed layer.
 * @param compiler the job's, running
 */
export async function runJob(
  { packages, context, owner, compression, file }: LayerJob,
  compiler?: SourceCompiler,
): Promise<PackedGroup> {
  const sources = await Promise.all(packages.map(openSource))
  const { exclude = [] } = context
  const installed = sources.map((source) => planLinkable(source, asInstalled(context)))
  const plans = exclude.length > 0 ? installed.map((plan) => lessExcluded(plan, exclude)) : installed
  refuseObstructed(plans)
  const texts: Record<string, string> = {}
  const kept = sources.map((): Kept => ({ texts: {}, size: 0 }))
  const entries = keepTexts(linkAll(sources, plans, context, compiler, kept), isActivation, texts)
  const archived = packages.reduce((sum, one) => sum + ('wheel' in one ? one.size : one.facts.size), 0)
  const layer = await packEntries(layerEntries(entries, context, owner), compression, file, archived)
  const python = sources.filter(isPackage).find(({ locked }) => locked.name === 'python')
  const ofPackages = installed.filter((_, position) => packages[position] && 'facts' in packages[position])
  const facts = withClaims(
    {
      texts,
      ...readLinkScripts(
        sources,
        plans,
        kept.map((one) => one.texts),
        context,
      ),
      distributions: distributionNames(ofPackages.flatMap(({ paths }) => paths)),
      ...(python && { python: pythonOf(python.archive.info.index) }),
      prefix: context.prefix,
      sizes: withinRoom(
        sources.map((source, position) => {
          const { size = 0, texts: own = {} } = kept[position] ?? {}
          return packageSize(source, size, own)
        }),
      ),
    },
    plans.map(({ name }) => name),
    plans.flatMap(({ paths }) => paths),
  )
  const warnings = sources.filter(isPackage).flatMap(unreadableOf)
  return { layer, facts, leftOut: findLeftOut(filesOf(installed), exclude), warnings }
}

/** Entry points that nobody can read. */
function unreadableOf({ archive: { info } }: LinkSource): string[] {
  return info.unreadable.map((sentence) => `${info.dist}: ${sentence}; there is no script for it`)
}

/** What is known of a package or a wheel once its files have gone by. */
interface Kept {
  /** Of a package its link scripts, of a wheel its METADATA, by path. */
  readonly texts: Record<string, string>
  /** Bytes of its files in the layer. */
  size: number
}

/**
 * Of a path that several of the packages claim, only the last one's file is given.
 * @param kept is told of each of the packages
 */
async function* linkAll(
  sources: readonly Linkable[],
  plans: readonly LinkablePlan[],
  context: PrefixContext,
  compiler: SourceCompiler | undefined,
  kept: readonly Kept[],
): AsyncGenerator<PrefixEntry> {
  const clobbers = findClobbers(plans)
  for (const [position, source] of sources.entries()) {
    const plan = plans[position]
    const own = kept[position]
    if (!plan || !own) continue
    const entries = linkLinkable(source, context, selectWinning(clobbers, position), compiler)
    const isKept = (entry: FileEntry) =>
      isPackage(source) ? holdsLinkScript(entry, plan) : isMetadata(entry.path)
    yield* keepTexts(
      counted(entries, (bytes) => (own.size += bytes)),
      isKept,
      own.texts,
    )
  }
}

type FileEntry = Extract<PrefixEntry, { type: 'file' }>

function isActivation({ path }: FileEntry): boolean {
  return isActivationFile(path)
}

/** Keeps the text of some files on their way; they are small. */
async function* keepTexts(
  entries: AsyncIterable<PrefixEntry>,
  isKept: (entry: FileEntry) => boolean,
  texts: Record<string, string>,
): AsyncGenerator<PrefixEntry> {
  for await (const entry of entries) {
    if (entry.type !== 'file' || !isKept(entry)) {
      yield entry
      continue
    }
    const bytes = await readAll(entry.content)
    texts[entry.path] = bytes.toString()
    yield { ...entry, content: oneChunk(bytes) }
  }
}

async function openSource(one: JobPackage | JobWheel): Promise<Linkable> {
  if ('wheel' in one) return openLockedWheel({ ...one.wheel, url: new URL(one.wheel.url) }, one.file)
  const { locked, file, facts } = one
  return openPackage({ locked: { ...locked, url: new URL(locked.url) }, file, ...facts })
}

/** The mode of what is at a path, of its own accord; `root` is the root prefix, and both are relative to the image's root. */
function modeBelow(
  root: string,
  type: 'file' | 'directory',
  path: string,
  own: number,
  groupWritable = false,
): number {
  const mode = openMode(type, path === root ? '' : path.slice(root.length + 1)) ?? own
  return groupWritable ? groupAsOwner(mode) : mode
}

/** What a directory of a prefix is in an image; `path` is relative to the image's root. */
export function directoryOfPrefix(
  path: string,
  rootPrefix: string,
  { uid, gid, groupWritable }: PrefixOwner,
): Owner & { readonly mode: number } {
  return { uid, gid, mode: modeBelow(rootPrefix.slice(1), 'directory', path, directoryMode, groupWritable) }
}

/**
 * Places entries of a prefix in an image: below the prefix, with an owner, behind their parent directories.
 * @param directories those that the layer has already, to which more are added
 */
export async function* layerEntries(
  entries: AsyncIterable<PrefixEntry | Whiteout> | Iterable<PrefixEntry>,
  { prefix, rootPrefix }: LinkContext,
  { uid, gid, groupWritable = false }: PrefixOwner,
  directories: Set<string> = new Set(),
): AsyncGenerator<LayerEntry> {
  const owner = { uid, gid }
  const root = rootPrefix.slice(1)
  const modeOf = (type: 'file' | 'directory', path: string, own: number) =>
    modeBelow(root, type, path, own, groupWritable)
  const above = root.slice(0, root.lastIndexOf('/') + 1)

  function* parentsOf(path: string): Generator<LayerEntry> {
    // What is above the root prefix is the base's.
    for (let slash = path.indexOf('/', above.length); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      yield* directory(path.slice(0, slash))
    }
  }
  function* directory(path: string, mode = directoryMode): Generator<LayerEntry> {
    if (directories.has(path)) return
    directories.add(path)
    yield { type: 'directory', path, mode: modeOf('directory', path, mode), ...owner }
  }

  const place = (path: string) => `${prefix.slice(1)}/${path}`
  for await (const entry of entries) {
    const path = place(entry.path)
    yield* parentsOf(path)
    if (entry.type === 'directory') yield* directory(path, entry.mode)
    else if (entry.type === 'hardlink') yield { ...entry, ...owner, path, target: place(entry.target) }
    else if (entry.type === 'file') yield { ...entry, ...owner, path, mode: modeOf('file', path, entry.mode) }
    else yield { ...entry, ...owner, path }
  }
}
