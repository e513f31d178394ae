import { mapConcurrently } from '../common/concurrency.ts'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { indexOf } from '../image/image-index.ts'
import type { ImageReference, RegistryClient } from '../registry/registry.ts'
import { readImages, type FoundManifest } from './merge-source.ts'
import { push, type PushReport } from './registry.ts'

/**
 * Makes an index of images that are in a registry already, and pushes it under every target: the last step for those
 * who make each platform's image in a job of its own. What a target's repository lacks is mounted from the images'
 * repository, or streamed when that is in another registry.
 * @param references `name@sha256:…` of single images, or of indexes, whose images are all taken; in the order of the new
 *   index. Attestations that BuildKit laid beside an image come along, after the images.
 * @throws UserError when two images are for the same platform, or something is no container image for Linux; nothing has
 *   been pushed then
 */
export async function mergeDigests(
  references: readonly ImageReference[],
  targets: readonly ImageReference[],
  client: RegistryClient,
  options: { annotations?: Readonly<Record<string, string>> } = {},
): Promise<PushReport> {
  if (references.length === 0) {
    throw new UserError('there are no images to merge', { advice: 'Give the digests of at least one.' })
  }
  const found = (await mapConcurrently(references, 4, (reference) => readImages(reference, client))).flat()
  const images = found.filter(({ kind }) => kind === 'image')
  refuseDuplicates(images)
  const manifests = [...images, ...found.filter(({ kind }) => kind === 'attestation')]
  const index = indexOf(
    manifests.map(({ manifest }) => manifest.descriptor),
    options.annotations,
  )
  return push(manifests, index, targets, client)
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
