import { type Digest } from '../common/digest.ts'
import { messageOf } from '../common/errors.ts'
import { formatPlatform, type Platform } from '../common/platform.ts'
import {
  formatReference,
  manifestMediaTypes,
  type ImageReference,
  type RegistryClient,
} from '../registry/registry.ts'
import { chooseImage, parseBaseManifest, refusedBase } from './base-manifest.ts'
import { parseConfig, type ImageConfig } from './config.ts'
import type { Descriptor, ImageLayer } from './types.ts'

/** An image to put layers on. */
export interface BaseImage {
  /** As it was asked for, with the digest that it had: of the index, where the name stands for one. */
  readonly pinned: ImageReference & { readonly digest: Digest }
  readonly config: ImageConfig
  readonly layers: readonly ImageLayer[]
}

/**
 * The digest that a reference stands for now.
 * @throws UserError when the registry has no such image
 */
export async function pinReference(
  reference: ImageReference,
  client: RegistryClient,
): Promise<ImageReference & { readonly digest: Digest }> {
  if (reference.digest !== undefined) return { ...reference, digest: reference.digest }
  const found = await client.headManifest(reference)
  if (found) return { ...reference, digest: found.digest }
  throw refusedBase(
    formatReference(reference),
    'the registry has no such image',
    'Check its name and its tag.',
  )
}

/**
 * Reads a base's manifest and config; its layers stay where they are.
 * @throws UserError when it is no image for the platform, or one of a kind that nothing can be put on
 */
export async function readBase(
  reference: ImageReference,
  platform: Platform,
  client: RegistryClient,
): Promise<BaseImage> {
  const name = formatReference(reference)
  const named = await client.fetchManifest(reference, manifestMediaTypes)
  let manifest = parseBaseManifest(named.bytes.toString(), name)
  if (manifest.kind === 'index') {
    const digest = chooseImage(manifest.images, platform, name)
    const chosen = await client.fetchManifest({ ...reference, tag: undefined, digest }, manifestMediaTypes)
    manifest = parseBaseManifest(chosen.bytes.toString(), name)
  }
  if (manifest.kind === 'index') throw refusedBase(name, 'it is an index of indexes, which has no image')

  const config = readConfig(await client.readBlob(reference, manifest.config), name)
  if (config.os !== platform.os || config.architecture !== platform.architecture) {
    throw refusedBase(
      name,
      `it is for ${config.os}/${config.architecture}, not for ${formatPlatform(platform)}`,
      "Choose another base, or another of 'platforms'.",
    )
  }
  return {
    pinned: { ...reference, digest: named.digest },
    config,
    layers: imageLayers(manifest.layers, config, reference, client),
  }
}

function readConfig(bytes: Buffer, name: string): ImageConfig {
  try {
    return parseConfig(bytes.toString())
  } catch (error) {
    throw refusedBase(name, `its config cannot be used: ${messageOf(error)}`)
  }
}

function imageLayers(
  descriptors: readonly Descriptor[],
  config: ImageConfig,
  reference: ImageReference,
  client: RegistryClient,
): ImageLayer[] {
  const diffIds = config.rootfs.diff_ids
  if (diffIds.length !== descriptors.length) {
    throw refusedBase(
      formatReference(reference),
      `its config has ${diffIds.length} layers and its manifest ${descriptors.length}`,
    )
  }
  const created = (config.history ?? []).filter((entry) => entry.empty_layer !== true)
  const origin = { registry: reference.registry, repository: reference.repository }
  return diffIds.flatMap((diffId, index): ImageLayer[] => {
    const descriptor = descriptors[index]
    if (!descriptor) return []
    return [
      {
        descriptor,
        diffId,
        createdBy: created[index]?.created_by ?? '',
        origin,
        from: 'base',
        open: () => client.openBlob(origin, descriptor),
      },
    ]
  })
}
