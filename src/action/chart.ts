import type { Figures } from '../size/types.ts'

/** How many packages have a slice of their own: as many as can be told apart by their colours. */
const slices = 8

/** The part of the whole that a slice can be seen of; Mermaid leaves out what is below a hundredth. */
const visible = 0.02

/**
 * Where the megabytes of an image are, as a pie of Mermaid, which GitHub draws: the base, the biggest packages and other layers, and the
 * rest.
 * @returns Markdown; empty for an image without content
 */
export function sizeChart({ base, compressed, environments, others }: Figures): string {
  const isOne = environments.length < 2
  const own = [
    ...environments.flatMap(({ name, packages }) =>
      packages.map((one) => ({ ...one, name: isOne ? one.name : `${name}: ${one.name}` })),
    ),
    ...others,
  ].toSorted((a, b) => b.compressed - a.compressed)
  const shown = own.filter((one) => one.compressed >= visible * compressed).slice(0, slices)
  const rest = own.slice(shown.length)
  const parts: [label: string, bytes: number][] = [
    ['the base', base?.compressed ?? 0],
    ...shown.map((one): [string, number] => [label(one.name), one.compressed]),
    [`${rest.length} more`, rest.reduce((sum, one) => sum + one.compressed, 0)],
  ]
  const values = parts
    // Mermaid refuses slices of nothing.
    .filter(([, bytes]) => megabytes(bytes) > 0)
    .map(([text, bytes]) => `    "${text}" : ${megabytes(bytes)}`)
  return values.length === 0
    ? ''
    : ['```mermaid', 'pie showData title MB, compressed', ...values, '```'].join('\n')
}

/** What stands in the history or in a lock, without what could end a label or the diagram. */
function label(name: string): string {
  return name.replace(/[^\w .,:+/()-]/g, '').slice(0, 60) || 'a layer'
}

function megabytes(bytes: number): number {
  return Number((bytes / 1_000_000).toFixed(1))
}
