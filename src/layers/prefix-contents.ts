import { parentsOf } from '../packages/archive-path.ts'
import { findClobbers, refuseObstructed, type Clobber } from '../prefix/link.ts'
import {
  asInstalled,
  isPackage,
  planLinkable,
  type Linkable,
  type LinkablePlan,
  type PrefixContext,
} from '../prefix/linkable.ts'
import type { LayerFacts } from './facts.ts'
import { findMeetings, hashPath } from './path-set.ts'
import {
  findReplaced,
  nothingRemoved,
  planRemovals,
  readReplaced,
  type Removals,
  type Replaced,
  type WheelPlace,
} from './replaced.ts'

/** What is at a path of a prefix. */
export type PrefixKind = 'file' | 'link' | 'directory' | 'absent'

/**
 * A layer of the environment: the positions of its packages in the lock, ascending, and what is known of them. Wheels stand behind all
 * packages, in the lock's order.
 */
export interface KnownLayer {
  readonly packages: readonly number[]
  readonly facts: LayerFacts
}

/**
 * What there is to know of a prefix across its layers. The layers' facts answer most of it; the packages of a layer are opened,
 * which may mean to fetch them, only where facts are too coarse.
 */
export class PrefixContents {
  readonly context: PrefixContext
  readonly #layers: readonly KnownLayer[]
  readonly #open: (positions: readonly number[]) => Promise<readonly Linkable[]>
  readonly #opened = new Set<KnownLayer>()
  readonly #sources = new Map<number, Linkable>()
  readonly #plans: LinkablePlan[] = []
  /** Exact, of opened packages; directories are those above something. */
  readonly #kinds = new Map<string, PrefixKind>()
  #clobbers: ReadonlyMap<string, Clobber> = new Map()
  #removals: Removals = nothingRemoved

  private constructor(
    layers: readonly KnownLayer[],
    context: PrefixContext,
    open: (positions: readonly number[]) => Promise<readonly Linkable[]>,
  ) {
    this.#layers = layers
    this.context = context
    this.#open = open
  }

