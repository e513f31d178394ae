import type { Digest } from '../common/digest.ts'

/** What a manifest says of a blob (OCI image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
}

/** Bytes that are in memory, with their descriptor: a manifest, a config, an index. */
export interface Blob {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}
