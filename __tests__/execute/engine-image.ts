import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { digestOf } from '../../src/common/digest.ts'
import { machinePlatform, type Platform } from '../../src/common/platform.ts'
import type { Image, ImageLayer } from '../../src/oci/image.ts'
import { jsonBlob } from '../../src/oci/json-blob.ts'

/** An image of tars as they are. */
export async function imageOf(
  tars: readonly string[],
  config: object = {},
  platform: Platform = machinePlatform(),
): Promise<Image> {
  const layers = await Promise.all(tars.map(layerOf))
  const { os, architecture } = platform
  const diff_ids = layers.map(({ diffId }) => diffId)
  const itsConfig = jsonBlob('application/vnd.oci.image.config.v1+json', {
    os,
    architecture,
    config,
    rootfs: { type: 'layers', diff_ids },
  })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = jsonBlob(mediaType, {
    schemaVersion: 2,
    mediaType,
    config: itsConfig.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  })
  return { platform, config: itsConfig, manifest, layers }
}

async function layerOf(tar: string): Promise<ImageLayer> {
  const digest = digestOf(await readFile(tar))
  const { size } = await stat(tar)
  return {
    descriptor: { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size },
    diffId: digest,
    createdBy: '',
    from: 'base',
    open: () => Promise.resolve(createReadStream(tar)),
  }
}
