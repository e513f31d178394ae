import { jsonBlob, sorted } from '../oci/json-blob.ts'
import type { Blob, Descriptor } from '../oci/descriptor.ts'
import type { Image, ImageIndex } from '../oci/image.ts'
import { indexMediaType } from '../oci/media-types.ts'

/**
 * Puts the images of several platforms under one digest.
 * @param images in the order of the index, one for each platform: a client takes the first that suits it
 * @param annotations of the index; `ofDescriptors` are of what it says of each manifest
 */
export function assembleIndex(
  images: readonly Image[],
  annotations: Readonly<Record<string, string>>,
  ofDescriptors: Readonly<Record<string, string>> = {},
): ImageIndex {
  const entries = images.map(({ manifest, platform }) => ({
    ...withAnnotations(manifest.descriptor, ofDescriptors),
    platform: descriptorPlatform(platform),
  }))
  return { index: indexOf(entries, annotations), images }
}

/** The index of some manifests, in the order given. */
export function indexOf(
  manifests: readonly Descriptor[],
  annotations: Readonly<Record<string, string>> = {},
): Blob {
  return jsonBlob(indexMediaType, {
    schemaVersion: 2,
    mediaType: indexMediaType,
    manifests: manifests.map(canonical),
    ...(Object.keys(annotations).length > 0 && { annotations: sorted(annotations) }),
  })
}

/** A platform as an index names it; Docker says of each arm64 that it is v8. */
export function descriptorPlatform({
  os,
  architecture,
  variant = architecture === 'arm64' ? 'v8' : undefined,
}: {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}): NonNullable<Descriptor['platform']> {
  return { os, architecture, ...(variant !== undefined && { variant }) }
}

/** A descriptor with more annotations; those that it has itself give way. */
export function withAnnotations(descriptor: Descriptor, more: Readonly<Record<string, string>>): Descriptor {
  if (Object.keys(more).length === 0) return descriptor
  return { ...descriptor, annotations: { ...descriptor.annotations, ...more } }
}

/** What is known of a manifest, with its keys always in the same order. */
function canonical({ mediaType, digest, size, annotations, platform }: Descriptor): Descriptor {
  return {
    mediaType,
    digest,
    size,
    ...(annotations && { annotations: sorted(annotations) }),
    ...(platform && { platform }),
  }
}
