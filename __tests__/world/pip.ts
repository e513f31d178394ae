import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hasNextRelease } from './apt-sources.ts'
import { extractDebs } from './debian.ts'

/** Real pips: Debian's, which are those of the python index but for some words. */

export type PipRelease = 'bookworm' | 'trixie' | 'forky'

export const newestPip: PipRelease = hasNextRelease ? 'forky' : 'trixie'

/** The releases whose pips are asked. */
export const pipReleases: readonly PipRelease[] = [...new Set<PipRelease>(['bookworm', 'trixie', newestPip])]

export interface DebianPip {
  /** The folder that it is imported from, with what Debian has installed of it. */
  readonly folder: string
  readonly version: string
}

export async function debianPip(release: PipRelease = newestPip): Promise<DebianPip> {
  const folder = join(await extractDebs(['python3-pip'], { release }), 'usr/lib/python3/dist-packages')
  const [version = ''] = (await readdir(folder)).flatMap(
    (name) => /^pip-(.+)\.dist-info$/.exec(name)?.[1] ?? [],
  )
  return { folder, version }
}
