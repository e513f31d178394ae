import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { canonicalName } from '../environment/read.ts'

/** A text file of a distribution that a conda package brings. */
export interface DistributionFile {
  /** In the package or below: `lib/python3.12/site-packages/numpy-2.1.0.dist-info/METADATA`; what is before `*-info` plays no part. */
  readonly path: string
  readonly text: string
}

const pattern = /(?:^|\/)([^/]+\.(?:dist|egg)-info(?:\/[^/]+)?)$/

/**
 * Lays out a folder in which pip finds the distributions of conda packages. METADATA is enough for it to know them, and so is a flat
 * `.egg-info`; other files of a distribution do no harm. Of two with one path the last counts, as in a prefix.
 */
export async function layStubs(folder: string, files: readonly DistributionFile[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { path, text } of files) {
    const [, below] = pattern.exec(path) ?? []
    if (below === undefined) throw new Error(`${path} is no file of a distribution`)
    await mkdir(dirname(join(folder, below)), { recursive: true })
    await writeFile(join(folder, below), text)
  }
}

/** The name that a distribution says it has, in the form in which names are compared (PEP 503). */
export function distributionName(text: string): string | undefined {
  const [, name] = /^Name:[ \t]*(\S+)/im.exec(text) ?? []
  return name === undefined ? undefined : canonicalName(name)
}
