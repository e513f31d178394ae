import { parentsOf } from '../packages/archive-path.ts'
import {
  findClobbers,
  planLink,
  refuseObstructed,
  type Clobber,
  type LinkContext,
  type LinkPlan,
  type LinkSource,
} from '../prefix/link.ts'
import type { LayerFacts } from './facts.ts'
import { findMeetings, hashPath } from './path-set.ts'

/** What is at a path of a prefix. */
export type PrefixKind = 'file' | 'link' | 'directory' | 'absent'

/** A layer of the environment: the positions of its packages in the lock, ascending, and what is known of them. */
export interface KnownLayer {
  readonly packages: readonly number[]
  readonly facts: LayerFacts
}

/**
 * What there is to know of a prefix across its layers. The layers' facts answer most of it; the packages of a layer are opened,
 * which may mean to fetch them, only where facts are too coarse.
 */
export class PrefixContents {
  readonly context: LinkContext
  readonly #layers: readonly KnownLayer[]
  readonly #open: (positions: readonly number[]) => Promise<readonly LinkSource[]>
  readonly #opened = new Set<KnownLayer>()
  readonly #sources = new Map<number, LinkSource>()
  readonly #plans: LinkPlan[] = []
  /** Exact, of opened packages; directories are those above something. */
  readonly #kinds = new Map<string, PrefixKind>()
  #clobbers: ReadonlyMap<string, Clobber> = new Map()

  private constructor(
    layers: readonly KnownLayer[],
    context: LinkContext,
    open: (positions: readonly number[]) => Promise<readonly LinkSource[]>,
  ) {
    this.#layers = layers
    this.context = context
    this.#open = open
  }

  /**
   * Looks at the layers of an environment.
   * @param open opens packages by their positions, in that order
   * @throws UserError when a package has files below another one's link, which a layer cannot have
   */
  static async of(
    layers: readonly KnownLayer[],
    context: LinkContext,
    open: (positions: readonly number[]) => Promise<readonly LinkSource[]>,
  ): Promise<PrefixContents> {
    const contents = new PrefixContents(layers, context, open)
    const meetings = findMeetings(layers.map(({ facts }) => facts))
    await contents.#openAll(layers.filter((_, index) => meetings.has(index)))
    refuseObstructed(contents.#plans)
    return contents
  }

  /** The paths that packages of several layers claim; by positions in the lock. */
  get clobbers(): ReadonlyMap<string, Clobber> {
    return this.#clobbers
  }

  /** Of the packages that have been opened, by position in the lock; with holes, which `forEach` passes over. */
  get plans(): readonly LinkPlan[] {
    return this.#plans
  }

  /** A package that has been opened, as all have that `clobbers` speaks of. */
  source(position: number): LinkSource {
    const source = this.#sources.get(position)
    if (!source) throw new Error(`the package at ${position} was not opened`)
    return source
  }

  /** The files that activation reads; of those that several layers have, the one that stays. */
  texts(): Record<string, string> {
    const texts: Record<string, string> = {}
    for (const { packages, facts } of this.#layers) {
      for (const [path, text] of Object.entries(facts.texts)) {
        const winner = this.#clobbers.get(path)?.winner
        if (winner === undefined || packages.includes(winner)) texts[path] = text
      }
    }
    return texts
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
      const plan = planLink(source.archive.info, this.context)
      this.#sources.set(position, source)
      this.#plans[position] = plan
      this.#learn(plan)
    }
    for (const layer of layers) this.#opened.add(layer)
    this.#clobbers = findClobbers(this.#plans)
  }

  #learn({ paths, files }: LinkPlan): void {
    const links = new Set(files.flatMap(({ file, path }) => (file.type === 'softlink' ? [path] : [])))
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
