import { isDigest, type Digest } from '../../src/common/digest.ts'
import { isRecord } from '../../src/common/json.ts'

export type Json = Readonly<Record<string, unknown>>

/** A layer as its image tells of it. */
export interface ContentLayer {
  readonly digest: Digest
  readonly descriptor: Json
  /** Of the uncompressed tar; what the config says. */
  readonly diffId?: string
  /** The line of the image's history. */
  readonly createdBy?: string
}

/** An image, as its manifest and config tell of it. */
export interface ImageContent {
  readonly digest: Digest
  readonly manifest: Json
  readonly config: Json
  readonly layers: readonly ContentLayer[]
}

/** @throws Error when the manifest is not one of an image */
export function imageContent(digest: Digest, manifest: Json, config: Json): ImageContent {
  const { layers } = manifest
  if (!Array.isArray(layers)) throw new Error('the manifest is not one of an image')
  const rootfs = isRecord(config['rootfs']) ? config['rootfs'] : {}
  const diffIds = Array.isArray(rootfs['diff_ids']) ? rootfs['diff_ids'] : []
  const history = Array.isArray(config['history']) ? config['history'].filter(isRecord) : []
  const filled = history.filter((entry) => entry['empty_layer'] !== true)
  return {
    digest,
    manifest,
    config,
    layers: layers.map((descriptor: unknown, index): ContentLayer => {
      if (
        !isRecord(descriptor) ||
        typeof descriptor['digest'] !== 'string' ||
        !isDigest(descriptor['digest'])
      ) {
        throw new Error('the manifest has a layer without a digest')
      }
      const diffId: unknown = diffIds[index]
      const createdBy = filled[index]?.['created_by']
      return {
        digest: descriptor['digest'],
        descriptor,
        ...(typeof diffId === 'string' && { diffId }),
        ...(typeof createdBy === 'string' && { createdBy }),
      }
    }),
  }
}

/** @throws Error when the bytes are no JSON object */
export function parseObject(bytes: Uint8Array): Json {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString())
  if (!isRecord(value)) throw new Error('it is not a JSON object')
  return value
}
