import { maskedUrl } from './credentials.ts'
import type { Chosen } from './solve.ts'

/**
 * The JSON of a dry run that has found a solution; an empty one comes indented in another way and without `LINK`.
 * @param more is in the answer too
 */
export function formatAnswer(
  packages: readonly Chosen[],
  prefix: string,
  more: Readonly<Record<string, unknown>>,
): string {
  const items = sorted(packages).map(item)
  const actions = { FETCH: items, ...(items.length > 0 && { LINK: items }), PREFIX: prefix }
  const answer = { actions, dry_run: true, ...more, prefix, success: true }
  return `${JSON.stringify(answer, null, items.length > 0 ? 4 : 2)}\n`
}

/** Keys in alphabetical order. */
function item({ channel, fileName, record }: Chosen): Record<string, unknown> {
  return {
    build: record.build,
    build_number: record.build_number,
    build_string: record.build,
    channel: channel.address.url,
    constrains: record.constrains ?? [],
    depends: record.depends,
    fn: fileName,
    license: record.license ?? '',
    md5: record.md5 ?? '',
    name: record.name,
    ...(record.noarch && { noarch: record.noarch }),
    ...(record.python_site_packages_path && { python_site_packages_path: record.python_site_packages_path }),
    sha256: record.sha256 ?? '',
    size: record.size ?? 0,
    subdir: record.subdir,
    // Milliseconds in repodata, seconds here.
    timestamp: Math.floor((record.timestamp ?? 0) / 1000),
    track_features: record.track_features ?? '',
    url: maskedUrl(channel.address, `/${record.subdir}/${fileName}`),
    version: record.version,
  }
}

/** Each after those that it depends on. */
function sorted(packages: readonly Chosen[]): Chosen[] {
  const byName = new Map(packages.map((one) => [one.record.name, one]))
  const done = new Set<Chosen>()
  const visit = (one: Chosen) => {
    if (done.has(one)) return
    for (const spec of one.record.depends) {
      const needed = byName.get(/^[^\s=<>!~[]+/.exec(spec)?.[0] ?? '')
      if (needed && needed !== one) visit(needed)
    }
    done.add(one)
  }
  packages.toSorted((a, b) => (a.record.name < b.record.name ? -1 : 1)).forEach(visit)
  return [...done]
}
