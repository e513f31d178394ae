import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { ImageLayer } from '../image/types.ts'
import type { FetchedPackage } from '../packages/download.ts'
import { linkPackage, type PrefixEntry } from '../prefix/link.ts'
import type { PrefixPlan } from '../prefix/prefix.ts'
import type { LayerGroup } from './group.ts'
import type { LayerJob } from './job.ts'
import { layerKey, layerKeyAnnotation } from './key.ts'
import { planOverrides } from './overrides.ts'
import { packEntries } from './pack.ts'
import { packLayers } from './pool.ts'
import { chunkSize } from './reproducible.ts'
import type { Compression, LayerEntry, PackedLayer, PrefixOwner } from './types.ts'

/** The door of this folder: from packages to layers. */
export { bytecodeOverrides } from './bytecode-overrides.ts'
export { chooseOwnLayer, groupPackages, type LayerGroup } from './group.ts'
export { layerEntries } from './job.ts'
export { layerKeyAnnotation } from './key.ts'

/** What layers are made with. */
export interface LayerSettings {
  readonly owner: PrefixOwner
  /** The environment's python on this machine, where there is something to compile. */
  readonly compiler?: { readonly executable: string }
  readonly compression: Compression
  /** Where the packed layers lie until they are no longer needed. */
  readonly directory: string
}

/**
 * Makes the layers of an environment's packages, on all cores.
 * @param onLayer called with each layer as it is finished, so that it can be on its way while others are still made
 * @returns the layers in the order of the groups
 */
export async function buildLayers(
  packages: readonly FetchedPackage[],
  { context }: Pick<PrefixPlan, 'context'>,
  groups: readonly LayerGroup[],
  settings: LayerSettings,
  onLayer: (layer: ImageLayer) => void,
): Promise<ImageLayer[]> {
  const layers = new Array<ImageLayer>(groups.length)
  const jobs = groups.map(({ title, packages: positions }, index) => {
    const members = positions.flatMap((position) => packages[position] ?? [])
    const job: LayerJob = {
      packages: members.map(({ locked, file, sha256, md5, size }) => ({
        locked: { ...locked, url: locked.url.href },
        file,
        facts: { sha256, md5, size },
      })),
      context,
      ...(settings.compiler && { compiler: settings.compiler }),
      owner: settings.owner,
      compression: settings.compression,
      file: join(settings.directory, `layer-${index}`),
    }
    return { index, title, job, bytes: members.reduce((sum, { size }) => sum + size, 0) }
  })
  const byJob = new Map(jobs.map((entry) => [entry.job, entry]))
  const biggestFirst = jobs.toSorted((a, b) => b.bytes - a.bytes).map(({ job }) => job)
  await packLayers(biggestFirst, (packed, job) => {
    const { index = 0, title = '' } = byJob.get(job) ?? {}
    const layer = imageLayer(packed, title, { [layerKeyAnnotation]: keyOf(job) })
    layers[index] = layer
    onLayer(layer)
  })
  return layers
}

function keyOf({ packages, context, owner, compression }: LayerJob): string {
  return layerKey({
    ...context,
    owner,
    compression,
    packages: packages.map(({ locked: { url, checksum, subdir } }) => ({
      url,
      checksum: checksum.hex,
      subdir,
    })),
  })
}

/** Makes a layer of entries that are at hand. */
export async function buildLayer(
  name: string,
  entries: AsyncIterable<LayerEntry> | Iterable<LayerEntry>,
  { compression, directory }: LayerSettings,
): Promise<ImageLayer> {
  return imageLayer(await packEntries(entries, compression, join(directory, name)), name)
}

function imageLayer(
  packed: PackedLayer,
  createdBy: string,
  annotations?: Record<string, string>,
): ImageLayer {
  const { descriptor, diffId, file } = packed
  return {
    descriptor: { ...descriptor, ...(annotations && { annotations }) },
    diffId,
    createdBy,
    from: 'built',
    open: () => Promise.resolve(createReadStream(file, { highWaterMark: chunkSize })),
  }
}

/** The files of packages that the order of the layers gets wrong, to be given again on top of them. */
export async function* overrides(
  plan: PrefixPlan,
  groups: readonly LayerGroup[],
): AsyncGenerator<PrefixEntry> {
  for (const [position, paths] of planOverrides(groups, plan.clobbers)) {
    const source = plan.sources[position]
    if (source) yield* linkPackage(source, plan.context, (path) => paths.has(path))
  }
}
