import { bytecodeFormat } from '../prefix/bytecode-format.ts'
import { digestOf, type Digest } from '../common/digest.ts'
import { compressorName } from './compress.ts'
import { directoryMode, packerFormat, rootPrefixMode } from './reproducible.ts'
import type { Compression, PrefixOwner } from './types.ts'

/** The annotation of a layer's descriptor that holds its key. */
export const layerKeyAnnotation = 'io.github.micromamba-image.layer-key'

/** A package as far as a layer's bytes depend on it; its address stands in its conda-meta record. */
export interface KeyedPackage {
  readonly url: URL
  readonly subdir: string
  readonly checksum: { readonly hex: string }
}

/** What determines the bytes of a layer of packages. All of it is known before any package is at hand. */
export interface LayerInputs {
  readonly prefix: string
  readonly rootPrefix: string
  readonly owner: PrefixOwner
  /** The environment's python: noarch packages are linked where it looks for them. */
  readonly python?: KeyedPackage
  /** Whether noarch packages come with bytecode. */
  readonly bytecode?: boolean
  readonly compression: Compression
  /** In the order of the lock. */
  readonly packages: readonly KeyedPackage[]
}

/** The hash of everything that determines a layer's bytes. */
export function layerKey(inputs: LayerInputs): Digest {
  const { prefix, rootPrefix, owner, python, bytecode = false, compression, packages } = inputs
  const hasNoarch = packages.some(({ subdir }) => subdir === 'noarch')
  return digestOf(
    JSON.stringify({
      format: packerFormat,
      prefix,
      rootPrefix,
      owner: [owner.uid, owner.gid, ...(owner.groupWritable ? ['g=u'] : [])],
      modes: [directoryMode, rootPrefixMode],
      python: hasNoarch && python ? python.checksum.hex : null,
      bytecode: hasNoarch && python && bytecode ? bytecodeFormat : null,
      compressor: compressorName(compression),
      packages: packages.map(({ url, checksum }) => [url.href, checksum.hex]),
    }),
  )
}
