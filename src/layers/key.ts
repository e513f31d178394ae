import { digestOf, type Digest } from '../common/digest.ts'
import type { LinkedWheel } from '../packages/wheel/archive.ts'
import type { bytecodeFormat } from '../prefix/bytecode-format.ts'
import { compressorName } from './compress.ts'
import { directoryMode, packerFormat, rootPrefixMode } from './reproducible.ts'
import type { Compression, PrefixOwner } from './types.ts'

/** The annotation of a layer's descriptor that holds its key. */
export const layerKeyAnnotation = 'io.github.micromamba-image.layer-key'

/** The annotation of a layer's descriptor that names the wheels in it which were built, as a JSON list: it is as reproducible as they are. */
export const builtAnnotation = 'io.github.micromamba-image.built'

/** A package as far as a layer's bytes depend on it; its address stands in its conda-meta record. */
export interface KeyedPackage {
  readonly url: string
  readonly checksum: string
}

/** A wheel as far as a layer's bytes depend on it: not where it is, unless that was asked for. */
export type KeyedWheel = Pick<LinkedWheel, 'name' | 'requested' | 'directUrl'> &
  (
    | Pick<LinkedWheel, 'sha256'>
    /** The hash of all that determines how it is built. */
    | { readonly build: Digest }
  )

/** What determines the bytes of a layer of packages or of wheels, and all that is shown to what packs it. It is known before any package is at hand. */
export interface LayerInputs {
  readonly prefix: string
  readonly rootPrefix: string
  readonly owner: PrefixOwner
  readonly compression: Compression
  /** The environment's python, where the layer has wheels or noarch packages: they are linked where it looks for them. */
  readonly python?: KeyedPackage
  /** The form of their bytecode; absent when they come without. */
  readonly bytecode?: typeof bytecodeFormat
  /** In the order of the lock. */
  readonly packages: readonly KeyedPackage[]
  /** The same, in a layer of theirs; absent in those of packages. */
  readonly wheels?: readonly KeyedWheel[]
  /** The oldest pip that installs them as they are linked here. */
  readonly pip?: string
}

/**
 * The hash of everything that determines a layer's bytes.
 * @param leftOut the hash of the paths that patterns leave out of it, where they do: of the patterns the key knows no more. That is
 * known when the packages are at hand, or of an earlier image
 */
export function layerKey(inputs: LayerInputs, leftOut?: Digest): Digest {
  return leftOut === undefined
    ? keyOf('packages', inputs, inputs.compression)
    : keyOf('packages', [inputs, leftOut], inputs.compression)
}

/**
 * The key of a layer that holds no packages.
 * @param title tells layers of different kinds apart
 * @param inputs all that the layer is made from
 */
export function keyOf(title: string, inputs: unknown, compression: Compression): Digest {
  return digestOf(JSON.stringify([title, layerRules(compression), inputs]))
}

/** The rules by which this version makes bytes of what it is given; a change of any makes other layers. */
export function layerRules(compression: Compression): unknown {
  return [packerFormat, directoryMode, rootPrefixMode, compressorName(compression)]
}
