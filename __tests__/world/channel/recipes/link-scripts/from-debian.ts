import { join } from 'node:path'
import { extractDebsApart } from '../../../debian.ts'
import type { PackageFile, Recipe } from '../../recipe.ts'
import { filesFrom } from '../../tree.ts'
import { findsItsLibraries, placeInPrefix } from '../libraries.ts'
import type { Machine, Tools } from '../machine.ts'

/** A package that is made of Debian's. */
export interface Repackaging {
  readonly name: string
  /** What is in Debian 12, without what Debian says of its own. */
  readonly version: string
  readonly debs: readonly string[]
  /** Which files, by where they lie in the prefix; default: the shared libraries. */
  readonly files?: RegExp
  /** Where a file lies in the prefix, when not where it is for Debian; undefined when it is left out. */
  readonly place?: (path: string) => string | undefined
  /** What is changed in a file, apart from where it looks for libraries. */
  readonly adapt?: (file: PackageFile) => PackageFile
  readonly depends?: readonly string[]
  /** What Debian's packages do not have, such as the link script. */
  readonly more?: readonly PackageFile[]
}

/** @returns the packages in the same order */
export async function repackaged(
  all: readonly Repackaging[],
  machine: Machine,
  tools: Tools,
): Promise<Recipe[]> {
  // At once, since it is asking for any that takes its time.
  const debs = await extractDebsApart(
    all.flatMap((it) => it.debs),
    { architecture: machine.debian },
  )
  const recipes: Recipe[] = []
  for (const it of all) {
    const files: PackageFile[] = [...(it.more ?? [])]
    for (const deb of it.debs) files.push(...(await filesOf(it, join(debs, deb), machine, tools)))
    recipes.push({
      name: it.name,
      version: it.version,
      build: 'h0_0',
      subdir: machine.subdir,
      depends: ['__glibc >=2.17,<3.0.a0', ...(it.depends ?? [])],
      files,
    })
  }
  return recipes
}

async function filesOf(it: Repackaging, deb: string, machine: Machine, tools: Tools): Promise<PackageFile[]> {
  const { files: wanted = /^lib\/[^/]+\.so\b/, place, adapt } = it
  const found = await filesFrom(deb, (path) => {
    const below = placeInPrefix(path, machine)
    const placed = place && below !== undefined ? place(below) : below
    return placed !== undefined && wanted.test(placed) ? placed : undefined
  })
  const files: PackageFile[] = []
  for (const file of found) {
    const linked = await findsItsLibraries(file, tools)
    files.push(adapt?.(linked) ?? linked)
  }
  return files
}
