import { createHash } from 'node:crypto'

/** Packages that share a layer, or wheels, by their positions in the lock, ascending; wheels stand behind all packages. */
export interface LayerGroup {
  /** What the group is called in the image's history: the package's name, or `packages 7/32`; of wheels with `pip: ` before it. */
  readonly title: string
  readonly packages: readonly number[]
  /** Whether it has what is built of folders of the workspace, and nothing else. */
  readonly isOfFolders?: boolean
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

/** Wheels have this many of their own: they are fewer, and most weigh little. */
export const wheelBucketCount = 8
const wheelBucketCountWithoutSizes = 16

/** Of an environment's layers this part is for the buckets of its wheels, and for wheels that are built. */
const wheelShare = 1 / 5

/** What stands before a wheel's name in `own-layer` lines. */
const wheelPrefix = 'pip:'

/** A package whose archive has this many bytes gets a layer of its own. */
export const ownLayerSize = 2_000_000

/** With the buckets, the base's layers and a few of ours, this stays below what overlay file systems can stack. */
export const ownLayerCount = 40

/** With the wheels that have one: there is room for some of them, however many packages there are. */
const ownLayerCountWithWheels = 48

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
  const buckets = packageBucketsWithin(budget, own)
  const alone = own?.filter((name) => !isWheelName(name)) ?? []
  return grouped(names, alone.slice(0, budget - buckets), buckets, 'packages')
}

/** What of a lock decides its groups: names, in its order. */
export interface GroupedNames {
  readonly packages: readonly string[]
  readonly wheels?: readonly string[] | undefined
  /** Those of the wheels that are built, by their places among them, and those of these that are built of folders. */
  readonly built?: ReadonlySet<number>
  readonly folders?: ReadonlySet<number>
  /** Of the packages and wheels that have a layer of their own; undefined when nobody chose them. */
  readonly ownLayer?: readonly string[] | undefined
}

/**
 * Groups all of a lock. Layers of wheels lie on those of packages, as pip installs after micromamba; on these those of wheels that are built.
 * Places for what is alone are shared by packages and wheels, in the order of the lock's `own-layer` lines; so no package moves on usual
 * bases when wheels come or go.
 * @param budget how many groups there may be, at least 1
 */
export function groupLocked(names: GroupedNames, budget: number): LayerGroup[] {
  const { packages, wheels = [], ownLayer, built = new Set() } = names
  if (wheels.length === 0) return groupPackages(packages, ownLayer, budget)
  const forWheels = Math.max(1, Math.floor(budget * wheelShare))
  const forPackages = Math.max(1, budget - forWheels)
  const packageBuckets = packageBucketsWithin(forPackages, ownLayer)
  const wheelBuckets = ownLayer
    ? bucketsWithin(forWheels / 2, wheelBucketCount)
    : bucketsWithin(forWheels, wheelBucketCountWithoutSizes)
  const forBuilt = Math.ceil(forWheels / 4)
  const alone = ownLayer?.slice(0, Math.max(0, budget - packageBuckets - wheelBuckets - forBuilt)) ?? []
  const ready = [...wheels.keys()].filter((place) => !built.has(place))
  const ofPackages = grouped(
    packages,
    alone.filter((name) => !isWheelName(name)),
    packageBuckets,
    'packages',
  )
  const ofWheels = grouped(
    ready.map((place) => wheels[place] ?? ''),
    alone.filter(isWheelName).map((name) => name.slice(wheelPrefix.length)),
    wheelBuckets,
    'wheels',
  ).map(({ title, packages: places }) => ({
    title: `pip: ${title}`,
    packages: places.flatMap((index) => ready[index] ?? []),
  }))
  const ofBuilt = groupBuilt(names, Math.max(1, budget - ofPackages.length - ofWheels.length))
  return [
    ...ofPackages,
    ...[...ofWheels, ...ofBuilt].map((group) => ({
      ...group,
      packages: group.packages.map((place) => packages.length + place),
    })),
  ]
}

