import { factsAnnotation, parseFacts, type LayerFacts } from '../layers/build.ts'
import type { Image, ImageLayer } from '../oci/image.ts'
import { byWeight, environmentFigure, type Weighed } from './environment.ts'
import { shareOut } from './share.ts'
import type { Figures, OtherFigure } from './types.ts'

/**
 * Where the bytes of an image of ours are, by what its manifest says of its layers: nothing of it is read. A package that has a layer of
 * its own is measured, of others the share is estimated.
 * @param asked what was asked for in each environment, names of packages, by the environment's name
 */
export function figuresOfImage(
  { layers }: Pick<Image, 'layers'>,
  asked: ReadonlyMap<string, readonly string[]>,
): Figures {
  const environments = new Map<string, Weighed[]>()
  const others: OtherFigure[] = []
  const base = layers.filter(({ from }) => from === 'base')
  for (const layer of layers.filter(({ from }) => from !== 'base')) {
    const facts = factsOf(layer)
    if (!facts || facts.sizes.length === 0) {
      others.push({ name: layer.createdBy, compressed: layer.descriptor.size })
      continue
    }
    const name = environmentAt(facts.prefix)
    environments.set(name, [...(environments.get(name) ?? []), ...weigh(layer, facts)])
  }
  return {
    compressed: bytesOf(layers),
    base: { name: 'the base', compressed: bytesOf(base), layers: base.length },
    environments: [...environments].map(([name, packages]) =>
      environmentFigure(name, packages, asked.get(name) ?? []),
    ),
    others: others.sort(byWeight),
  }
}

function weigh({ descriptor }: ImageLayer, { sizes }: LayerFacts): Weighed[] {
  const shares = shareOut(
    descriptor.size,
    sizes.map(({ size }) => size),
  )
  return sizes.map(({ name, size, needs }, index) => ({
    name,
    size,
    compressed: shares[index] ?? 0,
    exact: sizes.length === 1,
    needs,
  }))
}

/** What a layer says of its packages, if it is one of packages. */
export function factsOf({ descriptor }: Pick<ImageLayer, 'descriptor'>): LayerFacts | undefined {
  return parseFacts(descriptor.annotations?.[factsAnnotation] ?? '')
}

/** How an environment at a prefix is called. */
export function environmentAt(prefix: string): string {
  return /\/envs\/([^/]+)$/.exec(prefix)?.[1] ?? 'base'
}

export function bytesOf(layers: readonly Pick<ImageLayer, 'descriptor'>[]): number {
  return layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0)
}
