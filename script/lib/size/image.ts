import { availableParallelism } from 'node:os'
import { mapConcurrently } from '../../../src/common/concurrency.ts'
import { madeHere } from '../../../src/image/config.ts'
import type { ImageConfig } from '../../../src/oci/config.ts'
import type { ImageLayer } from '../../../src/oci/image.ts'
import { byWeight, environmentFigure } from '../../../src/size/environment.ts'
import { bytesOf } from '../../../src/size/image.ts'
import { shareOut } from '../../../src/size/share.ts'
import type { Figures, OtherFigure } from '../../../src/size/types.ts'
import { findEnvironments, ownerOf, type FoundEnvironment, type Installed } from './environments.ts'
import { readLayerContents, type LayerContents } from './layer-contents.ts'
import { setSavings, type SetSaving } from './set-savings.ts'
import { stackLayers, type Visible } from './visible.ts'

/** A file that several packages of an environment have, under whatever names. */
export interface Duplicate {
  /** Bytes of one of them. */
  readonly size: number
  readonly copies: readonly { readonly path: string; readonly package: string }[]
}

/** Where the bytes of an image are, by its files. */
export interface ImageFigures extends Figures {
  readonly size: number
  /** How it is known which layers are the base's. */
  readonly baseBy: 'history' | 'first package'
  /** Bytes of files that upper layers replace or take away. */
  readonly hidden: number
  /** What a file has that is in a second package too; the biggest first. */
  readonly duplicates: readonly Duplicate[]
  /** Bytes of files that several environments have alike, but for the first. */
  readonly inSeveralEnvironments: number
  /** What sets of `exclude` would leave out, the biggest first, at last all together. */
  readonly sets: readonly SetSaving[]
}

/** Whose bytes of a layer are: a package's, or something else's by its name; those of the base are one. */
type Holder = Installed | string

const theBase = 'the base'

interface Weight {
  size: number
  compressed: number
  exact: boolean
}

/**
 * Reads an image layer by layer, several at a time, and says where its bytes are. What belongs to a package is told by the records in the
 * image itself. Compressed bytes are a layer's, divided in proportion where several things share it.
 */
export async function measureImage(
  config: ImageConfig,
  layers: readonly ImageLayer[],
): Promise<ImageFigures> {
  const contents = await mapConcurrently(layers, Math.min(availableParallelism(), 4), readLayerContents)
  const visible = stackLayers(contents)
  const environments = findEnvironments(visible.records)
  const base = countBase(config, contents, environments)
  const weights = new Map<Holder, Weight>()
  for (const [index, layer] of contents.entries()) {
    const { descriptor, createdBy = '' } = layers[index] ?? {}
    const rest = index < base.count ? theBase : shortened(createdBy) || `layer ${index + 1}`
    weighLayer(layer, descriptor?.size ?? 0, holderIn(environments, rest), rest, weights)
  }
  const others: OtherFigure[] = []
  for (const [holder, { size, compressed }] of weights) {
    if (typeof holder === 'string' && holder !== theBase) others.push({ name: holder, size, compressed })
  }
  const ofBase = weights.get(theBase)
  return {
    compressed: bytesOf(layers),
    size: [...weights.values()].reduce((sum, { size }) => sum + size, 0),
    base: {
      name: theBase,
      size: ofBase?.size ?? 0,
      compressed: ofBase?.compressed ?? 0,
      layers: base.count,
    },
    baseBy: base.by,
    environments: environments.map((environment) => {
      const packages = environment.packages.map((one) => {
        const { size = 0, compressed = 0, exact = true } = weights.get(one) ?? {}
        return { ...one, size, compressed, exact }
      })
      return environmentFigure(environment.name, packages, environment.asked, environment.brought)
    }),
    others: others.sort(byWeight),
    hidden: visible.hidden,
    ...findDuplicates(visible, environments),
    sets: setSavings(
      contents.map((layer, index) => [layer, layers[index]?.descriptor.size ?? 0]),
      visible,
      environments,
    ),
  }
}

