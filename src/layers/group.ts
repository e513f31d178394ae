import { createHash } from 'node:crypto'

/** Packages that share a layer, by their positions in the lock, ascending. */
export interface LayerGroup {
  /** What the group is called in the image's history: the package's name, or `packages 7/32`. */
  readonly title: string
  readonly packages: readonly number[]
}

/**
 * Small packages share this many layers, chosen by the hash of their names. It is a constant, because a number that
 * grew with the environment would move every package when it changes. 32 is where a typical environment of 200 packages
 * has about 1 MB in each: little to pull again when one changes, and few enough layers for a small environment to start
 * quickly.
 */
export const bucketCount = 32

/** Of a lock that does not say which packages are big; all of them share layers then. */
const bucketCountWithoutSizes = 64

/** A package whose archive has this many bytes gets a layer of its own. */
export const ownLayerSize = 2_000_000

/** With the buckets, the base's layers and a few of ours, this stays below what overlay file systems can stack. */
export const ownLayerCount = 40

/**
 * Groups the packages of a lock, those with a layer of their own first, in the order of `own`, then the buckets. A
 * package's group is a function of its name and of `own`, so that one that is added, removed or changed changes one group.
 * @param names the packages in the order of the lock
 * @param own names of packages that have a layer of their own; undefined when nobody chose them
 * @param budget how many groups there may be, at least 1
 */
export function groupPackages(
  names: readonly string[],
  own: readonly string[] | undefined,
  budget: number,
): LayerGroup[] {
  const buckets = own
    ? bucketsWithin(budget / 2, bucketCount)
    : bucketsWithin(budget, bucketCountWithoutSizes)
  const alone = new Set(own?.slice(0, budget - buckets))
  const groups = new Map<string, number[]>()
  for (const name of alone) groups.set(name, [])
  for (let bucket = 0; bucket < buckets; bucket++) groups.set(titleOf(bucket, buckets), [])
  names.forEach((name, position) => {
    const group = alone.has(name) ? name : titleOf(bucketOf(name, buckets), buckets)
    groups.get(group)?.push(position)
  })
  return [...groups]
    .map(([title, packages]) => ({ title, packages }))
    .filter(({ packages }) => packages.length > 0)
}

/**
 * The usual number; on a base of very many layers half of it, a quarter …, so that half of the budget is left for
 * packages that are alone. It depends on the budget only: a number that changed with the packages would move them all.
 */
function bucketsWithin(budget: number, usual: number): number {
  let buckets = usual
  while (buckets > 1 && buckets > budget) buckets /= 2
  return buckets
}

function bucketOf(name: string, buckets: number): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % buckets
}

function titleOf(bucket: number, buckets: number): string {
  return `packages ${bucket + 1}/${buckets}`
}

/** The lock before, as far as its choice binds the next one. */
export interface EarlierChoice {
  readonly ownLayer: readonly string[]
  /** Its packages, all of them. */
  readonly names: readonly string[]
}

/**
 * Chooses the packages that get a layer of their own, once for each: when it comes. Moving a package to another layer later
 * would change two, so one that has grown stays where it is, as does one that had no place when it came, though there be one
 * now. Newcomers that are big enough take places, the biggest first. A place keeps the name of a package that is gone until
 * another one takes it: on a base of many layers not all places count, and moving up would move packages too.
 * @param packages every package of the lock with the bytes of its archive
 * @param previous the lock before this one
 * @returns the names in the order of their places; of packages that are gone too, if any stands behind them
 */
export function chooseOwnLayer(
  packages: readonly { readonly name: string; readonly size: number }[],
  previous: EarlierChoice = { ownLayer: [], names: [] },
): string[] {
  const present = new Set(packages.map(({ name }) => name))
  const known = new Set([...previous.names, ...previous.ownLayer])
  const newcomers = packages
    .filter(({ name, size }) => size >= ownLayerSize && !known.has(name))
    .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)
  const places = previous.ownLayer.map((name) => (present.has(name) ? name : (newcomers.shift() ?? name)))
  const all = [...places, ...newcomers].slice(0, ownLayerCount)
  return all.slice(0, all.findLastIndex((name) => present.has(name)) + 1)
}
