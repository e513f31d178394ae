import { bytecodeFormat } from '../bytecode/format.ts'
import { digestOf, type Digest } from '../common/digest.ts'
import type { Python } from '../prefix/link.ts'
import { compressorName } from './compress.ts'
import { directoryMode, packerFormat, rootPrefixMode } from './reproducible.ts'
import type { Compression, PrefixOwner } from './types.ts'

/** The annotation of a layer's descriptor that holds its key. */
export const layerKeyAnnotation = 'io.github.micromamba-image.layer-key'

/** What determines the bytes of a layer of packages. */
export interface LayerInputs {
  readonly prefix: string
  readonly rootPrefix: string
  readonly owner: PrefixOwner
  /** The environment's python; only what depends on it, noarch packages, is affected. */
  readonly python?: Python
  /** Whether noarch packages come with bytecode. */
  readonly bytecode?: boolean
  readonly compression: Compression
  /** In the order of the lock; a package's address stands in its conda-meta record. */
  readonly packages: readonly { readonly url: string; readonly checksum: string; readonly subdir: string }[]
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
      python: hasNoarch && python ? [python.version, python.executable, python.sitePackages] : null,
      bytecode: hasNoarch && python && bytecode ? bytecodeFormat : null,
      compressor: compressorName(compression),
      packages: packages.map(({ url, checksum }) => [url, checksum]),
    }),
  )
}
