import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { hexOf } from '../common/digest.ts'
import type { ImageLayer } from '../oci/image.ts'

/**
 * Makes sure that a layer is on this machine.
 * @param folder where it goes when it is not
 * @returns the file that has its compressed bytes
 */
export async function fetchLayer(layer: ImageLayer, folder: string): Promise<string> {
  if (layer.file !== undefined) return layer.file
  const file = join(folder, hexOf(layer.descriptor.digest))
  await pipeline(await layer.open(), createWriteStream(file))
  return file
}
