import { messageOf, UserError } from '../common/errors.ts'
import type { Digest } from '../common/digest.ts'
import { narrowed, type Platform } from '../common/platform.ts'
import {
  formatReference,
  type ImageReference,
  type Manifest,
  type RegistryClient,
} from '../registry/registry.ts'
import { fingerprintAnnotation } from './assemble.ts'
import { findImage, parseBaseManifest } from '../base/manifest.ts'
import { madeHere } from './config.ts'
import { parseConfig } from '../oci/config.ts'
import { isRecord, isStringRecord } from '../common/json.ts'
import type { Blob, Descriptor } from '../oci/descriptor.ts'
import type { Image, ImageLayer } from '../oci/image.ts'

/** An image that an earlier run made, as a registry has it. Nothing of it but its manifest has been looked at. */
export interface EarlierImage {
  /** The repository that it is in. */
  readonly origin: ImageReference
  readonly manifest: Blob
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  /** The manifest's. */
  readonly annotations: Readonly<Record<string, string>>
}

/**
 * Looks for an image of ours under a name.
 * @returns by platform; undefined where there is none, or one that somebody else made
 * @throws UserError when the registry refuses, or what it has is damaged
 */
export async function findEarlier(
  reference: ImageReference,
  platforms: readonly Platform[],
  client: RegistryClient,
): Promise<(EarlierImage | undefined)[]> {
  const found = await client.findManifest(reference)
  if (!found) return platforms.map(() => undefined)
  const name = formatReference(reference)
  const origin = { registry: reference.registry, repository: reference.repository }
  const top = parseBaseManifest(found.bytes.toString(), name)
  if (top.kind === 'image') {
    const image = earlierImage(found, origin, name)
    return platforms.map(() => image)
  }
  return Promise.all(
    platforms.map(async (platform) => {
      const digest = findImage(top.images, platform)
      if (digest === undefined) return undefined
      return earlierImage(await client.fetchManifest({ ...origin, digest }), origin, name)
    }),
  )
}

function earlierImage(
  { mediaType, digest, bytes }: Manifest,
  origin: ImageReference,
  name: string,
): EarlierImage | undefined {
  const parsed = parseBaseManifest(bytes.toString(), name)
  const value: unknown = JSON.parse(bytes.toString())
  const annotations = isRecord(value) ? value['annotations'] : undefined
  if (parsed.kind !== 'image' || !isStringRecord(annotations) || !annotations[fingerprintAnnotation]) {
    return undefined
  }
  const { config, layers } = parsed
  return {
    origin,
    manifest: { descriptor: { mediaType, digest, size: bytes.length }, bytes },
    config,
    layers,
    annotations,
  }
}

/**
 * All of an earlier image, to be put out again.
 * @throws UserError when its config is damaged, or that of another platform's image
 */
export async function readEarlier(
  earlier: EarlierImage,
  platform: Platform,
  client: RegistryClient,
): Promise<Image> {
  const { origin, manifest, config: descriptor, layers: descriptors } = earlier
  const bytes = await client.readBlob(origin, descriptor)
  const config = parseEarlierConfig(bytes, origin)
  const diffIds = config.rootfs.diff_ids
  const history = (config.history ?? []).filter((entry) => entry.empty_layer !== true)
  if (diffIds.length !== descriptors.length) throw damaged(origin, 'its config has another number of layers')
  const layers = descriptors.flatMap((layer, index): ImageLayer[] => {
    const diffId = diffIds[index]
    const { created_by: createdBy = '', comment } = history[index] ?? {}
    const from = comment === madeHere ? 'reused' : 'base'
    return diffId ? [{ ...layerOf(earlier, layer, diffId, client), createdBy, from }] : []
  })
  if (config.os !== platform.os || config.architecture !== platform.architecture) {
    throw damaged(origin, `it is for ${config.os}/${config.architecture}`)
  }
  const own = narrowed(platform, config.variant)
  return { platform: own, manifest, config: { descriptor, bytes }, layers }
}

/** A layer where it lies, with the annotations of its descriptor. */
function layerOf(
  { origin }: EarlierImage,
  descriptor: Descriptor,
  diffId: Digest,
  client: RegistryClient,
): Omit<ImageLayer, 'createdBy'> {
  return { descriptor, diffId, origin, from: 'reused', open: () => client.openBlob(origin, descriptor) }
}

function parseEarlierConfig(bytes: Buffer, origin: ImageReference) {
  try {
    return parseConfig(bytes.toString())
  } catch (error) {
    throw damaged(origin, `its config cannot be used: ${messageOf(error)}`)
  }
}

function damaged(origin: ImageReference, what: string): UserError {
  return new UserError(`the image there is damaged: ${what}`, { at: { url: formatReference(origin) } })
}
