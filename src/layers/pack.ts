import { createHash, type Hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '../common/digest.ts'
import { diskError } from '../common/disk.ts'
import { rechunk } from '../common/rechunk.ts'
import { compress } from './compress.ts'
import { layerMediaTypes } from '../oci/media-types.ts'
import { chunkSize } from './reproducible.ts'
import { tarStream } from './tar.ts'
import type { Compression, LayerEntry, PackedLayer } from './types.ts'

/**
 * Writes entries as a compressed layer. Both digests are computed on the way; memory does not grow with the layer.
 * @param file where the compressed bytes go; removed when packing fails
 * @param expected about how many bytes these will be, as far as that is known
 * @throws UserError when there is no room for them
 */
export async function packEntries(
  entries: AsyncIterable<LayerEntry> | Iterable<LayerEntry>,
  compression: Compression,
  file: string,
  expected?: number,
): Promise<PackedLayer> {
  const uncompressed = createHash('sha256')
  const compressed = createHash('sha256')
  let size = 0
  // Hashed in large chunks: each header and small file by itself would cost more in calls than in hashing.
  const tar = hashing(rechunk(tarStream(entries), chunkSize), uncompressed)
  const blob = hashing(compress(tar, compression), compressed, (bytes) => (size += bytes))
  try {
    await pipeline(blob, createWriteStream(file))
  } catch (error) {
    const full = diskError(error, { file, needed: expected })
    await rm(file, { force: true })
    throw full ?? error
  }
  return {
    descriptor: { mediaType: layerMediaTypes[compression], digest: digested(compressed), size },
    diffId: digested(uncompressed),
    file,
  }
}

/** Hashes and counts bytes on their way. */
async function* hashing(
  chunks: AsyncIterable<Uint8Array>,
  hash: Hash,
  count: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    count(chunk.length)
    yield chunk
  }
}

function digested(hash: Hash): Digest {
  return `sha256:${hash.digest('hex')}` as Digest // what a sha256 gives is a digest
}
