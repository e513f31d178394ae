import { layerBudget } from '../image/assemble.ts'
import type { EnvironmentInputs, ImageInputs, WheelInputs } from '../image/inputs.ts'
import { runGroups } from '../image/run-lines.ts'
import {
  areFactsOf,
  factsAnnotation,
  groupAnnotations,
  groupLocked,
  layerKey,
  layerKeyAnnotation,
  leftOutAnnotation,
  parseFacts,
  parseLeftOut,
  sameLeftOut,
  type KeyedWheel,
  type LayerFacts,
  type LayerGroup,
  type LayerInputs,
  type LeftOut,
  type MadeLayer,
} from '../layers/build.ts'
import type { PrefixOwner } from '../layers/types.ts'
import type { LockedPackage } from '../lock/types.ts'
import { asOwn, type ImageLayer } from '../oci/image.ts'
import { bytecodeFormat } from '../prefix/bytecode-format.ts'
import type { Base } from './base.ts'
import type { RunContext } from './context.ts'
import { openEarlierLayers, type EarlierLayers } from './earlier.ts'
import type { LockedMember } from './locked-member.ts'
import type { WantedImage } from './wanted.ts'
import { buildKey } from './wheel-origin.ts'

/** Packages or wheels that share a layer, which an earlier image may have. */
export interface PlannedGroup extends LayerGroup {
  readonly inputs: LayerInputs
  /** Of the layer if nothing is left out. */
  readonly key: string
  readonly earlier?: MadeLayer
  /** One that an earlier image has of the same packages; whether the same is left out of it will be seen when they are at hand. */
  readonly candidate?: EarlierGroup
}

/** A layer of an earlier image. */
export interface EarlierGroup {
  readonly key: string
  readonly layer: ImageLayer
  readonly facts: LayerFacts
  /** As the annotation has them. */
  readonly text: string
}

/** An environment with its place in the image, its layers chosen. */
export interface PlannedMember {
  readonly inputs: EnvironmentInputs
  /** Where its packages and wheels are had from. */
  readonly locked: LockedMember
  /** Absolute. */
  readonly prefix: string
  readonly groups: readonly PlannedGroup[]
}

/** An image that is to be made. */
export interface Plan {
  readonly wanted: WantedImage
  readonly base: Base
  readonly owner: PrefixOwner
  readonly members: readonly PlannedMember[]
  readonly earlier: EarlierLayers
}

/** Layers for micromamba, for the wiring, for what belongs to no package, and for the application. */
const fixedLayers = 4

/** Chooses the layers of an image's packages, and finds those that an earlier image has. */
export async function planImage(wanted: WantedImage, context: RunContext): Promise<Plan> {
  const { inputs } = wanted
  const base = await wanted.base.open()
  const { uid, gid } = wanted.base.summary.user
  const { groupWritable, compression } = inputs.options
  const owner = { uid, gid: groupWritable ? 0 : gid, groupWritable }
  const earlier = await openEarlierLayers(wanted.earlier, inputs.platform, compression, context)
  const reserved = fixedLayers + runGroups(inputs.options.run).length
  // Of each environment one more is for what its link scripts make.
  const budget =
    Math.floor((layerBudget - base.image.layers.length - reserved) / inputs.environments.length) - 1
  const members = await Promise.all(
    wanted.members.map(async (locked, index): Promise<PlannedMember> => {
      const environment = inputs.environments[index]
      if (!environment) throw new Error('an environment is missing from the inputs')
      const { rootPrefix } = base
      const prefix = environment.name === 'base' ? rootPrefix : `${rootPrefix}/envs/${environment.name}`
      const place = { prefix, rootPrefix, owner }
      const { packages } = locked.resolved.lock
      const names = packages.map(({ name }) => name)
      const python = names.indexOf('python')
      const { wheels = [], ownLayer } = environment
      const places = (isWanted: (wheel: WheelInputs) => boolean) =>
        new Set(wheels.flatMap((wheel, place) => (isWanted(wheel) ? [place] : [])))
      const grouped = {
        ...{ packages: names, wheels: wheels.map(({ name }) => name), ownLayer },
        built: places((wheel) => 'origin' in wheel),
        folders: places((wheel) => 'origin' in wheel && 'files' in wheel.origin),
      }
      const groups = groupLocked(grouped, Math.max(1, budget)).map((group) => {
        const { title, packages: positions, isOfFolders } = group
        const needsPython = positions.some(
          (position) => position >= names.length || packages[position]?.subdir === 'noarch',
        )
        const layer = layerInputs(inputs, environment, place, positions, needsPython ? python : -1)
        return {
          title: environment.name === 'base' ? title : `${environment.name}: ${title}`,
          packages: positions,
          ...(isOfFolders && { isOfFolders }),
          inputs: layer,
          key: layerKey(layer),
        }
      })
      const found = await withEarlier(groups, packages, inputs.options.exclude ?? [], earlier)
      return { inputs: environment, locked, prefix, groups: found }
    }),
  )
  return { wanted, base, owner, members, earlier }
}

