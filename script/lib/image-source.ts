import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hexOf, isDigest, type Digest } from '../../src/common/digest.ts'
import { messageOf, UserError } from '../../src/common/errors.ts'
import {
  formatPlatform,
  narrowed,
  parsePlatform,
  variantLevel,
  type Platform,
} from '../../src/common/platform.ts'
import { isRecord } from '../../src/common/json.ts'
import { formatReference, type ImageReference, type RegistryClient } from '../../src/registry/registry.ts'
import { imageContent, parseObject, type ImageContent, type Json } from './image-content.ts'

/**
 * Reads the manifest and the config of a registry's image.
 * @param wanted of an index, the platform to take; of a single image, what it has to be for
 * @throws UserError when there is no such image
 */
export async function readImage(
  reference: ImageReference,
  wanted: Platform | undefined,
  client: RegistryClient,
): Promise<{ image: ImageContent; platform: Platform }> {
  const name = formatReference(reference)
  const refused = (what: string, advice?: string) => new UserError(`${name} ${what}`, { advice })
  const named = await client.fetchManifest(reference)
  let [digest, manifest] = [named.digest, parsed(named.bytes, name)]
  if (Array.isArray(manifest['manifests'])) {
    if (!wanted) {
      throw refused(
        'is an index, and the lockfile does not say its platform',
        'Add, say, platforms=linux/amd64.',
      )
    }
    const suitable = manifest['manifests'].filter(isRecord).filter(({ platform }) => isFor(platform, wanted))
    const found = (suitable.find(({ platform }) => hasVariant(platform, wanted)) ?? suitable[0])?.['digest']
    if (typeof found !== 'string' || !isDigest(found)) {
      throw refused(`has no image for ${formatPlatform(wanted)}, which the lockfile is for`)
    }
    digest = found
    manifest = parsed((await client.fetchManifest({ ...reference, digest })).bytes, name)
  }
  const { mediaType, digest: configDigest, size } = isRecord(manifest['config']) ? manifest['config'] : {}
  if (typeof mediaType !== 'string' || typeof configDigest !== 'string' || !isDigest(configDigest)) {
    throw refused('is no image')
  }
  const descriptor = { mediaType, digest: configDigest, size: Number(size) }
  const config = parsed(await client.readBlob(reference, descriptor), name)
  const platform = wanted ?? parsePlatform(`${String(config['os'])}/${String(config['architecture'])}`)
  if (!isFor(config, platform)) {
    throw refused(
      `is for ${String(config['os'])}/${String(config['architecture'])}, and the lockfile for ${formatPlatform(platform)}`,
      'Give the lockfile of that platform.',
    )
  }
  const own = narrowed(platform, typeof config['variant'] === 'string' ? config['variant'] : undefined)
  return { image: imageContent(digest, manifest, config), platform: own }
}

function isFor(value: unknown, { os, architecture }: Platform): boolean {
  return isRecord(value) && value['os'] === os && value['architecture'] === architecture
}

function hasVariant(value: unknown, platform: Platform): boolean {
  const variant = isRecord(value) && typeof value['variant'] === 'string' ? value['variant'] : undefined
  return variantLevel({ ...platform, variant }) === variantLevel(platform)
}

function parsed(bytes: Uint8Array, name: string): Json {
  try {
    return parseObject(bytes)
  } catch (error) {
    throw new UserError(`${name} cannot be understood: ${messageOf(error)}`)
  }
}

/** Reads an image of a layout that the action wrote. */
export async function readLayout(layout: string, digest: Digest): Promise<ImageContent> {
  const blob = async (of: unknown) => {
    if (typeof of !== 'string' || !isDigest(of)) throw new Error('a manifest of ours has a malformed digest')
    return parseObject(await readFile(join(layout, 'blobs/sha256', hexOf(of))))
  }
  const manifest = await blob(digest)
  const { config } = manifest
  return imageContent(digest, manifest, await blob(isRecord(config) ? config['digest'] : undefined))
}
