import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { formatBytes, formatGrowth } from '../common/format.ts'
import { formatPlatform } from '../common/platform.ts'
import type { Image, ImageLayer } from '../oci/image.ts'
import { bytesOf, factsOf } from './image.ts'

/** How many layers an error names. */
const shown = 5

/**
 * Holds an image to a budget: the compressed bytes of all its layers, what a registry keeps and a machine pulls that has nothing of it.
 * @param budget bytes
 * @param earlier the image that an earlier run left, whose layers are none of this change's
 * @throws UserError with the biggest layers that are new or have grown since
 */
export function checkBudget(image: Image, budget: number, earlier?: Image): void {
  const all = bytesOf(image.layers)
  if (all <= budget) return
  const before = earlier ? `, and the earlier one has ${formatBytes(bytesOf(earlier.layers))}` : ''
  throw new UserError(
    `the image for ${formatPlatform(image.platform)} has ${formatBytes(all)} compressed, ` +
      `${formatBytes(all - budget)} more than ${formatBytes(budget)}${before}`,
    {
      at: { input: 'max-size' },
      advice: [
        ...describeSteps(image.layers, earlier?.layers ?? []),
        "No tag has moved. Leave packages out, use a smaller base, or raise 'max-size'; script/size says what asked for each package.",
      ].join('\n'),
    },
  )
}

/** What has grown, the most first; where nothing has, or there is nothing to compare with, what is biggest. */
function describeSteps(layers: readonly ImageLayer[], earlier: readonly ImageLayer[]): string[] {
  const before = stepsOf(earlier)
  const steps = [...stepsOf(layers)].map(([name, { bytes, content }]) => {
    const known = before.get(name)
    return { title: foreignText(name + content), bytes, known, growth: bytes - (known?.bytes ?? 0) }
  })
  const grown = earlier.length > 0 ? steps.filter(({ growth }) => growth > 0) : []
  if (grown.length === 0) {
    const biggest = steps.toSorted((a, b) => b.bytes - a.bytes).slice(0, shown)
    return [
      'The biggest of its layers:',
      ...biggest.map(({ title, bytes }) => `  ${title}: ${formatBytes(bytes)}`),
    ]
  }
  const most = grown.toSorted((a, b) => b.growth - a.growth).slice(0, shown)
  return [
    'The biggest steps since the earlier image:',
    ...most.map(
      ({ title, bytes, known, growth }) =>
        `  ${title}: ${formatBytes(bytes)}, ${known ? formatGrowth(growth) : 'new'}`,
    ),
  ]
}

/** Layers are the same step by what the history says of them; those of the base, which may be called anything, are one. */
function stepsOf(layers: readonly ImageLayer[]): Map<string, { bytes: number; content: string }> {
  const steps = new Map<string, { bytes: number; content: string }>()
  for (const layer of layers) {
    const name = layer.from === 'base' ? 'the base' : layer.createdBy
    const bytes = (steps.get(name)?.bytes ?? 0) + layer.descriptor.size
    steps.set(name, { bytes, content: layer.from === 'base' ? '' : contentOf(layer) })
  }
  return steps
}

/** The biggest packages of a layer that is not called like the one it has. */
function contentOf(layer: ImageLayer): string {
  const sizes = factsOf(layer)?.sizes ?? []
  const isOwn = sizes.length === 1 && layer.createdBy.endsWith(sizes[0]?.name.replace(/^pip:/, '') ?? '')
  if (sizes.length === 0 || isOwn) return ''
  const biggest = sizes.toSorted((a, b) => b.size - a.size).map(({ name }) => name)
  return ` (${biggest.slice(0, 3).join(', ')}${biggest.length > 3 ? ', …' : ''})`
}