/** @param python the position of the python that the packages depend on; -1 when they depend on none */
function layerInputs(
  image: ImageInputs,
  environment: EnvironmentInputs,
  place: Pick<LayerInputs, 'prefix' | 'rootPrefix' | 'owner'>,
  positions: readonly number[],
  python: number,
): LayerInputs {
  const { options } = image
  const { packages, wheels = [], pip } = environment
  const found = packages[python]
  const own = positions.flatMap((position) => wheels[position - packages.length] ?? [])
  const keyed = (wheel: WheelInputs): KeyedWheel => {
    const { name, requested, directUrl } = wheel
    const content =
      'sha256' in wheel
        ? { sha256: wheel.sha256 }
        : { build: buildKey(image, environment, place.prefix, wheel.origin) }
    return { name, ...content, requested, ...(directUrl && { directUrl }) }
  }
  return {
    ...place,
    compression: options.compression,
    ...(found && { python: found, ...(options.compilePyc && { bytecode: bytecodeFormat }) }),
    packages: positions.flatMap((position) => packages[position] ?? []),
    ...(own.length > 0 && { wheels: own.map(keyed), ...(pip !== undefined && { pip }) }),
  }
}

/** A layer without whose facts the rest of the image cannot be made is made again, and one whose facts are of other packages. */
async function withEarlier(
  groups: readonly PlannedGroup[],
  packages: readonly LockedPackage[],
  exclude: readonly string[],
  earlier: EarlierLayers,
): Promise<PlannedGroup[]> {
  const found = await earlier.find(groups.map(({ key }) => key))
  return groups.map((group) => {
    const layer = found.get(group.key)
    const {
      [layerKeyAnnotation]: key = '',
      [factsAnnotation]: text = '',
      [leftOutAnnotation]: leftOut = '',
    } = layer?.descriptor.annotations ?? {}
    const facts = parseFacts(text)
    const own = group.packages.flatMap((position) => packages[position] ?? [])
    if (!layer || !facts || !areFactsOf(own, facts) || facts.prefix !== group.inputs.prefix) return group
    const candidate = { key, layer, facts, text }
    const known = parseLeftOut(leftOut, earlier.exclude)
    return known && sameLeftOut(exclude, known, earlier.exclude)
      ? { ...group, earlier: takenOver(group, candidate, known, exclude) }
      : { ...group, candidate }
  })
}

/** A layer of an earlier image from which the same is left out, as this image has it. */
export function takenOver(
  { title, key: whole }: PlannedGroup,
  { key, layer, facts, text }: EarlierGroup,
  leftOut: Pick<LeftOut, 'sets' | 'patterns'>,
  exclude: readonly string[],
): MadeLayer {
  return { layer: asOwn(layer, title, groupAnnotations({ key, whole }, text, leftOut, exclude)), facts }
}
