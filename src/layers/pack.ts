import { createHash, type Hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '../common/digest.ts'
import { compressor, layerMediaTypes, Rechunk } from './compress.ts'
import { tarStream } from './tar.ts'
import type { Compression, LayerEntry, PackedLayer } from './types.ts'

/**
 * Writes entries as a compressed layer. Both digests are computed on the way; memory does not grow with the layer.
 * @param file where the compressed bytes go; removed when packing fails
 */
export async function packEntries(
  entries: AsyncIterable<LayerEntry> | Iterable<LayerEntry>,
  compression: Compression,
  file: string,
): Promise<PackedLayer> {
  const uncompressed = createHash('sha256')
  const compressed = createHash('sha256')
  let size = 0
  try {
    await pipeline(
      Readable.from(tarStream(entries), { objectMode: false }),
      new Rechunk(),
      hashing(uncompressed),
      compressor(compression),
      hashing(compressed, (bytes) => (size += bytes)),
      createWriteStream(file),
    )
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
  return {
    descriptor: { mediaType: layerMediaTypes[compression], digest: digested(compressed), size },
    diffId: digested(uncompressed),
    file,
  }
}

function hashing(hash: Hash, count: (bytes: number) => void = () => undefined): Transform {
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk)
      count(chunk.length)
      done(null, chunk)
    },
  })
}

function digested(hash: Hash): Digest {
  return `sha256:${hash.digest('hex')}` as Digest // what a sha256 gives is a digest
}
