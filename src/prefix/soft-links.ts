/** Soft links that lead to soft links are followed this often, as Linux does. */
const mostHops = 40

/**
 * Finds what a path of a package comes to when the package's own soft links are followed, in its last name and above.
 * @param path relative to the prefix
 * @param links targets by path, both as they are in the prefix
 * @param prefix absolute, for links that are
 * @returns a path relative to the prefix, or `undefined` when it leads out of it, or in a circle
 */
export function followLinks(
  path: string,
  links: ReadonlyMap<string, string>,
  prefix: string,
): string | undefined {
  const root = prefix.split('/').filter((name) => name !== '')
  const inPrefix = (names: readonly string[]) => root.every((name, depth) => names[depth] === name)
  let names = [...root]
  const pending = path.split('/').reverse()
  let hops = 0
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      names.pop()
      continue
    }
    names.push(name)
    const target = inPrefix(names) ? links.get(names.slice(root.length).join('/')) : undefined
    if (target === undefined) continue
    if (++hops > mostHops) return undefined
    names = target.startsWith('/') ? [] : names.slice(0, -1)
    pending.push(...target.split('/').reverse())
  }
  return inPrefix(names) && names.length > root.length ? names.slice(root.length).join('/') : undefined
}
