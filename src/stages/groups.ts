import type { Request } from '../action/request.ts'
import { layerBudget } from '../image/assemble.ts'
import { asOwn, type ImageLayer } from '../oci/image.ts'
import {
  factsAnnotation,
  groupPackages,
  layerKey,
  layerKeyAnnotation,
  parseFacts,
  type LayerFacts,
  type LayerGroup,
} from '../layers/build.ts'
import type { PrefixOwner } from '../layers/types.ts'
import type { Ground } from './base.ts'
import type { Draft } from './draft.ts'
import { openEarlierLayers, type EarlierLayers } from './earlier.ts'
import type { LockedMember } from './lock.ts'
import type { Workshop } from './workshop.ts'

/** Packages that share a layer, which an earlier image may have. */
export interface PlannedGroup extends LayerGroup {
  readonly key: string
  readonly earlier?: { readonly layer: ImageLayer; readonly facts: LayerFacts }
}

/** An environment with its place in the image, its layers chosen. */
export interface PlannedMember extends LockedMember {
  /** Absolute. */
  readonly prefix: string
  readonly groups: readonly PlannedGroup[]
}

/** An image that is to be made. */
export interface Plan {
  readonly draft: Draft
  readonly ground: Ground
  readonly owner: PrefixOwner
  readonly members: readonly PlannedMember[]
  readonly earlier: EarlierLayers
}

/** Layers for micromamba, for the wiring, for what belongs to no package, and for the application. */
const reservedLayers = 4

/** Chooses the layers of an image's packages, and finds those that an earlier image has. */
export async function planImage(
  { compression, groupWritable, compilePyc }: Request,
  draft: Draft,
  ground: Ground,
  workshop: Workshop,
): Promise<Plan> {
  const { image, rootPrefix } = ground.base
  const { uid, gid } = ground.summary.user
  const owner = { uid, gid: groupWritable ? 0 : gid, groupWritable }
  const earlier = await openEarlierLayers(draft.earlier, draft.platform, workshop)
  const budget = Math.floor((layerBudget - image.layers.length - reservedLayers) / draft.members.length)

  const members: PlannedMember[] = []
  for (const member of draft.members) {
    const { name, resolved } = member
    const { packages, header } = resolved.lock
    const prefix = name === 'base' ? rootPrefix : `${rootPrefix}/envs/${name}`
    const names = packages.map((locked) => locked.name)
    const python = packages.find((locked) => locked.name === 'python')
    const groups = groupPackages(names, header?.ownLayer, Math.max(1, budget)).map(
      ({ title, packages: positions }): PlannedGroup => ({
        title: name === 'base' ? title : `${name}: ${title}`,
        packages: positions,
        key: layerKey({
          prefix,
          rootPrefix,
          owner,
          ...(python && { python }),
          bytecode: compilePyc,
          compression,
          packages: positions.flatMap((position) => packages[position] ?? []),
        }),
      }),
    )
    members.push({ ...member, prefix, groups: await withEarlier(groups, names.indexOf('python'), earlier) })
  }
  return { draft, ground, owner, members, earlier }
}

/** A layer without whose facts the rest of the image cannot be made is made again. */
async function withEarlier(
  groups: readonly PlannedGroup[],
  python: number,
  earlier: EarlierLayers,
): Promise<PlannedGroup[]> {
  const found = await earlier.find(groups.map(({ key }) => key))
  return groups.map((group) => {
    const layer = found.get(group.key)
    const text = layer?.descriptor.annotations?.[factsAnnotation] ?? ''
    const facts = parseFacts(text)
    const isWhole = facts && (facts.python !== undefined || !group.packages.includes(python))
    if (!layer || !isWhole) return group
    const annotations = { [layerKeyAnnotation]: group.key, [factsAnnotation]: text }
    return { ...group, earlier: { layer: asOwn(layer, group.title, annotations), facts } }
  })
}
