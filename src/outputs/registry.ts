import { Readable } from 'node:stream'
import * as core from '@actions/core'
import { mapConcurrently } from '../common/concurrency.ts'
import type { Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { formatBytes } from '../common/format.ts'
import type { Blob } from '../oci/descriptor.ts'
import {
  formatReference,
  formatRepository,
  type Arrival,
  type ImageReference,
  type RegistryClient,
} from '../registry/registry.ts'
import { imagesOf, topOf, type Artifact } from './artifact.ts'
import { distinctRepositories, distinctTags } from './targets.ts'
import { createBlobUploader, type BlobSource, type BlobUploader, type Transfer } from './uploader.ts'

/** What a push did. */
export interface PushReport {
  readonly digest: Digest
  /** `registry/repository@sha256:…`, one for each repository. */
  readonly images: readonly string[]
  /** The tags that now stand for the digest, in full. */
  readonly tags: readonly string[]
  /** Every blob of every image in every repository. */
  readonly transfers: readonly Transfer[]
  readonly bytesUploaded: number
  /** What was uploaded, and the manifests: all that went to the registries. */
  readonly bytesPushed: number
}

/** A manifest with the blobs that have to be there before it. */
export interface PushedManifest {
  readonly manifest: Blob
  readonly blobs: readonly BlobSource[]
}

/**
 * Pushes an image, or an index with its images, under every target; one without a tag gets it by digest only.
 * @param options.uploader one for the same targets that was given layers before; those are only awaited here
 */
export async function pushImage(
  artifact: Artifact,
  targets: readonly ImageReference[],
  client: RegistryClient,
  options: { uploader?: BlobUploader } = {},
): Promise<PushReport> {
  const manifests = imagesOf(artifact).map(({ manifest, config, layers }) => ({
    manifest,
    blobs: [...layers, sourceOf(config)],
  }))
  return push(manifests, topOf(artifact), targets, client, options.uploader)
}

/**
 * Blobs, then manifests by digest, then the top by digest, then tags, each step in all targets before the next one
 * begins: a push that fails before leaves every tag where it was, and a tag that moved has everything below it.
 * @param manifests what `top` consists of: itself, or the manifests that an index lists
 * @throws TagFailure when some tags may have moved, and one could not
 */
export async function push(
  manifests: readonly PushedManifest[],
  top: Blob,
  targets: readonly ImageReference[],
  client: RegistryClient,
  uploader: BlobUploader = createBlobUploader(client, targets),
): Promise<PushReport> {
  const repositories = distinctRepositories(targets)
  const { digest } = top.descriptor

  const blobs = manifests.flatMap((it) => it.blobs)
  const distinct = [...new Map(blobs.map((blob) => [blob.descriptor.digest, blob])).values()]
  const transfers = await settled(distinct.map((blob) => uploader.add(blob)))

  const tagged = distinctTags(targets)
  const documents = [...manifests.map(({ manifest }) => manifest), top]
  const distinctDocuments = [...new Map(documents.map((it) => [it.descriptor.digest, it])).values()]
  let bytesOfManifests = 0
  const put = async (target: ImageReference, document: Blob) => {
    await client.putManifest(target, document)
    bytesOfManifests += document.bytes.length
  }
  for (const document of distinctDocuments) {
    // The one tag that there is brings the top itself: nothing else could fail between the two.
    if (document.descriptor.digest === digest && targets.length === 1 && tagged.length === 1) continue
    await mapConcurrently(repositories, 4, async (repository) => {
      if (!uploader.knows(repository, document.descriptor.digest)) await put(repository, document)
    })
  }
  await moveTags(tagged, digest, (target) => put(target, top))

  const bytesUploaded = bytesOf(transfers, 'uploaded')
  const report: PushReport = {
    digest,
    images: repositories.map((repository) => formatReference({ ...repository, digest })),
    tags: tagged.map(formatReference),
    transfers,
    bytesUploaded,
    bytesPushed: bytesUploaded + bytesOfManifests,
  }
  for (const repository of repositories) logSummary(formatRepository(repository), transfers)
  return report
}

/** Some tags could not be moved, while others may stand for the digest already. */
export class TagFailure extends UserError {
  readonly digest: Digest
  /** The tags that stand for the digest, in full. */
  readonly moved: readonly string[]

  constructor(cause: UserError, digest: Digest, moved: readonly string[], others: readonly string[]) {
    const verb = moved.length === 1 ? 'stands' : 'stand'
    const advice =
      moved.length > 0
        ? `${moved.join(', ')} ${verb} for ${digest} now; not moved: ${others.join(', ')}.`
        : `None of the tags has moved: ${others.join(', ')}.`
    super(cause.message, { cause, advice })
    this.name = 'TagFailure'
    this.digest = digest
    this.moved = moved
  }
}

/** @throws TagFailure when there are several and one of them is refused; those not begun by then stay where they are */
async function moveTags(
  tags: readonly ImageReference[],
  digest: Digest,
  move: (tag: ImageReference) => Promise<void>,
): Promise<void> {
  const moved = new Set<ImageReference>()
  try {
    await mapConcurrently(tags, 4, async (tag) => {
      await move(tag)
      moved.add(tag)
    })
  } catch (error) {
    if (tags.length === 1 || !(error instanceof UserError)) throw error
    const [done, others] = [true, false].map((is) =>
      tags.filter((tag) => moved.has(tag) === is).map(formatReference),
    )
    throw new TagFailure(error, digest, done ?? [], others ?? [])
  }
}

/** Waits for all of them even when one fails: nothing is left running behind the error. */
async function settled(transfers: readonly Promise<readonly Transfer[]>[]): Promise<Transfer[]> {
  await Promise.allSettled(transfers)
  return (await Promise.all(transfers)).flat()
}

function sourceOf({ descriptor, bytes }: Blob): BlobSource {
  return { descriptor, open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })) }
}

function bytesOf(transfers: readonly Transfer[], arrival: Arrival): number {
  return transfers.filter((it) => it.arrival === arrival).reduce((sum, { size }) => sum + size, 0)
}

function logSummary(repository: string, transfers: readonly Transfer[]): void {
  const here = transfers.filter((transfer) => transfer.repository === repository)
  const part = (arrival: Arrival, words: string) => {
    const count = here.filter((transfer) => transfer.arrival === arrival).length
    return `${count} ${words} (${formatBytes(bytesOf(here, arrival))})`
  }
  const parts = [part('uploaded', 'uploaded'), part('mounted', 'mounted'), part('existing', 'already there')]
  core.info(`${repository}: ${here.length} blobs, ${parts.join(', ')}`)
}
