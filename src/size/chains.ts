/** What packages need: names by name. Those that are needed only with an extra of python's stand apart. */
export interface Needs {
  readonly always: ReadonlyMap<string, readonly string[]>
  readonly withExtras?: ReadonlyMap<string, readonly string[]>
}

/**
 * The shortest way from what was asked for to each package that is there because of it. An extra that somebody may have asked for explains
 * only what nothing else does.
 * @param roots what was asked for
 * @returns from a root to the package itself, by name
 */
export function shortestChains(
  roots: Iterable<string>,
  { always, withExtras = new Map() }: Needs,
): Map<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>()
  for (const root of roots) if (always.has(root)) chains.set(root, [root])
  follow(chains, (name) => always.get(name))
  follow(chains, (name) => [...(always.get(name) ?? []), ...(withExtras.get(name) ?? [])])
  return chains
}

/** A map that grows while it is gone through is gone through to its end, and so the shortest ways come first. */
function follow(
  chains: Map<string, readonly string[]>,
  needsOf: (name: string) => readonly string[] | undefined,
): void {
  for (const [name, chain] of chains) {
    for (const needed of needsOf(name) ?? []) if (!chains.has(needed)) chains.set(needed, [...chain, needed])
  }
}

/** What nothing else needs: what was asked for, as far as anybody can tell who does not know. */
export function leavesOf({ always }: Needs): string[] {
  const needed = new Set([...always].flatMap(([name, needs]) => needs.filter((other) => other !== name)))
  return [...always.keys()].filter((name) => !needed.has(name))
}

/**
 * What was asked for in an environment. Where every package was, as in an explicit install, nobody can tell any more.
 * @param asked names; empty where that is not known
 */
export function rootsOf(
  asked: Iterable<string>,
  needs: Needs,
): { readonly roots: readonly string[]; readonly isGuessed: boolean } {
  const roots = [...new Set(asked)].filter((name) => needs.always.has(name))
  const isKnown = roots.length > 0 && (roots.length < needs.always.size || needs.always.size === 1)
  return isKnown ? { roots, isGuessed: false } : { roots: leavesOf(needs), isGuessed: true }
}
