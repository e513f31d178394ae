import { readFile } from 'node:fs/promises'
import { layerBudget } from '../../src/image/assemble.ts'
import { chooseOwnLayer, groupPackages } from '../../src/layers/build.ts'

/** A version, and the bytes of the archive. */
type Build = readonly [version: string, size: number]

/** An environment as it was, and what happened to it since. */
export interface Series {
  readonly packages: Readonly<Record<string, Build>>
  readonly updates: readonly {
    readonly what: string
    /** New ones, and others' new builds. */
    readonly packages: Readonly<Record<string, Build>>
    readonly removed?: readonly string[]
  }[]
}

/** What one update costs whoever had the image before it. Bytes are those of the packages' archives. */
export interface Pull {
  readonly what: string
  /** Packages that came, went, or are other ones now. */
  readonly packages: number
  /** Bytes of those that came or are other ones. */
  readonly changedBytes: number
  /** Layers that are not the same as before. */
  readonly layers: number
  readonly pulledBytes: number
  /** Bytes of the whole environment, which an image of one layer would pull. */
  readonly allBytes: number
}

/** Packages of Debian 12 as Debian updated them, with sizes from the reference workload's channel. */
export async function readSeries(): Promise<Series> {
  const file = new URL('../../__tests__/data/lock-series.json', import.meta.url)
  return JSON.parse(await readFile(file, 'utf8')) as Series // the project's own file
}

/** A base of a few layers, and the layers that belong to no package. */
const budget = layerBudget - 10

export function pullSeries({ packages, updates }: Series): Pull[] {
  let state = stateOf(packages)
  return updates.map(({ what, packages: builds, removed = [] }): Pull => {
    const before = state
    const rest = Object.entries({ ...before.packages, ...builds }).filter(([name]) => !removed.includes(name))
    const after = stateOf(Object.fromEntries(rest), before)
    state = after
    const changed = [...after.layers].filter(
      ([title, { content }]) => before.layers.get(title)?.content !== content,
    )
    return {
      what,
      packages: Object.keys(builds).length + removed.length,
      changedBytes: bytesOf(Object.values(builds)),
      layers: changed.length,
      pulledBytes: changed.reduce((sum, [, { bytes }]) => sum + bytes, 0),
      allBytes: bytesOf(Object.values(after.packages)),
    }
  })
}

interface State {
  readonly packages: Series['packages']
  readonly names: readonly string[]
  readonly ownLayer: readonly string[]
  readonly layers: ReadonlyMap<string, { readonly content: string; readonly bytes: number }>
}

function stateOf(packages: Series['packages'], previous?: State): State {
  const all = Object.entries(packages).map(([name, [version, size]]) => ({ name, version, size }))
  const names = all.map(({ name }) => name)
  const ownLayer = chooseOwnLayer(all, previous)
  const layers = groupPackages(names, ownLayer, budget).map(({ title, packages: positions }) => {
    const members = positions.flatMap((position) => all[position] ?? [])
    const content = members.map(({ name, version }) => `${name} ${version}`).join()
    return [title, { content, bytes: members.reduce((sum, { size }) => sum + size, 0) }] as const
  })
  return { packages, names, ownLayer, layers: new Map(layers) }
}

function bytesOf(builds: readonly Build[]): number {
  return builds.reduce((sum, [, size]) => sum + size, 0)
}

const columns = ['update', 'packages', 'their bytes', 'layers', 'bytes pulled', 'of the environment']

/** A table in Markdown, aligned as prettier does it; the last row has the sums. */
export function formatSeries(pulls: readonly Pull[]): string {
  const sum = (key: 'changedBytes' | 'layers' | 'packages' | 'pulledBytes' | 'allBytes') =>
    pulls.reduce((total, pull) => total + pull[key], 0)
  const total: Pull = {
    what: 'all of them',
    packages: sum('packages'),
    changedBytes: sum('changedBytes'),
    layers: sum('layers'),
    pulledBytes: sum('pulledBytes'),
    allBytes: sum('allBytes'),
  }
  const rows = [...pulls, total].map(({ what, packages, changedBytes, layers, pulledBytes, allBytes }) => [
    what,
    String(packages),
    megabytes(changedBytes),
    String(layers),
    megabytes(pulledBytes),
    `${((100 * pulledBytes) / allBytes).toFixed(1)} %`,
  ])
  const widths = columns.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(({ length }) => length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(columns), line(rule), ...rows.map(line)].join('\n')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** The table of a page that is one of these. */
export function tableIn(page: string): string {
  const [table] = /^\| update +\|.*(?:\n\|.*)*/m.exec(page) ?? []
  if (table === undefined) throw new Error('the page has no table of updates')
  return table
}
