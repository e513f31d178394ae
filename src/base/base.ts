import { type Digest } from '../common/digest.ts'
import { messageOf } from '../common/errors.ts'
import { formatPlatform, variantLevel, type Platform } from '../common/platform.ts'
import type { RegistryClient } from '../registry/registry.ts'
import { chooseImage, parseBaseManifest, refusedBase } from './manifest.ts'
import { formatBaseName, isLayout, type BaseName } from './name.ts'
import { openSource, type BaseSource } from './source.ts'
import { parseConfig, type ImageConfig } from '../oci/config.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import type { ImageLayer } from '../oci/image.ts'

/** An image to put layers on. */
export interface BaseImage {
  /** As it was asked for, with the digest that it had: of the index, where the name stands for one. */
  readonly pinned: BaseName & { readonly digest: Digest }
  readonly config: ImageConfig
  readonly layers: readonly ImageLayer[]
}

/**
 * A base's name with the digest that it stands for now.
 * @param workspace what the path of a layout is relative to
 * @throws UserError when there is no such image
 */
export async function pinReference<Name extends BaseName>(
  name: Name,
  client: RegistryClient,
  workspace = '.',
): Promise<Name & { readonly digest: Digest }> {
  const digest = await openSource(name, client, workspace).pin()
  if (digest !== undefined) return { ...name, digest }
  const place = isLayout(name) ? 'layout' : 'registry'
  throw refusedBase(formatBaseName(name), `the ${place} has no such image`, 'Check its name and its tag.')
}

/**
 * Reads a base's manifest and config; its layers stay where they are.
 * @param workspace what the path of a layout is relative to
 * @throws UserError when it is no image for the platform, or one of a kind that nothing can be put on
 */
export async function readBase(
  reference: BaseName,
  platform: Platform,
  client: RegistryClient,
  workspace = '.',
): Promise<BaseImage> {
  const source = openSource(reference, client, workspace)
  const name = formatBaseName(reference)
  const { digest, config, layers } = await readFrom(source, name, platform, reference.digest)
  return { pinned: { ...reference, digest }, config, layers }
}

/**
 * Reads the image for a platform, wherever it is.
 * @param name what it is called, for errors
 * @param wanted by default what the source's name stands for
 * @throws UserError as `readBase` does
 */
export async function readFrom(
  source: BaseSource,
  name: string,
  platform: Platform,
  wanted?: Digest,
): Promise<Pick<BaseImage, 'config' | 'layers'> & { readonly digest: Digest }> {
  const named = await source.fetchManifest(wanted)
  let manifest = parseBaseManifest(named.bytes.toString(), name)
  if (manifest.kind === 'index') {
    const digest = chooseImage(manifest.images, platform, name)
    const chosen = await source.fetchManifest(digest)
    manifest = parseBaseManifest(chosen.bytes.toString(), name)
  }
  if (manifest.kind === 'index') throw refusedBase(name, 'it is an index of indexes, which has no image')

  const config = readConfig(await source.readBlob(manifest.config), name)
  const { os, architecture, variant } = config
  const isTooNew = platform.variant !== undefined && variantLevel(config) > variantLevel(platform)
  if (os !== platform.os || architecture !== platform.architecture || isTooNew) {
    throw refusedBase(
      name,
      `it is for ${[os, architecture, ...(variant ? [variant] : [])].join('/')}, not for ${formatPlatform(platform)}`,
      "Choose another base, or another of 'platforms'.",
    )
  }
  return {
    digest: named.digest,
    config,
    layers: imageLayers(manifest.layers, config, name, source),
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
  name: string,
  source: BaseSource,
): ImageLayer[] {
  const diffIds = config.rootfs.diff_ids
  if (diffIds.length !== descriptors.length) {
    throw refusedBase(name, `its config has ${diffIds.length} layers and its manifest ${descriptors.length}`)
  }
  const created = (config.history ?? []).filter((entry) => entry.empty_layer !== true)
  return diffIds.flatMap((diffId, index): ImageLayer[] => {
    const descriptor = descriptors[index]
    if (!descriptor) return []
    return [
      {
        descriptor,
        diffId,
        createdBy: created[index]?.created_by ?? '',
        ...(source.origin && { origin: source.origin }),
        from: 'base',
        open: () => source.openBlob(descriptor),
      },
    ]
  })
}
