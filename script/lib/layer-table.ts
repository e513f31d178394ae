import { formatBytes } from '../../src/common/format.ts'
import type { ContentLayer } from './image-content.ts'

/** The layers of an image for a terminal, a line each, the lowest first: what a layer is, as the history says, and its size. */
export function layerTable(layers: readonly Pick<ContentLayer, 'descriptor' | 'createdBy'>[]): string {
  const sizes = layers.map(({ descriptor }) => Number(descriptor['size']))
  const rows = [
    ['layer', 'size', 'what it is'],
    ...layers.map(({ createdBy }, index) => [
      String(index + 1),
      formatBytes(sizes[index] ?? 0),
      shortened(createdBy ?? ''),
    ]),
    ['', formatBytes(sizes.reduce((sum, size) => sum + size, 0)), 'all of them, compressed'],
  ]
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(([number = '', size = '', what = '']) =>
      `${number.padStart(widths[0] ?? 0)}  ${size.padStart(widths[1] ?? 0)}  ${what}`.trimEnd(),
    )
    .join('\n')
}

/** A layer of many small packages names them all. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 90 ? `${line.slice(0, 89)}…` : line
}
