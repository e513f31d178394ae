import { canonicalName } from '../environment/read.ts'

/** A python distribution in site-packages, by what tells of it. */
export interface Distribution {
  /** As PEP 503 normalises it. */
  readonly name: string
  readonly version: string
  /** Its directory, or in the case of old ones its file, relative to the prefix. */
  readonly path: string
  readonly kind: 'dist-info' | 'egg-info'
}

/** Finds the distributions among files of a prefix, as pip does: by `<name>-<version>.dist-info` and the older `.egg-info`. */
export function findDistributions(paths: Iterable<string>): Distribution[] {
  const found = new Map<string, Distribution>()
  for (const file of paths) {
    const [, path = '', name = '', version = '', kind = ''] =
      /^((?:.*\/)?site-packages\/([^/-]+)(?:-([^/]*))?\.(dist-info|egg-info))(?:\/|$)/.exec(file) ?? []
    if (path === '' || found.has(path)) continue
    found.set(path, {
      name: canonicalName(name),
      version: kind === 'egg-info' ? version.replace(/-py\d[\d.]*(-.*)?$/, '') : version,
      path,
      kind: kind === 'egg-info' ? kind : 'dist-info',
    })
  }
  return [...found.values()]
}

/** Their names, sorted, each once. */
export function distributionNames(paths: Iterable<string>): string[] {
  return [...new Set(findDistributions(paths).map(({ name }) => name))].sort()
}
