import { createReadStream } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { ImageLayer } from '../oci/image.ts'
import type { Fetched, FetchedPackage } from '../packages/download.ts'
import type { WheelToFetch } from '../packages/wheel/archive.ts'
import type { PrefixEntry, Python, SourceCompiler } from '../prefix/link.ts'
import { linkLinkable, type PrefixContext } from '../prefix/linkable.ts'
import { factsAnnotation, formatFacts, type LayerFacts } from './facts.ts'
import type { LayerGroup } from './group.ts'
import type { JobPackage, JobWheel, LayerJob } from './job.ts'
import { layerKey, layerKeyAnnotation, type LayerInputs } from './key.ts'
import { formatLeftOut, leftOutAnnotation, type LeftOut } from './left-out.ts'
import { planOverrides } from './overrides.ts'
import { packEntries } from './pack.ts'
import { packLayers, threadsFor } from './pool.ts'
import { chunkSize } from './reproducible.ts'
import type { PrefixContents } from './prefix-contents.ts'
import type { Compression, LayerEntry, PackedLayer, PrefixOwner } from './types.ts'

/** The door of this folder: from packages to layers. */
export { bytecodeOverrides } from './bytecode-overrides.ts'
export { areFactsOf, factsAnnotation, parseFacts, type LayerFacts } from './facts.ts'
export {
  chooseOwnLayer,
  chooseOwnLayers,
  groupLocked,
  groupPackages,
  ownLayerName,
  type GroupedNames,
  type LayerGroup,
} from './group.ts'
export { directoryOfPrefix, layerEntries } from './job.ts'
export {
  builtAnnotation,
  keyOf,
  layerKey,
  layerKeyAnnotation,
  type KeyedWheel,
  type LayerInputs,
} from './key.ts'
export {
  excludeAnnotation,
  filesOf,
  findLeftOut,
  formatLeftOut,
  leftOutAnnotation,
  parseLeftOut,
  patternsOf,
  sameLeftOut,
  type LeftOut,
  type PatternCount,
} from './left-out.ts'
export { PrefixContents } from './prefix-contents.ts'
export { hiddenPaths, withVersion, type Replaced } from './replaced.ts'

/** What layers are made with. */
export interface LayerSettings {
  readonly owner: PrefixOwner
  readonly compression: Compression
  /** Where the packed layers lie until they are no longer needed. */
  readonly directory: string
}

/** What a layer is made of. */
export type Archive = FetchedPackage | Fetched<WheelToFetch>

/** A group whose layer is to be made. */
export interface GroupToBuild {
  readonly title: string
  /** Of the layer if nothing is left out. */
  readonly key: string
  readonly inputs: LayerInputs
  /** Waits for what the layer is made of. */
  readonly prepare: () => Promise<{
    /** In the order of the lock. */
    readonly packages: readonly Archive[]
    /** The environment's python on this machine, where there is something to compile. */
    readonly compiler?: { readonly executable: string }
  }>
}

/** A layer of packages, as it stands in the image. */
export interface MadeLayer {
  readonly layer: ImageLayer
  readonly facts: LayerFacts
}

/** One that was made just now. */
export interface BuiltLayer extends MadeLayer {
  /** What is odd about the packages, a sentence each. */
  readonly warnings: readonly string[]
}

/**
 * Makes the layers of packages, on all cores, each as soon as its packages are there.
 * @param groups in the order of the image
 * @param python the one of the groups' inputs, opened
 * @param exclude patterns of what is left out of each
 * @param directory where the packed layers lie until they are no longer needed
 * @param onLayer called with each layer as it is finished, and the index of its group, so that it can be on its way while others are still made
 */
