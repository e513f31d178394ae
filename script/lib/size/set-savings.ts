import { exclusionOf, type Exclusion } from '../../../src/prefix/exclude.ts'
import { excludeSets } from '../../../src/prefix/exclude-sets.ts'
import { ownerOf, type FoundEnvironment } from './environments.ts'
import type { LayerContents } from './layer-contents.ts'
import type { Visible } from './visible.ts'

/** What a set of `exclude` would leave out of an image. */
export interface SetSaving {
  /** `@docs`; of all sets together `all`. */
  readonly set: string
  readonly files: number
  /** Bytes of the files. */
  readonly size: number
  /** Estimated: its part of each layer's compressed bytes is that of the bytes unpacked. */
  readonly compressed: number
}

/**
 * Says what sets would leave out of an image's environments: files of packages and wheels that are seen.
 * @param layers their contents and compressed bytes, the lowest first
 * @returns the sets that have something, the biggest first, at last all together, where several have
 */
export function setSavings(
  layers: readonly (readonly [contents: LayerContents, compressed: number])[],
  { files: visible }: Visible,
  environments: readonly FoundEnvironment[],
): SetSaving[] {
  const names = Object.keys(excludeSets).map((name) => `@${name}`)
  const sets: [string, Exclusion][] = [
    ...names.map((name): [string, string[]] => [name, [name]]),
    ['all', names] as const,
  ].map(([name, patterns]) => [name, exclusionOf(patterns)])
  const inner = environments.toSorted((a, b) => b.prefix.length - a.prefix.length)
  const savings = new Map(sets.map(([set]) => [set, { set, files: 0, size: 0, compressed: 0 }]))
  for (const [{ files }, compressed] of layers) {
    const all = files.reduce((sum, { size }) => sum + size, 0)
    for (const file of files) {
      const environment = inner.find(({ prefix }) => file.path.startsWith(`${prefix}/`))
      if (!environment || visible.get(file.path) !== file || !ownerOf(environment, file.path)) continue
      const path = file.path.slice(environment.prefix.length + 1)
      for (const [set, exclusion] of sets) {
        const saving = savings.get(set)
        if (!saving || exclusion.excludedBy(path) === undefined) continue
        saving.files++
        saving.size += file.size
        saving.compressed += all > 0 ? (compressed * file.size) / all : 0
      }
    }
  }
  const found = [...savings.values()]
    .filter(({ files }) => files > 0)
    .map((saving) => ({ ...saving, compressed: Math.round(saving.compressed) }))
  const single = found.filter(({ set }) => set !== 'all').sort((a, b) => b.size - a.size)
  return single.length > 1 ? [...single, ...found.filter(({ set }) => set === 'all')] : single
}
