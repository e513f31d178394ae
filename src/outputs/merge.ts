import * as core from '@actions/core'
import { mapConcurrently } from '../common/concurrency.ts'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { formatPlatform, type Platform } from '../common/platform.ts'
import { indexOf, withAnnotations } from '../image/image-index.ts'
import type { ImageReference, RegistryClient } from '../registry/registry.ts'
import { readImages, type FoundManifest } from './merge-source.ts'
import { push, type PushReport } from './registry.ts'

/** What came of merging; the digest is the index's. */
export interface MergeReport extends PushReport {
  /** Whether it went anywhere. */
  readonly pushed: boolean
}

export interface MergeOptions {
  /** Each of them has to have an image. */
  readonly platforms?: readonly Platform[]
  /** Of the index. */
  readonly annotations?: Readonly<Record<string, string>>
  /** Of what the index says of each image. */
  readonly descriptorAnnotations?: Readonly<Record<string, string>>
}

/**
 * Makes an index of images that are in a registry already, and pushes it under every target: the last step for those
 * who make each platform's image in a job of its own. What a target's repository lacks is mounted from the images'
 * repository, or streamed when that is in another registry.
 * @param references `name@sha256:…` of single images, or of indexes, whose images are all taken; in the order of the new
 *   index. Attestations that BuildKit put beside an image come along, after the images.
 * @param targets none to see what would come of it, and push nothing
 * @throws UserError when two images are for the same platform, one of the platforms has none, or something is no container
 *   image for Linux; nothing has been pushed then
 */
export async function mergeDigests(
  references: readonly ImageReference[],
  targets: readonly ImageReference[],
  client: RegistryClient,
  options: MergeOptions = {},
): Promise<MergeReport> {
  const { platforms = [], annotations, descriptorAnnotations = {} } = options
  if (references.length === 0) {
    throw new UserError('there are no images to merge', { advice: 'Give the digests of at least one.' })
  }
  const found = (await mapConcurrently(references, 4, (reference) => readImages(reference, client))).flat()
  const images = found.filter(({ kind }) => kind === 'image')
  refuseDuplicates(images)
  refuseMissing(images, platforms)
  const attestations = found.filter(({ kind }) => kind === 'attestation')
  const index = indexOf(
    [
      ...images.map(({ manifest }) => withAnnotations(manifest.descriptor, descriptorAnnotations)),
      ...attestations.map(({ manifest }) => manifest.descriptor),
    ],
    annotations,
  )
  const { digest } = index.descriptor
  if (targets.length === 0) {
    core.notice(`The merged index is ${digest}. It is not pushed, for that is not asked for: 'push'.`)
    return { digest, pushed: false, images: [], tags: [], transfers: [], bytesUploaded: 0, bytesPushed: 0 }
  }
  const report = await push([...images, ...attestations], index, targets, client)
  return { ...report, pushed: true }
}

/** Variants count for nothing: conda packages are for an architecture. */
function refuseMissing(images: readonly FoundManifest[], platforms: readonly Platform[]): void {
  const found = images.map(({ manifest }) => manifest.descriptor.platform)
  const missing = platforms.filter(
    ({ architecture }) => !found.some((its) => its?.architecture === architecture),
  )
  if (missing.length === 0) return
  const names = found.map((its) => `${its?.os ?? ''}/${its?.architecture ?? ''}`)
  throw new UserError(
    `none of the images to merge is for ${missing.map(formatPlatform).join(' or ')}; they are for ${names.join(', ')}`,
    { at: { input: 'platforms' }, advice: 'Did the job that makes it fail?' },
  )
}

function refuseDuplicates(images: readonly FoundManifest[]): void {
  const byPlatform = Map.groupBy(images, ({ manifest: { descriptor } }) =>
    Object.values(descriptor.platform ?? {}).join('/'),
  )
  for (const [platform, [first, second]] of byPlatform) {
    if (!first || !second) continue
    throw new UserError(`two images are for ${foreignText(platform)}: ${first.name} and ${second.name}`, {
      advice: 'Give one image for each platform.',
    })
  }
}
