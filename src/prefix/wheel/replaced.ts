import { posix } from 'node:path'
import { parseEntryPoints } from '../../packages/wheel/entry-points.ts'
import { parseCsv } from '../../packages/wheel/csv.ts'
import { bytecodePath, type Python } from '../python.ts'

/** What is known of an installed distribution that pip would uninstall: files of its `.dist-info`. */
export interface InstalledDistribution {
  /** For errors. */
  readonly dist: string
  readonly record: string
  /** entry_points.txt, if it has one. */
  readonly entryPoints?: string
}

/**
 * The paths that pip removes when it replaces a distribution, if they are there (pip, req/req_uninstall.py): the rows of its RECORD,
 * bytecode of sources in each of its places, scripts of entry points, listed or not. Other files of its directories stay.
 * @param prefix absolute, for rows that are
 * @returns relative to the prefix, sorted, none twice; what is outside of the prefix is left out
 * @throws UserError when its entry_points.txt cannot be read
 */
export function removedBy(
  { dist, record, entryPoints = '' }: InstalledDistribution,
  { sitePackages, version }: Python,
  prefix: string,
): string[] {
  const inPrefix = (row: string) => {
    const path = posix.relative(prefix, posix.resolve(prefix, sitePackages, row))
    return path === '' || path === '..' || path.startsWith('../') ? undefined : path
  }
  const removed = new Set<string>()
  for (const [row] of parseCsv(record)) {
    const path = row ? inPrefix(row) : undefined
    if (path === undefined) continue
    removed.add(path)
    if (!path.endsWith('.py')) continue
    removed.add(`${path}c`)
    removed.add(`${path}o`)
    removed.add(bytecodePath(path, version))
  }
  const { console, gui } = parseEntryPoints(entryPoints, dist)
  for (const name of [...console.keys(), ...gui.keys()]) {
    const path = inPrefix(posix.resolve(prefix, 'bin', name))
    if (path !== undefined) removed.add(path)
  }
  return [...removed].sort()
}
