import type { Image, ImageLayer } from '../oci/image.ts'

/** How many layers have a slice of their own: as many as can be told apart by their colours. */
const slices = 8

/** The part of the whole that a slice can be seen of; Mermaid leaves out what is below a hundredth. */
const visible = 0.02

/**
 * Where the megabytes of an image are, as a pie of Mermaid, which GitHub draws: the base, the biggest layers, and the rest.
 * @returns Markdown; empty for an image without content
 */
export function sizeChart({ layers }: Image): string {
  const own = layers
    .filter(({ from }) => from !== 'base')
    .toSorted((a, b) => b.descriptor.size - a.descriptor.size)
  const base = layers.filter(({ from }) => from === 'base')
  const shown = own.filter(({ descriptor }) => descriptor.size >= visible * sum(layers)).slice(0, slices)
  const rest = own.slice(shown.length)
  const parts: [label: string, bytes: number][] = [
    ['the base', sum(base)],
    ...shown.map((layer): [string, number] => [label(layer), layer.descriptor.size]),
    [rest.length === 1 ? 'a smaller layer' : `${rest.length} smaller layers`, sum(rest)],
  ]
  const values = parts
    // Mermaid refuses slices of nothing.
    .filter(([, bytes]) => megabytes(bytes) > 0)
    .map(([text, bytes]) => `    "${text}" : ${megabytes(bytes)}`)
  return values.length === 0
    ? ''
    : ['```mermaid', 'pie showData title MB by layer', ...values, '```'].join('\n')
}

/** What stands in the history, without what could end a label or the diagram. */
function label({ createdBy }: ImageLayer): string {
  return createdBy.replace(/[^\w .,:+/()-]/g, '').slice(0, 60) || 'a layer'
}

function sum(layers: readonly ImageLayer[]): number {
  return layers.reduce((bytes, { descriptor }) => bytes + descriptor.size, 0)
}

function megabytes(bytes: number): number {
  return Number((bytes / 1_000_000).toFixed(1))
}
