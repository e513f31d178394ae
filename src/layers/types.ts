import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../common/digest.ts'
import type { LayerFacts } from './facts.ts'
import type { LeftOut } from './left-out.ts'

/** An entry of a layer's tar. `path` is relative to the image's root (`opt/conda/bin/python`), with `/`. */
export type LayerEntry = {
  readonly path: string
  readonly uid: number
  readonly gid: number
} & (
  | { readonly type: 'directory'; readonly mode: number }
  | {
      readonly type: 'file'
      readonly mode: number
      /** Seconds since 1970, when it matters; else a fixed time is given. */
      readonly mtime?: number
      /** Bytes of `content`. */
      readonly size: number
      readonly content: Uint8Array | AsyncIterable<Uint8Array>
    }
  | { readonly type: 'symlink'; readonly target: string }
  /** `target` is relative to the image's root, in the same layer. */
  | { readonly type: 'hardlink'; readonly target: string }
  | {
      readonly type: 'device'
      readonly kind: 'character' | 'block'
      readonly major: number
      readonly minor: number
      readonly mode: number
    }
  | Pick<Whiteout, 'type'>
  /** Says of a directory that of what lower layers have in it nothing is left. */
  | { readonly type: 'opaque' }
)

/** Says that what lower layers have at a path is gone. No other entry can, whatever its name is. */
export interface Whiteout {
  readonly type: 'whiteout'
  readonly path: string
}

export type Compression = 'zstd' | 'gzip'

/** A layer as a compressed file on this machine. */
export interface PackedLayer {
  readonly descriptor: Descriptor
  /** The digest of the uncompressed tar. */
  readonly diffId: Digest
  /** The compressed bytes. */
  readonly file: string
}

/** A layer of packages, with what the rest of the image has to know of them. */
export interface PackedGroup {
  readonly layer: PackedLayer
  readonly facts: LayerFacts
  readonly leftOut: LeftOut
  /** What is odd about the packages, a sentence each. */
  readonly warnings: readonly string[]
}

/** Whose the files of a layer are. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Whose the files of a prefix are. */
export interface PrefixOwner extends Owner {
  /** Whether the group may do what the owner may, `chmod g=u`. */
  readonly groupWritable?: boolean
}
