import type { Clobber } from '../prefix/link.ts'
import type { LayerGroup } from './group.ts'

/**
 * Finds the files that the order of the layers gets wrong. Of several packages that claim a path, the one that is last in
 * the lock must have it, but in an image the one in the topmost layer does; where these differ, the winner's file has
 * to be given again in a layer on top.
 * @param groups in the order of the image
 * @param gone paths at which nothing is left
 * @returns for each package (its position in the lock) the paths to give again
 */
export function planOverrides(
  groups: readonly LayerGroup[],
  clobbers: ReadonlyMap<string, Clobber>,
  gone: ReadonlySet<string> = new Set(),
): Map<number, Set<string>> {
  const layerOf = new Map(
    groups.flatMap(({ packages }, layer) => packages.map((position) => [position, layer])),
  )
  const heightOf = (position: number) => layerOf.get(position) ?? -1
  const overrides = new Map<number, Set<string>>()
  for (const [path, { winner, losers }] of clobbers) {
    if (gone.has(path)) continue
    if (losers.every((loser) => heightOf(loser) <= heightOf(winner))) continue
    const paths = overrides.get(winner)
    if (paths) paths.add(path)
    else overrides.set(winner, new Set([path]))
  }
  return overrides
}
