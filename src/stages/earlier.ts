import * as core from '@actions/core'
import type { Request } from '../action/request.ts'
import { mapConcurrently } from '../common/concurrency.ts'
import type { Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { fingerprintAnnotation } from '../image/assemble.ts'
import { findEarlier, readEarlier, type EarlierImage } from '../image/earlier.ts'
import type { Image, ImageLayer } from '../oci/image.ts'
import { layerKeyAnnotation, leftOutAnnotation, parseLeftOut, patternsOf } from '../layers/build.ts'
import type { Compression } from '../layers/types.ts'
import { layerMediaTypes } from '../oci/media-types.ts'
import { formatReference, type ImageReference } from '../registry/registry.ts'
import type { RunContext } from './context.ts'

/** What earlier images are looked for with. */
type Reach = Pick<RunContext, 'registry' | 'uploader'>

/** How many layers of an earlier image are asked after at a time. */
const parallel = 16

/**
 * The images that an earlier run left, one for each platform: of the first name that has one of ours. What cannot be had is
 * as good as not there, for all of it can be made again.
 */
export async function findEarlierImages(
  { platforms, tags, push, cacheFrom }: Pick<Request, 'platforms' | 'tags' | 'push' | 'cacheFrom'>,
  { registry }: Pick<Reach, 'registry'>,
): Promise<(EarlierImage | undefined)[]> {
  const own = push ? tags.filter(({ tag }) => tag !== undefined) : []
  for (const reference of cacheFrom === 'none' ? [] : distinct([...own, ...cacheFrom])) {
    const name = formatReference(reference)
    try {
      const found = await findEarlier(reference, platforms, registry)
      if (found.some((image) => image !== undefined)) {
        core.info(`${name} was made by an earlier run`)
        return found
      }
      core.info(`${name}: no image of this action is there`)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      core.info(`${name} is no help: ${error.message}`)
    }
  }
  return platforms.map(() => undefined)
}

function distinct(references: readonly ImageReference[]): ImageReference[] {
  return [...new Map(references.map((reference) => [formatReference(reference), reference])).values()]
}

/**
 * The earlier image as this run's own, if it is what would be made now. Where it lies it is whole.
 * @returns undefined for another one, and for one that is damaged
 */
export async function takeUnchanged(
  earlier: EarlierImage | undefined,
  fingerprint: Digest,
  platform: Image['platform'],
  { registry, uploader }: Reach,
): Promise<Image | undefined> {
  if (earlier?.annotations[fingerprintAnnotation] !== fingerprint) return undefined
  const image = await attempt(() => readEarlier(earlier, platform, registry))
  if (!image) return undefined
  for (const { descriptor } of [image.manifest, image.config, ...image.layers]) {
    uploader?.know(earlier.origin, descriptor.digest)
  }
  return image
}

/** The layers of an earlier image that this run could make, by their keys. */
export interface EarlierLayers {
  /** The image that they are of. */
  readonly image?: Image
  /** What was left out of that, as patterns. */
  readonly exclude: readonly string[]
  /**
   * The layers with these keys, as far as the registry has them: an annotation is believed no further than that. A layer from which
   * something was left out is found by the key that it would have without.
   * @returns by key
   */
  find(keys: readonly string[]): Promise<ReadonlyMap<string, ImageLayer>>
}

/** Of a damaged image none is taken, and of a sound one no layer that is compressed in another way than its key would have it. */
export async function openEarlierLayers(
  earlier: EarlierImage | undefined,
  platform: Image['platform'],
  compression: Compression,
  { registry, uploader }: Reach,
): Promise<EarlierLayers> {
  const byKey = new Map<string, ImageLayer>()
  const image = earlier && (await attempt(() => readEarlier(earlier, platform, registry)))
  const exclude = patternsOf(earlier?.annotations ?? {})
  for (const layer of image?.layers ?? []) {
    const { annotations, mediaType } = layer.descriptor
    const { [layerKeyAnnotation]: own, [leftOutAnnotation]: leftOut = '' } = annotations ?? {}
    const key = parseLeftOut(leftOut, exclude)?.whole ?? own
    const isOfForm = mediaType === layerMediaTypes[compression]
    if (own !== undefined && key !== undefined && isOfForm) byKey.set(key, layer)
  }
  return {
    ...(image && { image }),
    exclude,
    async find(keys) {
      const wanted = keys.flatMap((key): [string, ImageLayer][] => {
        const layer = byKey.get(key)
        return layer ? [[key, layer]] : []
      })
      const there = await mapConcurrently(wanted, parallel, async ([, { descriptor, origin }]) => {
        const has = origin && (await attempt(() => registry.hasBlob(origin, descriptor)))
        if (has) uploader?.know(origin, descriptor.digest)
        return has === true
      })
      return new Map(wanted.filter((_, index) => there[index]))
    },
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    core.info(`The earlier image is no help: ${error.message}`)
    return undefined
  }
}
