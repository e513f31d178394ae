import { formatBytes, formatCount } from '../../../src/common/format.ts'
import { foreignText } from '../../../src/common/foreign.ts'
import type { EnvironmentFigure, Figures, OtherFigure, PackageFigure } from '../../../src/size/types.ts'
import type { ImageFigures } from './image.ts'
import type { LockFigures } from './lock.ts'

/** What was measured, and its figures. */
export type Measured =
  | ({
      readonly what: 'image'
      readonly name: string
      readonly digest: string
      readonly platform: string
      readonly layers: number
    } & ImageFigures)
  | ({ readonly what: 'lock'; readonly name: string; readonly platform: string } & LockFigures)

/**
 * Figures for a terminal.
 * @param limit how many packages are listed, and half as many of all else
 */
export function formatFigures(measured: Measured, limit: number): string {
  const isImage = measured.what === 'image'
  const sections = [
    `${measured.name}, ${measured.platform}: ${formatBytes(measured.compressed)} ${isImage ? `compressed, ${formatBytes(measured.size)} unpacked, ${measured.layers} layers` : 'of archives'}`,
    parts(measured, limit),
    packages(measured, limit),
    ...(isImage ? remarksOnImage(measured, limit) : remarksOnLock(measured)),
  ]
  return sections.filter((section) => section !== '').join('\n\n')
}

/** The base, the environments side by side, and what belongs to no package. */
function parts(figures: Figures, limit: number): string {
  const { base, environments, others, compressed } = figures
  if (!base) return ''
  const share = (bytes: number) => `${compressed > 0 ? Math.round((100 * bytes) / compressed) : 0} %`
  const line = (name: string, bytes: number, size: number | undefined) => [
    formatBytes(bytes),
    size === undefined ? '' : formatBytes(size),
    share(bytes),
    name,
  ]
  const most = Math.max(1, Math.floor(limit / 2))
  const rest = others.slice(most)
  return table(
    [
      ['compressed', 'unpacked', 'share', 'part'],
      line(`the base, ${base.layers} ${base.layers === 1 ? 'layer' : 'layers'}`, base.compressed, base.size),
      ...environments.map(({ name, packages: some }) =>
        line(`environment ${name}, ${some.length} packages`, sum(some, 'compressed'), sum(some, 'size')),
      ),
      ...others.slice(0, most).map((one) => line(one.name, one.compressed, one.size)),
      ...(rest.length > 0
        ? [line(formatCount(rest.length, 'smaller part'), sum(rest, 'compressed'), sum(rest, 'size'))]
        : []),
    ],
    3,
  )
}

function sum(figures: readonly (PackageFigure | OtherFigure)[], of: 'compressed' | 'size'): number {
  return figures.reduce((bytes, figure) => bytes + (figure[of] ?? 0), 0)
}

/** All packages by size; of several environments with a column for each. */
function packages(measured: Measured, limit: number): string {
  const { environments } = measured
  const unknown = new Set(measured.what === 'lock' ? measured.unknown : [])
  const isUnknown = ({ name }: PackageFigure) => unknown.has(name)
  const byName = new Map<string, Map<EnvironmentFigure, PackageFigure>>()
  for (const environment of environments) {
    for (const one of environment.packages) {
      const key = [one.name, one.version].filter((part) => part !== undefined && part !== '').join(' ')
      byName.set(key, (byName.get(key) ?? new Map<EnvironmentFigure, PackageFigure>()).set(environment, one))
    }
  }
  const weightOf = (found: ReadonlyMap<unknown, PackageFigure>) => sum([...found.values()], 'compressed')
  const rows = [...byName].sort(([, a], [, b]) => weightOf(b) - weightOf(a))
  if (rows.length === 0) return ''
  const isUnpacked = rows.some(([, found]) => [...found.values()].some(({ size }) => size !== undefined))
  const headings = environments.length > 1 ? environments.map(({ name }) => name) : ['compressed']
  const isGuessed = environments.some((environment) => environment.isGuessed)
  const lines = rows.slice(0, limit).map(([name, found]) => [
    ...environments.map((environment) => {
      const figure = found.get(environment)
      if (figure && isUnknown(figure)) return '?'
      return figure ? `${figure.exact ? '' : '≈ '}${formatBytes(figure.compressed)}` : ''
    }),
    ...(isUnpacked ? [formatBytes(sum([...found.values()], 'size'))] : []),
    name,
    [...found.values()].map(({ chain }) => chain?.join(' → ')).find((chain) => chain !== undefined) ?? '',
  ])
  const left = rows.slice(limit)
  const all = left.reduce((bytes, [, found]) => bytes + weightOf(found), 0)
  return [
    table(
      [[...headings, ...(isUnpacked ? ['unpacked'] : []), 'package', 'asked for by'], ...lines],
      headings.length + (isUnpacked ? 1 : 0),
    ),
    ...(left.length > 0 ? [`and ${left.length} more, ${formatBytes(all)}`] : []),
    ...(isGuessed ? ['What was asked for is not written down: what nothing else needs stands for it.'] : []),
  ].join('\n')
}

function remarksOnImage(figures: ImageFigures, limit: number): string[] {
  const { duplicates, hidden, inSeveralEnvironments, baseBy, sets } = figures
  const wasted = duplicates.reduce((bytes, { size, copies }) => bytes + size * (copies.length - 1), 0)
  return [
    duplicates.length === 0
      ? ''
      : [
          `The same file in two packages: ${duplicates.length}, ${formatBytes(wasted)} unpacked`,
          ...duplicates
            .slice(0, Math.max(1, Math.floor(limit / 2)))
            .flatMap(({ size, copies }) => [
              `  ${formatBytes(size)}`,
              ...copies.map((copy) => `    ${foreignText(copy.package)}: ${foreignText(copy.path)}`),
            ]),
        ].join('\n'),
    inSeveralEnvironments === 0
      ? ''
      : `Alike in several environments: ${formatBytes(inSeveralEnvironments)} unpacked`,
    hidden === 0
      ? ''
      : `Replaced or removed by upper layers, and pulled all the same: ${formatBytes(hidden)} unpacked`,
    sets.length === 0
      ? ''
      : [
          "What sets of 'exclude' would leave out",
          table(
            [
              ['compressed', 'unpacked', 'files', 'set'],
              ...sets.map(({ set, files, size, compressed }) => [
                `≈ ${formatBytes(compressed)}`,
                formatBytes(size),
                String(files),
                set === 'all' ? 'all of them' : set,
              ]),
            ],
            3,
          ),
        ].join('\n'),
    baseBy === 'history'
      ? ''
      : 'Nothing tells which layers are the base: those below the first package stand for it.',
  ]
}

function remarksOnLock({ unknown, withoutIndex }: LockFigures): string[] {
  return [
    unknown.length === 0 ? '' : `Nobody tells the size of ${unknown.join(', ')}`,
    withoutIndex
      ? "Not all packages are in their channels' indexes: what needs what is not known of the others."
      : '',
  ]
}

/** @param numeric how many columns, from the left, stand at the right of their width */
function table(rows: readonly (readonly string[])[], numeric: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const text = foreignText(cell)
          return column < numeric ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
