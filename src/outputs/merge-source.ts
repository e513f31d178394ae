import { mapConcurrently } from '../common/concurrency.ts'
import { isDigest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { descriptorPlatform } from '../image/image-index.ts'
import { configMediaTypes, imageMediaTypes, indexMediaTypes } from '../oci/media-types.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import {
  formatReference,
  type ImageReference,
  type Manifest,
  type RegistryClient,
} from '../registry/registry.ts'
import type { PushedManifest } from './registry.ts'

/** A manifest of a registry, with what an index says of it. */
export interface FoundManifest extends PushedManifest {
  readonly kind: 'image' | 'attestation'
  /** For messages: the reference in full. */
  readonly name: string
}

/**
 * Reads the image that a digest stands for, or all that an index lists.
 * @throws UserError when one of them is no container image for Linux
 */
export async function readImages(
  reference: ImageReference,
  client: RegistryClient,
): Promise<FoundManifest[]> {
  if (reference.digest === undefined) {
    throw refused(reference, 'it has no digest', 'Give each image as name@sha256:…, for a tag can move.')
  }
  const named = await client.fetchManifest(reference)
  if (!indexMediaTypes.includes(named.mediaType)) return [await readImage(reference, named, client)]

  const listed = descriptorsOf(parse(named.bytes, reference)['manifests'], reference)
  if (listed.length === 0) throw refused(reference, 'it is an index without images')
  return mapConcurrently(listed, 4, async (entry) => {
    const member = { ...reference, digest: entry.digest }
    const manifest = await client.fetchManifest(member)
    return isAttestation(entry, listed)
      ? foundManifest('attestation', member, manifest, entry, client)
      : readImage(member, manifest, client, entry.annotations)
  })
}

/** BuildKit's note on how it made one of the images beside it (buildkit, docs/attestations/attestation-storage.md). */
function isAttestation({ annotations = {} }: Descriptor, listed: readonly Descriptor[]): boolean {
  const about = annotations['vnd.docker.reference.digest']
  return (
    annotations['vnd.docker.reference.type'] === 'attestation-manifest' &&
    listed.some(({ digest }) => digest === about)
  )
}

/** Its platform is what its config says: of a single manifest nothing else tells. */
async function readImage(
  reference: ImageReference,
  manifest: Manifest,
  client: RegistryClient,
  annotations?: Descriptor['annotations'],
): Promise<FoundManifest> {
  if (!imageMediaTypes.includes(manifest.mediaType)) {
    const what = indexMediaTypes.includes(manifest.mediaType) ? 'an index in an index' : manifest.mediaType
    throw refused(reference, `it is ${what || 'of no known type'}, not an image`)
  }
  const config = configOf(manifest, reference)
  if (!configMediaTypes.includes(config.mediaType)) {
    throw refused(reference, `it holds ${config.mediaType}, not an image`)
  }
  const { os, architecture, variant } = parse(await client.readBlob(reference, config), reference)
  if (os !== 'linux' || typeof architecture !== 'string' || architecture === '') {
    throw refused(reference, `it is for ${String(os)}/${String(architecture)}, not for Linux`)
  }
  const platform = descriptorPlatform({
    os,
    architecture,
    ...(typeof variant === 'string' && variant !== '' && { variant }),
  })
  return foundManifest('image', reference, manifest, { annotations, platform }, client)
}

function foundManifest(
  kind: FoundManifest['kind'],
  reference: ImageReference,
  { mediaType, digest, bytes }: Manifest,
  { annotations, platform }: Pick<Descriptor, 'annotations' | 'platform'>,
  client: RegistryClient,
): FoundManifest {
  const blobs = [
    configOf({ bytes }, reference),
    ...descriptorsOf(parse(bytes, reference)['layers'], reference),
  ]
  const origin = { registry: reference.registry, repository: reference.repository }
  return {
    kind,
    name: formatReference(reference),
    manifest: {
      descriptor: {
        mediaType,
        digest,
        size: bytes.length,
        ...(annotations && { annotations }),
        ...(platform && { platform }),
      },
      bytes,
    },
    blobs: blobs.map((descriptor) => ({
      descriptor,
      origin,
      open: () => client.openBlob(origin, descriptor),
    })),
  }
}

function configOf({ bytes }: Pick<Manifest, 'bytes'>, reference: ImageReference): Descriptor {
  const [config] = descriptorsOf([parse(bytes, reference)['config']], reference)
  if (!config) throw malformed(reference)
  return config
}

/** A JSON object that somebody else wrote. */
function parse(bytes: Buffer, reference: ImageReference): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown> // its JSON keys
  } catch {
    // Told below.
  }
  throw malformed(reference)
}

function descriptorsOf(list: unknown, reference: ImageReference): Descriptor[] {
  if (Array.isArray(list) && list.every(isDescriptor)) return list
  throw malformed(reference)
}

function isDescriptor(value: unknown): value is Descriptor {
  if (typeof value !== 'object' || value === null) return false
  const { mediaType, digest, size } = value as Partial<Record<keyof Descriptor, unknown>> // each is checked
  return (
    typeof mediaType === 'string' && typeof digest === 'string' && isDigest(digest) && Number.isInteger(size)
  )
}

function malformed(reference: ImageReference): UserError {
  return refused(reference, 'its manifest cannot be understood')
}

/** @param what may quote what somebody else wrote */
function refused(
  reference: ImageReference,
  what: string,
  advice = 'Only container images for Linux, and indexes of such images, can be merged.',
): UserError {
  return new UserError(`${formatReference(reference)}: ${foreignText(what)}`, { advice })
}
