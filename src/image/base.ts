import { isDigest, type Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { formatPlatform, type Platform } from '../common/platform.ts'
import {
  formatReference,
  manifestMediaTypes,
  type ImageReference,
  type Manifest,
  type RegistryClient,
} from '../registry/registry.ts'
import { parseConfig, type ImageConfig } from './config.ts'
import type { Descriptor, ImageLayer } from './types.ts'

/** An image to put layers on. */
export interface BaseImage {
  /** As it was asked for, with the digest that it had. */
  readonly pinned: ImageReference & { readonly digest: Digest }
  readonly config: ImageConfig
  readonly layers: readonly ImageLayer[]
}

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

/** Layers have the same bytes under both names; our manifests are OCI's. */
const layerTypes: Readonly<Record<string, string>> = {
  'application/vnd.docker.image.rootfs.diff.tar.gzip': 'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.diff.tar.zstd': 'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.diff.tar': 'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip': 'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd': 'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.oci.image.layer.v1.tar': 'application/vnd.oci.image.layer.v1.tar',
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
  throw refuse(reference, 'the registry has no such image', 'Check its name and tag.')
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
  const named = await client.fetchManifest(reference, manifestMediaTypes)
  const manifest = indexTypes.includes(named.mediaType)
    ? await client.fetchManifest(
        { ...reference, tag: undefined, digest: choosePlatform(named, platform, reference) },
        manifestMediaTypes,
      )
    : named
  const { config, layers } = parseManifest(manifest, reference)
  const bytes = await client.readBlob(reference, config)
  const parsed = parseConfig(bytes.toString())
  if (parsed.os !== platform.os || parsed.architecture !== platform.architecture) {
    throw refuse(
      reference,
      `it is for ${parsed.os}/${parsed.architecture}, not for ${formatPlatform(platform)}`,
      "Choose another base, or another of 'platforms'.",
    )
  }
  return {
    pinned: { ...reference, digest: named.digest },
    config: parsed,
    layers: imageLayers(layers, parsed, reference, client),
  }
}

function choosePlatform(index: Manifest, platform: Platform, reference: ImageReference): Digest {
  const { manifests = [] } = JSON.parse(index.bytes.toString()) as { manifests?: Descriptor[] }
  const isWanted = ({ platform: its }: Descriptor) =>
    its?.os === platform.os && its.architecture === platform.architecture
  const found = manifests.find(isWanted)
  if (found && isDigest(found.digest)) return found.digest
  const has = manifests.flatMap(({ platform: its }) =>
    its && its.os !== 'unknown' ? [`${its.os}/${its.architecture}`] : [],
  )
  throw refuse(
    reference,
    `it is not made for ${formatPlatform(platform)}, only for ${[...new Set(has)].join(', ') || 'no platform at all'}`,
    "Choose another base, or another of 'platforms'.",
  )
}

function parseManifest(
  { bytes }: Manifest,
  reference: ImageReference,
): { config: Descriptor; layers: readonly Descriptor[] } {
  const { config, layers } = JSON.parse(bytes.toString()) as { config?: Descriptor; layers?: Descriptor[] }
  if (!config || !Array.isArray(layers)) {
    throw refuse(
      reference,
      'its manifest is of a kind that Docker gave up in 2017',
      'Push it again with a current tool.',
    )
  }
  return { config, layers }
}

function imageLayers(
  descriptors: readonly Descriptor[],
  config: ImageConfig,
  reference: ImageReference,
  client: RegistryClient,
): ImageLayer[] {
  const diffIds = config.rootfs.diff_ids
  if (diffIds.length !== descriptors.length) {
    throw refuse(reference, `its config has ${diffIds.length} layers and its manifest ${descriptors.length}`)
  }
  const created = (config.history ?? []).filter((entry) => entry.empty_layer !== true)
  return descriptors.map((descriptor, index) => {
    const mediaType = layerTypes[descriptor.mediaType]
    const diffId = diffIds[index]
    if (mediaType === undefined || diffId === undefined || !isDigest(diffId)) {
      throw refuse(
        reference,
        `its layer ${descriptor.digest} is of the type ${descriptor.mediaType}, which cannot be used`,
      )
    }
    const { digest, size } = descriptor
    return {
      descriptor: { mediaType, digest, size },
      diffId,
      createdBy: created[index]?.created_by ?? '',
      origin: { registry: reference.registry, repository: reference.repository },
      from: 'base',
      open: () => client.openBlob(reference, { mediaType, digest, size }),
    }
  })
}

function refuse(reference: ImageReference, what: string, advice?: string): UserError {
  return new UserError(`${formatReference(reference)}: ${what}`, { at: { input: 'base-image' }, advice })
}
