import type { Readable } from 'node:stream'
import * as core from '@actions/core'
import type { Digest } from '../common/digest.ts'
import { formatBytes } from '../common/format.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import {
  formatRepository,
  type Arrival,
  type ImageReference,
  type RegistryClient,
} from '../registry/registry.ts'
import { distinctRepositories } from './targets.ts'
import { createLimiter } from '../common/limiter.ts'

/** A blob that can be brought to a registry; an `ImageLayer` is one. */
export interface BlobSource {
  readonly descriptor: Descriptor
  /** A repository that has the blob already. */
  readonly origin?: ImageReference
  /** Opens the bytes, anew at each call. */
  open(): Promise<Readable>
}

/** How one blob came to be in one repository. */
export interface Transfer {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  /** `registry/repository` */
  readonly repository: string
  readonly arrival: Arrival
}

/** Brings blobs to every repository of the targets. */
export interface BlobUploader {
  /**
   * Starts a transfer, or joins the one under way for the same digest. It need not be awaited: a layer can be given as
   * soon as it is packed, while others are still being packed, and its failure shows when the image is pushed.
   */
  add(blob: BlobSource): Promise<readonly Transfer[]>
  /** Tells that a repository has a blob, so that it is not asked for it. */
  know(repository: ImageReference, digest: Digest): void
  /** Whether that was told. */
  knows(repository: ImageReference, digest: Digest): boolean
}

/** @param options.concurrency blobs under way at a time; default 6, what hides a registry's latency */
export function createBlobUploader(
  client: RegistryClient,
  targets: readonly ImageReference[],
  options: { concurrency?: number } = {},
): BlobUploader {
  const registries = Map.groupBy(distinctRepositories(targets), ({ registry }) => registry)
  const limited = createLimiter(options.concurrency ?? 6)
  const transfers = new Map<Digest, Promise<readonly Transfer[]>>()
  /** `registry/repository@digest` */
  const known = new Set<string>()
  const keyOf = (repository: ImageReference, digest: Digest) => `${formatRepository(repository)}@${digest}`

  /** One after the other within a registry, where each repository can have the blob from the one before it. */
  const toRegistry = async (
    blob: BlobSource,
    repositories: readonly ImageReference[],
  ): Promise<Transfer[]> => {
    const { descriptor } = blob
    let { origin } = blob
    const done: Transfer[] = []
    for (const target of repositories) {
      const repository = formatRepository(target)
      const arrival = known.has(keyOf(target, descriptor.digest))
        ? 'existing'
        : await client.uploadBlob(target, descriptor, () => blob.open(), origin)
      const log = arrival === 'uploaded' ? core.info : core.debug
      log(`${descriptor.digest} (${formatBytes(descriptor.size)}): ${arrival}, ${repository}`)
      done.push({ digest: descriptor.digest, size: descriptor.size, repository, arrival })
      origin = target
    }
    return done
  }
  const start = async (blob: BlobSource): Promise<readonly Transfer[]> => {
    const each = [...registries.values()].map((repositories) => limited(() => toRegistry(blob, repositories)))
    return (await Promise.all(each)).flat()
  }

  return {
    add(blob) {
      const { digest } = blob.descriptor
      const transfer = transfers.get(digest) ?? start(blob)
      transfers.set(digest, transfer)
      // Whoever pushes the image awaits the transfer again; until then its failure is not a crash.
      transfer.catch(() => undefined)
      return transfer
    },
    know(repository, digest) {
      known.add(keyOf(repository, digest))
    },
    knows: (repository, digest) => known.has(keyOf(repository, digest)),
  }
}
