import { isDigest, type Digest } from '../common/digest.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { formatPlatform, variantLevel, type Platform } from '../common/platform.ts'
import { isRecord, isStringRecord } from '../common/json.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { configMediaTypes, ociLayerTypes } from '../oci/media-types.ts'

/** What a registry has under a name: images for several platforms, or one image. */
export type BaseManifest =
  | { readonly kind: 'index'; readonly images: readonly Descriptor[] }
  | { readonly kind: 'image'; readonly config: Descriptor; readonly layers: readonly Descriptor[] }

/**
 * Reads a manifest or an index, OCI's or Docker's (image manifest version 2, schema 2); layers come with OCI's media types.
 * @param name the base's, for the error
 * @throws UserError for anything else that a registry may hold
 */
export function parseBaseManifest(text: string, name: string): BaseManifest {
  const { schemaVersion, manifests, config, layers } = parseObject(text, name)
  if (schemaVersion === 1) {
    throw refusedBase(
      name,
      'its manifest is of the kind (schema 1) that Docker gave up in 2017',
      'Push it again with a current tool.',
    )
  }
  // With both, tools disagree on which counts (OCI image-spec, CVE-2021-41190).
  if (Array.isArray(manifests) && layers === undefined) {
    return { kind: 'index', images: manifests.map((image) => parseDescriptor(image, name)) }
  }
  if (!Array.isArray(layers) || config === undefined || manifests !== undefined) {
    throw refusedBase(name, 'its manifest is neither an image nor an index of images')
  }
  const parsed = parseDescriptor(config, name)
  if (!configMediaTypes.includes(parsed.mediaType)) {
    throw refusedBase(
      name,
      `it is not a container image, but ${parsed.mediaType}`,
      'Name an image that containers can be started from.',
    )
  }
  return {
    kind: 'image',
    config: parsed,
    layers: layers.map((layer) => withOciType(parseDescriptor(layer, name), name)),
  }
}

function withOciType(layer: Descriptor, name: string): Descriptor {
  const mediaType = ociLayerTypes[layer.mediaType]
  if (mediaType !== undefined) return { ...layer, mediaType }
  const isForeign = /foreign|nondistributable/.test(layer.mediaType)
  throw refusedBase(
    name,
    isForeign
      ? `its layer ${layer.digest} may not be copied to other registries (${layer.mediaType})`
      : `its layer ${layer.digest} is of an unknown kind, ${layer.mediaType}`,
  )
}

function parseDescriptor(value: unknown, name: string): Descriptor {
  const { mediaType, digest, size, annotations, platform } = isRecord(value) ? value : {}
  if (
    typeof mediaType !== 'string' ||
    typeof digest !== 'string' ||
    !isDigest(digest) ||
    typeof size !== 'number' ||
    !Number.isSafeInteger(size) ||
    size < 0
  ) {
    throw refusedBase(name, `its manifest has a malformed descriptor: ${JSON.stringify(value)}`)
  }
  const parsed = parsePlatform(platform)
  return {
    mediaType,
    digest,
    size,
    // Lazy pulling (eStargz, zstd:chunked) depends on the annotations of a layer.
    ...(isStringRecord(annotations) && { annotations }),
    ...(parsed && { platform: parsed }),
  }
}

function parsePlatform(value: unknown): Descriptor['platform'] {
  const { os, architecture, variant } = isRecord(value) ? value : {}
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined
  return { os, architecture, ...(typeof variant === 'string' && { variant }) }
}

/**
 * The image of an index that suits a platform best: of those that run there the one of the highest variant. For a platform without a
 * variant that is the plain one, wherever it stands; where the architecture has none, the lowest.
 */
export function findImage(images: readonly Descriptor[], platform: Platform): Digest | undefined {
  const wanted = variantLevel(platform)
  const candidates = images
    .flatMap(({ digest, platform: its }) =>
      its?.os === platform.os && its.architecture === platform.architecture
        ? [{ digest, level: variantLevel(its) }]
        : [],
    )
    .sort((a, b) => (a.level || Infinity) - (b.level || Infinity))
  const highest = Math.max(...candidates.map(({ level }) => level).filter((level) => level <= wanted))
  const best = candidates.find(({ level }) => level === highest)
  return (best ?? (platform.variant === undefined ? candidates[0] : undefined))?.digest
}

/**
 * The image of an index for a platform.
 * @throws UserError listing the platforms there are
 */
export function chooseImage(images: readonly Descriptor[], platform: Platform, name: string): Digest {
  const found = findImage(images, platform)
  if (found) return found
  // BuildKit lists attestations as images of an unknown platform.
  const known = images.flatMap(({ platform: its }) =>
    its && its.os !== 'unknown'
      ? [[its.os, its.architecture, its.variant].filter((part) => part).join('/')]
      : [],
  )
  const list = [...new Set(known)].join(', ')
  throw refusedBase(
    name,
    `it is not made for ${formatPlatform(platform)}, only for ${list || 'no platform at all'}`,
    "Choose another base, or another of 'platforms'.",
  )
}

/** @param what may quote what the base says of itself */
export function refusedBase(name: string, what: string, advice?: string): UserError {
  return new UserError(`${name}: ${foreignText(what)}`, { at: { input: 'base-image' }, advice })
}

function parseObject(text: string, name: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw refusedBase(name, `its manifest is not JSON: ${messageOf(error)}`)
  }
  if (!isRecord(value)) throw refusedBase(name, 'its manifest is not an object')
  return value
}
