import type { Readable } from 'node:stream'
import type { Digest } from '../common/digest.ts'
import type { Platform } from '../common/platform.ts'
import type { Blob, Descriptor } from './descriptor.ts'

/** A repository of a registry, as the distribution API names it. */
export interface Repository {
  readonly registry: string
  readonly repository: string
}

/** A layer of an image, wherever its compressed bytes are. */
export interface ImageLayer {
  readonly descriptor: Descriptor
  /** The digest of the uncompressed tar. */
  readonly diffId: Digest
  /** The line in the image's history. */
  readonly createdBy: string
  /** The repository that has the blob already, when it comes from a registry: it can be mounted from there. */
  readonly origin?: Repository
  /** Where the layer came from, for the summary: the base, an earlier image, or this run. */
  readonly from: 'base' | 'reused' | 'built'
  /** The file that has the compressed bytes, where one of this machine does. */
  readonly file?: string
  /** Opens the compressed bytes, anew at each call. */
  open(): Promise<Readable>
}

/** A layer that an earlier image has, as this run's: whatever else was said of it there is left behind. */
export function asOwn(
  layer: ImageLayer,
  createdBy: string,
  annotations: Readonly<Record<string, string>>,
): ImageLayer {
  return { ...layer, createdBy, descriptor: { ...layer.descriptor, annotations } }
}

/** An image as data. A registry, an OCI layout and a container engine are sinks for it. */
export interface Image {
  readonly platform: Platform
  readonly manifest: Blob
  readonly config: Blob
  readonly layers: readonly ImageLayer[]
}

/** The images of several platforms under one digest. */
export interface ImageIndex {
  readonly index: Blob
  readonly images: readonly Image[]
}
