import { parseConfig } from '../oci/config.ts'
import type { Image } from '../oci/image.ts'
import { jsonBlob } from '../oci/json-blob.ts'

/**
 * An image of the same files about which an engine knows nothing else: no variables, no health checks, and no volumes, in which changes
 * would be lost. It is for any processor of its architecture, since whether this machine's will do is for its commands to find out.
 */
export function bareImage({ platform, config, manifest, layers }: Image): Image {
  const { os, architecture, rootfs } = parseConfig(Buffer.from(config.bytes).toString())
  const bareConfig = jsonBlob(config.descriptor.mediaType, {
    os,
    architecture,
    config: {},
    rootfs,
    // Podman counts on it to tell of each layer.
    history: layers.map(({ createdBy }) => ({ created_by: createdBy })),
  })
  const { mediaType } = manifest.descriptor
  const bareManifest = jsonBlob(mediaType, {
    schemaVersion: 2,
    mediaType,
    config: bareConfig.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  })
  const { os: system, subdir } = platform
  return {
    platform: { os: system, architecture: platform.architecture, subdir },
    config: bareConfig,
    manifest: bareManifest,
    layers,
  }
}