function weighLayer(
  { files, links }: LayerContents,
  compressed: number,
  holderOf: (path: string) => Holder,
  rest: Holder,
  weights: Map<Holder, Weight>,
): void {
  const sizes = new Map<Holder, number>()
  for (const { path, size } of files) {
    // A package cache and its environments have files in common: they are the packages'.
    const holders = [path, ...(links.get(path) ?? [])].map(holderOf)
    const holder = holders.find((one) => typeof one !== 'string') ?? holderOf(path)
    sizes.set(holder, (sizes.get(holder) ?? 0) + size)
  }
  if (sizes.size === 0) sizes.set(rest, 0)
  const filled = [...sizes].filter(([, size]) => size > 0)
  const holders = filled.length > 0 ? filled : [...sizes]
  const shares = shareOut(
    compressed,
    holders.map(([, size]) => size),
  )
  holders.forEach(([holder, size], index) => {
    const weight = weights.get(holder) ?? { size: 0, compressed: 0, exact: true }
    weight.size += size
    weight.compressed += shares[index] ?? 0
    weight.exact &&= holders.length === 1
    weights.set(holder, weight)
  })
}

/** @param rest what a file belongs to that no environment knows */
function holderIn(environments: readonly FoundEnvironment[], rest: string): (path: string) => Holder {
  const inner = environments.toSorted((a, b) => b.prefix.length - a.prefix.length)
  return (path) => {
    const environment = inner.find(({ prefix }) => path.startsWith(`${prefix}/`))
    if (!environment) return rest
    const owner = ownerOf(environment, path)
    if (owner || rest === theBase) return owner ?? rest
    const cache = `${environment.prefix}/pkgs/`
    return path.startsWith(cache) ? `the package cache /${cache}` : rest
  }
}

/** Those of the base are below ours, as the history says; of an image that others made, below the first layer with a package. */
function countBase(
  { history }: ImageConfig,
  contents: readonly LayerContents[],
  environments: readonly FoundEnvironment[],
): { readonly count: number; readonly by: ImageFigures['baseBy'] } {
  const filled = (history ?? []).filter((entry) => entry.empty_layer !== true)
  const ours = filled.findIndex(({ comment }) => comment === madeHere)
  if (ours >= 0) return { count: ours, by: 'history' }
  const first = contents.findIndex(({ files }) =>
    files.some(({ path }) => environments.some(({ owners }) => owners.has(path))),
  )
  return { count: first < 0 ? contents.length : first, by: 'first package' }
}

function findDuplicates(
  { files }: Visible,
  environments: readonly FoundEnvironment[],
): Pick<ImageFigures, 'duplicates' | 'inSeveralEnvironments'> {
  interface Copy {
    readonly environment: FoundEnvironment
    readonly path: string
    readonly package: string
  }
  const byContent = new Map<string, { size: number; copies: Copy[] }>()
  for (const environment of environments) {
    for (const [path, { name }] of environment.owners) {
      const file = files.get(path)
      if (file?.hash === undefined) continue
      const found = byContent.get(file.hash) ?? { size: file.size, copies: [] }
      found.copies.push({ environment, path, package: name })
      byContent.set(file.hash, found)
    }
  }
  const duplicates: Duplicate[] = []
  let inSeveralEnvironments = 0
  for (const { size, copies } of byContent.values()) {
    const byEnvironment = Map.groupBy(copies, (copy) => copy.environment)
    inSeveralEnvironments += size * (byEnvironment.size - 1)
    for (const some of byEnvironment.values()) {
      const distinct = [...new Map(some.map((copy) => [copy.package, copy])).values()]
      if (distinct.length < 2) continue
      duplicates.push({
        size,
        copies: distinct.map((copy) => ({ path: `/${copy.path}`, package: copy.package })),
      })
    }
  }
  const wasted = ({ size, copies }: Duplicate) => size * (copies.length - 1)
  return { duplicates: duplicates.sort((a, b) => wasted(b) - wasted(a)), inSeveralEnvironments }
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
