import { canonicalName, packageOfSpec } from '../environment/read.ts'
import type { PrefixEntry } from '../prefix/link.ts'
import { isPackage, type Linkable } from '../prefix/linkable.ts'

/** What a package or a wheel has in its layer: nothing is made of it, people are told. */
export interface PackageSize {
  /** Of a wheel with `pip:` before it. */
  readonly name: string
  /** Bytes of its files. */
  readonly size: number
  /** Names of packages; of a wheel those of distributions, which wheels or packages bring. */
  readonly needs: readonly string[]
}

/** How much of a layer's annotation they may take: paths are worth more. */
const room = 3000

/** Gives entries on, and counts the bytes of files. */
export async function* counted(
  entries: AsyncIterable<PrefixEntry>,
  add: (bytes: number) => void,
): AsyncGenerator<PrefixEntry> {
  for await (const entry of entries) {
    if (entry.type === 'file') add(entry.size)
    yield entry
  }
}

/** Whether a file of a wheel says what the wheel needs. */
export function isMetadata(path: string): boolean {
  return path.endsWith('.dist-info/METADATA')
}

/**
 * @param size bytes of its files
 * @param texts of a wheel its METADATA, by path
 */
export function packageSize(
  source: Linkable,
  size: number,
  texts: Readonly<Record<string, string>>,
): PackageSize {
  if (!isPackage(source)) {
    const metadata = Object.entries(texts).find(([path]) => isMetadata(path))?.[1] ?? ''
    return { name: `pip:${source.locked.name}`, size, needs: requirementsIn(metadata).always }
  }
  const { json } = source.archive.info.index
  return { name: source.locked.name, size, needs: packagesNeeded(json['depends']) }
}

/** The names in a package's `depends`; virtual packages are left out. */
export function packagesNeeded(depends: unknown): string[] {
  const specs = Array.isArray(depends) ? depends.filter((spec) => typeof spec === 'string') : []
  return [...new Set(specs.map(packageOfSpec))].filter((name) => name !== '' && !name.startsWith('__'))
}

/**
 * What a distribution's METADATA says that it needs (core metadata, `Requires-Dist`): canonical names, those behind a marker that asks for an
 * extra apart.
 */
export function requirementsIn(metadata: string): {
  readonly always: readonly string[]
  readonly withExtras: readonly string[]
} {
  const [headers = ''] = metadata.split(/\r?\n\r?\n/, 1)
  const always = new Set<string>()
  const withExtras = new Set<string>()
  for (const [, name = '', marker = ''] of headers.matchAll(
    /^Requires-Dist:[ \t]*([\w.-]+)[^;\n]*(?:;(.*))?$/gim,
  )) {
    ;(/\bextra\s*==/.test(marker) ? withExtras : always).add(canonicalName(name))
  }
  return { always: [...always], withExtras: [...withExtras] }
}

/** As they stand in the annotation: without what they need, or not at all, where there is no room. */
export function withinRoom(packages: readonly PackageSize[]): readonly PackageSize[] {
  const fits = (some: readonly PackageSize[]) => JSON.stringify(some.map(formatSize)).length <= room
  if (fits(packages)) return packages
  const bare = packages.map((one) => ({ ...one, needs: [] }))
  return fits(bare) ? bare : []
}

export function formatSize({ name, size, needs }: PackageSize): string {
  return [name, size, ...needs].join(' ')
}

export function parseSize(text: string): PackageSize {
  const [name = '', size = '', ...needs] = text.split(' ')
  return { name, size: Number(size), needs }
}
