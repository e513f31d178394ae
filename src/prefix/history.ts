import type { LockedPackage } from '../lock/types.ts'

/**
 * conda-meta/history, the file that makes a prefix an environment: one transaction that links everything. Where
 * micromamba has the time and the command of its machine, this has a fixed time and no arguments.
 * @param packages in the order in which they are linked
 * @param options.time when the transaction was, written in UTC
 * @param options.specs what was asked for, as MatchSpecs, for `conda env export --from-history`
 */
export function formatHistory(
  packages: readonly Pick<LockedPackage, 'channel' | 'subdir' | 'name' | 'version' | 'build'>[],
  options: { readonly time: Date; readonly specs?: readonly string[] },
): string {
  const { time, specs = [] } = options
  const lines = [
    `==> ${time.toISOString().slice(0, 19).replace('T', ' ')} <==`,
    '# cmd: micromamba create',
    // What micromamba says of itself: history's readers expect a version of conda.
    '# conda version: 3.8.0',
    ...packages.map(
      ({ channel, subdir, name, version, build }) => `+${channel}/${subdir}::${name}-${version}-${build}`,
    ),
  ]
  if (specs.length > 0)
    lines.push(`# update specs: [${specs.map((spec) => JSON.stringify(spec)).join(', ')}]`)
  return `${lines.join('\n')}\n`
}
