import { UserError } from '../common/errors.ts'
import { narrowed, type Platform } from '../common/platform.ts'
import { formatReference } from '../registry/registry.ts'
import { isLayout } from '../base/name.ts'
import type { BaseImage } from '../base/base.ts'
import { imageConfig, type ConfigChanges } from './config.ts'
import { jsonBlob, sorted } from '../oci/json-blob.ts'
import { configMediaType, manifestMediaType } from '../oci/media-types.ts'
import type { Image, ImageLayer } from '../oci/image.ts'

/** How many layers an image may have: overlay file systems stack 127, and a Dockerfile on top wants some. */
export const layerBudget = 100

/** The annotation of a manifest that holds the fingerprint of all that the image was made from. */
export const fingerprintAnnotation = 'io.github.micromamba-image.fingerprint'

/** What there is to an image besides its base and its layers. */
export interface ImageDetails extends Omit<ConfigChanges, 'layers'> {
  readonly annotations: Readonly<Record<string, string>>
}

/**
 * Puts layers on a base.
 * @throws UserError when that makes more layers than an image should have
 */
export function assembleImage(
  base: BaseImage,
  layers: readonly ImageLayer[],
  platform: Platform,
  details: ImageDetails,
): Image {
  const all = [...base.layers, ...layers]
  if (all.length > layerBudget) {
    throw new UserError(
      `the image would have ${all.length} layers, ${base.layers.length} of them the base's, and ${layerBudget} are the most`,
      { at: { input: 'base-image' }, advice: 'Use a base of fewer layers.' },
    )
  }
  const own = narrowed(platform, base.config.variant)
  const config = jsonBlob(configMediaType, {
    ...imageConfig(base.config, { ...details, layers }),
    ...(own.variant !== undefined && { variant: own.variant }),
  })
  const manifest = jsonBlob(manifestMediaType, {
    schemaVersion: 2,
    mediaType: manifestMediaType,
    config: config.descriptor,
    layers: all.map(({ descriptor }) => descriptor),
    annotations: sorted({
      // A layout has no name that others could find it by.
      ...(!isLayout(base.pinned) && {
        'org.opencontainers.image.base.name': formatReference({ ...base.pinned, digest: undefined }),
      }),
      'org.opencontainers.image.base.digest': base.pinned.digest,
      ...details.annotations,
    }),
  })
  return { platform: own, manifest, config, layers: all }
}
