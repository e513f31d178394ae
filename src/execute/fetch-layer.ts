import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { hexOf } from '../common/digest.ts'
import type { ImageLayer } from '../oci/image.ts'

/** Makes sure that layers are on this machine, each fetched once: an image may have the same one twice. */
export class LayerFetches {
  readonly #folder: string
  readonly #files = new Map<string, Promise<string>>()
  readonly #ended = new AbortController()

  /** @param folder where those go that are not */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** @returns the file that has the layer's compressed bytes; what goes wrong is for whoever awaits it */
  begin(layer: ImageLayer): Promise<string> {
    const { digest } = layer.descriptor
    const file = this.#files.get(digest) ?? this.#fetch(layer)
    this.#files.set(digest, file)
    file.catch(() => undefined)
    return file
  }

  /** Ends those that are under way: nothing is written to the folder after that. */
  async close(): Promise<void> {
    this.#ended.abort()
    await Promise.allSettled(this.#files.values())
  }

  async #fetch(layer: ImageLayer): Promise<string> {
    if (layer.file !== undefined) return layer.file
    const file = join(this.#folder, hexOf(layer.descriptor.digest))
    await pipeline(await layer.open(), createWriteStream(file), { signal: this.#ended.signal })
    return file
  }
}
