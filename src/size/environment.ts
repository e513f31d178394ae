import { rootsOf, shortestChains } from './chains.ts'
import type { EnvironmentFigure, PackageFigure } from './types.ts'

/** A package or a wheel before it is known what asked for it. */
export interface Weighed extends Omit<PackageFigure, 'chain'> {
  /** Names of packages, and of distributions, which wheels bring or packages that are called alike. */
  readonly needs: readonly string[]
  /** The same, what is needed only with an extra. */
  readonly needsWithExtras?: readonly string[]
}

/**
 * The packages of an environment, the biggest first, each with what asked for it.
 * @param asked names of packages, of wheels with `pip:` before them
 * @param brought which package brings a distribution of a name, where it is called otherwise
 */
export function environmentFigure(
  name: string,
  packages: readonly Weighed[],
  asked: Iterable<string>,
  brought: ReadonlyMap<string, string> = new Map(),
): EnvironmentFigure {
  const names = new Set(packages.map((one) => one.name))
  const meant = (isWheel: boolean) => (needed: string) => {
    if (!isWheel) return needed
    // A distribution is a wheel's where there is one, else that of the package which brings it, most often of the same name.
    return names.has(`pip:${needed}`) ? `pip:${needed}` : (brought.get(needed) ?? needed)
  }
  const needs = (of: (one: Weighed) => readonly string[]) =>
    new Map(
      packages.map((one): [string, string[]] => [
        one.name,
        of(one)
          .map(meant(one.name.startsWith('pip:')))
          .filter((needed) => names.has(needed)),
      ]),
    )
  const graph = { always: needs((one) => one.needs), withExtras: needs((one) => one.needsWithExtras ?? []) }
  const { roots, isGuessed } = rootsOf(asked, graph)
  const chains = shortestChains(roots, graph)
  const figures = packages.map((one): PackageFigure => {
    const { version, size, compressed, exact } = one
    const chain = chains.get(one.name)
    return {
      name: one.name,
      ...(version !== undefined && { version }),
      ...(size !== undefined && { size }),
      compressed,
      exact,
      ...(chain && { chain }),
    }
  })
  return { name, packages: figures.sort(byWeight), isGuessed }
}

/** The biggest first; of equals in the order of their names. */
export function byWeight<T extends { readonly name: string; readonly compressed: number }>(
  a: T,
  b: T,
): number {
  return b.compressed - a.compressed || (a.name < b.name ? -1 : 1)
}