  /**
   * Looks at the layers of an environment.
   * @param open opens packages by their positions, in that order
   * @param wheels in their order
   * @throws UserError when a package has files below another one's link, which a layer cannot have, or brings a distribution that a
   * wheel cannot replace
   */
  static async of(
    layers: readonly KnownLayer[],
    context: PrefixContext,
    open: (positions: readonly number[]) => Promise<readonly Linkable[]>,
    wheels: readonly WheelPlace[] = [],
  ): Promise<PrefixContents> {
    const contents = new PrefixContents(layers, context, open)
    const meetings = findMeetings(layers.map(({ facts }) => facts))
    await contents.#openAll(layers.filter((_, index) => meetings.has(index)))
    refuseObstructed(contents.#plans)
    if (wheels.length > 0) await contents.#removeReplaced(new Map(wheels.map((one) => [one.name, one])))
    return contents
  }

  /** The paths that packages of several layers claim; by positions in the lock. */
  get clobbers(): ReadonlyMap<string, Clobber> {
    return this.#clobbers
  }

  /** Of the packages that have been opened, by position in the lock; with holes, which `forEach` passes over. */
  get plans(): readonly LinkablePlan[] {
    return this.#plans
  }

  /** What is not there in the end, though packages have it, since wheels replace them. */
  get removals(): Removals {
    return this.#removals
  }

  /** A package that has been opened, as all have that `clobbers` speaks of. */
  source(position: number): Linkable {
    const source = this.#sources.get(position)
    if (!source) throw new Error(`the package at ${position} was not opened`)
    return source
  }

  /** The files that activation reads; of those that several layers have, the one that stays. */
  texts(): Record<string, string> {
    const texts: Record<string, string> = {}
    for (const { packages, facts } of this.#layers) {
      for (const [path, text] of Object.entries(facts.texts)) {
        if (this.#removals.gone.has(path)) continue
        const winner = this.#clobbers.get(path)?.winner
        if (winner === undefined || packages.includes(winner)) texts[path] = text
      }
    }
    return texts
  }

  /** The package that has a file of `texts`; undefined for one of a wheel's. Opens the layer. */
  async packageOf(path: string): Promise<string | undefined> {
    const having = this.#layers.filter((layer) => path in layer.facts.texts && !this.#opened.has(layer))
    await this.#openAll(having)
    const winner = this.#clobbers.get(path)?.winner
    const [plan] = this.#plans.filter(
      ({ paths }, position) => (winner ?? position) === position && paths.includes(path),
    )
    return plan && 'dist' in plan ? plan.dist : undefined
  }

  /** Packages that would do something by a script when linked, or may. */
  scripted(): string[] {
    return this.#layers.flatMap(({ facts }) => facts.scripted)
  }

  /** What the scripts of others would print, which may be nothing: package and text. */
  messages(): [dist: string, text: string][] {
    return this.#layers.flatMap(({ facts }) => Object.entries(facts.messages))
  }

  /**
   * What is at a path, relative to the prefix.
   * @throws LayerNotOpened where the facts do not tell: to be called in what `openingAsNeeded` is given
   */
  kindOf(path: string): PrefixKind {
    if (path === '' || path === 'conda-meta') return 'directory'
    const { gone, emptied } = this.#removals
    if (gone.has(path) || emptied.some((one) => path === one || path.startsWith(`${one}/`))) return 'absent'
    const exact = this.#kinds.get(path)
    if (exact) return exact
    const closed = this.#layers.filter((layer) => !this.#opened.has(layer))
    const places = [path, ...parentsOf(path)].map(hashPath)
    const owner = closed.find(({ facts }) => places.some((place) => facts.claims.has(place)))
    if (owner) throw new LayerNotOpened(() => this.#openAll([owner]))
    return closed.some(({ facts }) => facts.ways.has(hashPath(path))) ? 'directory' : 'absent'
  }

  async #openAll(layers: readonly KnownLayer[]): Promise<void> {
    const positions = layers.flatMap(({ packages }) => packages).sort((a, b) => a - b)
    const sources = await this.#open(positions)
    for (const [index, source] of sources.entries()) {
      const position = positions[index] ?? 0
      const plan = planLinkable(source, this.context)
      this.#sources.set(position, source)
      this.#plans[position] = plan
      this.#learn(plan)
    }
    for (const layer of layers) this.#opened.add(layer)
    this.#clobbers = findClobbers(this.#plans)
  }

  /** Takes the distributions of packages away that are also those of wheels, as pip would. */
  async #removeReplaced(wheels: ReadonlyMap<string, WheelPlace>): Promise<void> {
    const { python } = this.context
    if (!python) return
    const context = { ...this.context, python }
    const isWanted = ({ facts }: KnownLayer) => facts.distributions.some((name) => wheels.has(name))
    await this.#openAll(this.#layers.filter((layer) => isWanted(layer) && !this.#opened.has(layer)))
    const replaced: Replaced[] = []
    for (const [position, source] of [...this.#sources].sort(([a], [b]) => a - b)) {
      const plan = this.#plans[position]
      if (!plan || !isPackage(source)) continue
      // pip would find what is left out, too.
      const installed = context.exclude ? planLinkable(source, asInstalled(context)) : plan
      for (const found of findReplaced(installed, python, wheels)) {
        replaced.push(await readReplaced(source, plan, found, context))
      }
    }
    for (;;) {
      this.#removals = planRemovals(replaced, this.#plans)
      const more = this.#layersTouching(this.#removals)
      if (more.length === 0) return
      await this.#openAll(more)
    }
  }

  /** Layers that may have one of the removed paths, or something below a directory that would be taken for empty. */
  #layersTouching({ replaced, emptied }: Removals): KnownLayer[] {
    const places = new Set<number>()
    for (const path of replaced.flatMap(({ paths }) => paths)) {
      for (const place of [path, ...parentsOf(path)]) places.add(hashPath(place))
    }
    const below = emptied.map(hashPath)
    return this.#layers.filter(
      (layer) =>
        !this.#opened.has(layer) &&
        (below.some((place) => layer.facts.ways.has(place)) ||
          [...layer.facts.claims].some((place) => places.has(place))),
    )
  }

  #learn({ paths, files }: LinkablePlan): void {
    const links = new Set(
      files.flatMap(({ file, path }) => ('type' in file && file.type === 'softlink' ? [path] : [])),
    )
    for (const path of paths) {
      this.#kinds.set(path, links.has(path) ? 'link' : 'file')
      for (const parent of parentsOf(path)) this.#kinds.set(parent, 'directory')
    }
  }
}

/** Thrown through a question whose answer lies in a layer that is closed. */
class LayerNotOpened extends Error {
  readonly open: () => Promise<void>

  constructor(open: () => Promise<void>) {
    super('a layer has to be opened')
    this.open = open
  }
}

/** Answers a question that asks `PrefixContents` what is at some paths. It is put again each time a layer had to be opened for that. */
export async function openingAsNeeded<T>(question: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await question()
    } catch (error) {
      if (!(error instanceof LayerNotOpened)) throw error
      await error.open()
    }
  }
}