/** Each that is built is alone, so that none is built for another's sake; where that makes too many layers, the first ones share one. */
function groupBuilt({ wheels = [], built = new Set(), folders }: GroupedNames, budget: number): LayerGroup[] {
  const places = [...built].sort((a, b) => a - b)
  const shared = places.slice(0, places.length > budget ? places.length - budget + 1 : 0)
  const alone = places.slice(shared.length).map((place) => [place])
  return [shared, ...alone]
    .filter((group) => group.length > 0)
    .map((group) => ({
      title: `pip: ${group.length === 1 ? (wheels[group[0] ?? 0] ?? '') : 'built'}`,
      packages: group,
      ...(group.every((place) => folders?.has(place)) && { isOfFolders: true }),
    }))
}

function grouped(
  names: readonly string[],
  own: readonly string[],
  buckets: number,
  noun: string,
): LayerGroup[] {
  const alone = new Set(own)
  const groups = new Map<string, number[]>()
  const titleOf = (bucket: number) => `${noun} ${bucket + 1}/${buckets}`
  for (const name of alone) groups.set(name, [])
  for (let bucket = 0; bucket < buckets; bucket++) groups.set(titleOf(bucket), [])
  names.forEach((name, position) => {
    const group = alone.has(name) ? name : titleOf(bucketOf(name, buckets))
    groups.get(group)?.push(position)
  })
  return [...groups]
    .map(([title, packages]) => ({ title, packages }))
    .filter(({ packages }) => packages.length > 0)
}

function packageBucketsWithin(budget: number, own: readonly string[] | undefined): number {
  return own ? bucketsWithin(budget / 2, bucketCount) : bucketsWithin(budget, bucketCountWithoutSizes)
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

/** The lock before, as far as its choice binds the next one. */
export interface EarlierChoice {
  readonly ownLayer: readonly string[]
  /** Its packages, all of them. */
  readonly names: readonly string[]
}

/**
 * Chooses the packages and the wheels that get a layer of their own, as `chooseOwnLayer` does; wheels stand there as `pip:<name>`.
 * @param previous the lock before this one
 */
export function chooseOwnLayers(
  packages: readonly Sized[],
  wheels: readonly Sized[],
  previous?: {
    readonly ownLayer: readonly string[]
    readonly packages: readonly string[]
    readonly wheels: readonly string[]
  },
): string[] {
  const called = (name: string) => ownLayerName({ name, format: 'whl' })
  return chooseOwnLayer(
    [...packages, ...wheels.map(({ name, size }) => ({ name: called(name), size }))],
    previous && {
      ownLayer: previous.ownLayer,
      names: [...previous.packages, ...previous.wheels.map(called)],
    },
  )
}

/** How a package or a wheel is called where both stand together. */
export function ownLayerName({ name, format }: { readonly name: string; readonly format: string }): string {
  return format === 'whl' ? `${wheelPrefix}${name}` : name
}

function isWheelName(name: string): boolean {
  return name.startsWith(wheelPrefix)
}

/** With the bytes of its archive. */
interface Sized {
  readonly name: string
  readonly size: number
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
  packages: readonly Sized[],
  previous: EarlierChoice = { ownLayer: [], names: [] },
): string[] {
  const present = new Set(packages.map(({ name }) => name))
  const known = new Set([...previous.names, ...previous.ownLayer])
  const newcomers = packages
    .filter(({ name, size }) => size >= ownLayerSize && !known.has(name))
    .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)
  const isPackage = (name: string) => !isWheelName(name)
  const taken = previous.ownLayer.filter((name) => present.has(name) && isPackage(name)).length
  const leftOver = new Set(newcomers.filter(isPackage).slice(Math.max(0, ownLayerCount - taken)))
  const admitted = newcomers.filter((name) => !leftOver.has(name))
  const places = previous.ownLayer.map((name) => (present.has(name) ? name : (admitted.shift() ?? name)))
  const all = [...places, ...admitted].slice(0, ownLayerCountWithWheels)
  return all.slice(0, all.findLastIndex((name) => present.has(name)) + 1)
}
