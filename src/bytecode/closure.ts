import type { LinkSource } from '../prefix/link.ts'

/**
 * A package and all that it depends on, in the order given.
 * @param dependsOf MatchSpecs; those of packages that are not among the given, such as `__glibc`, are passed over
 */
export function closureOf<T>(
  name: string,
  packages: readonly T[],
  nameOf: (item: T) => string,
  dependsOf: (item: T) => readonly string[],
): T[] {
  const byName = new Map(packages.map((item) => [nameOf(item), item]))
  const found = new Set<T>()
  const visit = (wanted: string) => {
    const item = byName.get(wanted)
    if (item === undefined || found.has(item)) return
    found.add(item)
    for (const spec of dependsOf(item)) visit(nameOfSpec(spec))
  }
  visit(name)
  return packages.filter((item) => found.has(item))
}

/** The name of the package that a MatchSpec of `depends` is about. */
export function nameOfSpec(spec: string): string {
  return /^[^\s=<>!~[]+/.exec(spec)?.[0].toLowerCase() ?? ''
}

/** The MatchSpecs of what a package depends on. */
export function dependsOf({ archive }: LinkSource): string[] {
  const { depends } = archive.info.index.json
  return Array.isArray(depends) ? depends.map(String) : []
}
