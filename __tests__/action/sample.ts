import type { Result } from '../../src/action/result.ts'
import { digestOf } from '../../src/common/digest.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import type { Image, ImageLayer } from '../../src/oci/image.ts'

const blob = (text: string) => {
  const bytes = Buffer.from(text)
  return { descriptor: { mediaType: 'text/plain', digest: digestOf(bytes), size: bytes.length }, bytes }
}

/** A layer of so many bytes. */
export function layer(createdBy: string, size: number, from: ImageLayer['from'] = 'built'): ImageLayer {
  const digest = digestOf(`${createdBy} ${size}`)
  return {
    descriptor: { mediaType: 'layer', digest, size },
    diffId: digest,
    createdBy,
    from,
    open: () => Promise.reject(new Error('nobody reads it')),
  }
}

export function imageOf(layers: readonly ImageLayer[]): Image {
  return {
    platform: parsePlatform('linux/amd64'),
    manifest: blob('manifest'),
    config: blob('config'),
    layers,
  }
}

/** What a run made: an image with a layer for each word that says where it is from. */
export function resultOf(layers: string): Result {
  const words = layers.split(' ') as ImageLayer['from'][] // as the tests write them
  return {
    artifact: imageOf(words.map((from, index) => layer(`layer ${index}`, 10, from))),
    bases: [],
    tags: [],
    pushed: false,
    locks: [],
    cache: { hit: false, primaryKey: '' },
    reused: false,
    bytesPushed: 0,
    seconds: 1,
  }
}