export async function buildLayers(
  groups: readonly GroupToBuild[],
  python: Python | undefined,
  exclude: readonly string[],
  directory: string,
  onLayer: (built: BuiltLayer, index: number) => void,
): Promise<void> {
  // Big packages and wheels are alone: they first, so that what is left for the end is small.
  const isShared = ({ inputs }: GroupToBuild) => inputs.packages.length + (inputs.wheels?.length ?? 0) > 1
  const order = [...groups.entries()].sort(([, a], [, b]) => Number(isShared(a)) - Number(isShared(b)))
  let left = groups.length
  const jobs = order.map(([index, { inputs, prepare }]) => async (): Promise<LayerJob> => {
    // Compiling is most of the work where modules are many: of the last layers, all cores are to have a part.
    const processes = Math.ceil(availableParallelism() / threadsFor(left--))
    const { packages, compiler } = await prepare()
    const { owner, compression } = inputs
    const members = packages.map(jobMember)
    const file = join(directory, `layer-${index}`)
    const context = { ...linkContext(inputs, python), ...(exclude.length > 0 && { exclude }) }
    return {
      packages: members,
      context,
      ...(compiler && { compiler: { ...compiler, processes } }),
      owner,
      compression,
      file,
    }
  })
  await packLayers(jobs, ({ layer: packed, facts, leftOut, warnings }, place) => {
    const [index, group] = order[place] ?? []
    if (index === undefined || !group) return
    const { title, inputs, key: whole } = group
    const key = leftOut.paths === undefined ? whole : layerKey(inputs, leftOut.paths)
    const annotations = groupAnnotations({ key, whole }, formatFacts(facts), leftOut, exclude)
    const layer = packedLayer(packed, title, annotations)
    onLayer({ layer, facts, warnings }, index)
  })
}

/**
 * What the descriptor of a group's layer says: the same whether the layer is made or taken from an earlier image.
 * @param keys.whole the key if nothing were left out
 * @param facts as `formatFacts` gives them
 * @param exclude all patterns
 */
export function groupAnnotations(
  { key, whole }: { readonly key: string; readonly whole: string },
  facts: string | undefined,
  leftOut: Pick<LeftOut, 'sets' | 'patterns'>,
  exclude: readonly string[],
): Record<string, string> {
  return {
    [layerKeyAnnotation]: key,
    ...(facts !== undefined && { [factsAnnotation]: facts }),
    [leftOutAnnotation]: formatLeftOut(leftOut, exclude, key === whole ? undefined : whole),
  }
}

function jobMember({ locked, file, sha256, md5, size }: Archive): JobPackage | JobWheel {
  const url = locked.url.href
  return locked.format === 'whl'
    ? { wheel: { ...locked, url }, file, size }
    : { locked: { ...locked, url }, file, facts: { sha256, md5, size } }
}

/** How a layer's packages are linked, by its inputs alone: of python what was opened of the package that they name. */
function linkContext(inputs: LayerInputs, python: Python | undefined): PrefixContext {
  const { prefix, rootPrefix, bytecode, pip } = inputs
  return {
    prefix,
    rootPrefix,
    ...(inputs.python && python && { python }),
    bytecode: bytecode !== undefined,
    ...(pip !== undefined && { pip }),
  }
}

/** Makes a layer of entries that are at hand. */
export async function buildLayer(
  name: string,
  entries: AsyncIterable<LayerEntry> | Iterable<LayerEntry>,
  { compression, directory }: LayerSettings,
  annotations?: Readonly<Record<string, string>>,
): Promise<ImageLayer> {
  return packedLayer(await packEntries(entries, compression, join(directory, name)), name, annotations)
}

/** A layer that is packed, as an image has it. */
export function packedLayer(
  packed: PackedLayer,
  createdBy: string,
  annotations?: Readonly<Record<string, string>>,
): ImageLayer {
  const { descriptor, diffId, file } = packed
  return {
    descriptor: { ...descriptor, ...(annotations && { annotations }) },
    diffId,
    createdBy,
    from: 'built',
    file,
    open: () => Promise.resolve(createReadStream(file, { highWaterMark: chunkSize })),
  }
}

/**
 * The files of packages that the order of the layers gets wrong, to be given again on top of them.
 * @param startCompiler called when the RECORD of a wheel is among them, which tells what could be compiled
 */
export async function* overrides(
  contents: Pick<PrefixContents, 'clobbers' | 'context' | 'plans' | 'removals' | 'source'>,
  groups: readonly LayerGroup[],
  startCompiler: () => Promise<SourceCompiler>,
): AsyncGenerator<PrefixEntry> {
  const { clobbers, context, removals } = contents
  for (const [position, paths] of planOverrides(groups, clobbers, removals.gone)) {
    const plan = contents.plans[position]
    const needsCompiler = plan && 'generated' in plan && plan.isCompiled && paths.has(plan.recordPath)
    const compiler = needsCompiler ? await startCompiler() : undefined
    const bytecode = new Set(plan?.isCompiled ? plan.bytecode.map(({ path }) => path) : [])
    // Bytecode has overrides of its own.
    const select = (path: string) => paths.has(path) && !bytecode.has(path)
    yield* linkLinkable(contents.source(position), context, select, compiler)
  }
}
