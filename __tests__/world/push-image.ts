import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import { cachedFolder } from './cache.ts'
import type { Registry } from './registry.ts'
import { epoch } from './tar.ts'

/** Pushes images to a registry of the test world, with none of the code that is tested there. */

export interface ImageRecipe {
  /** Tars, the lowest first. */
  readonly layers: readonly string[]
  /** The `config` of the image's config: Env, Cmd, User … */
  readonly config: Readonly<Record<string, unknown>>
  readonly architecture?: 'amd64' | 'arm64'
}

export interface ImageForm {
  /** Whose names the manifest uses for its parts; default OCI's. */
  readonly mediaTypes?: 'oci' | 'docker'
  /** Of the layers; default gzip. */
  readonly compression?: 'gzip' | 'zstd' | 'none'
}

export interface PushedImage {
  /** `127.0.0.1:PORT/name:tag` */
  readonly reference: string
  readonly digest: string
  readonly mediaType: string
  readonly size: number
  readonly architecture: 'amd64' | 'arm64'
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

const types = {
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    index: 'application/vnd.oci.image.index.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: { none: '', gzip: '+gzip', zstd: '+zstd', base: 'application/vnd.oci.image.layer.v1.tar' },
  },
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: { none: '', gzip: '.gzip', zstd: '.zstd', base: 'application/vnd.docker.image.rootfs.diff.tar' },
  },
} as const

/** @param nameAndTag `library/debian:bookworm` */
export async function pushImage(
  registry: Pick<Registry, 'host' | 'backHost'>,
  nameAndTag: string,
  recipe: ImageRecipe,
  { mediaTypes = 'oci', compression = 'gzip' }: ImageForm = {},
): Promise<PushedImage> {
  const [name, tag] = splitTag(nameAndTag)
  const its = types[mediaTypes]
  const architecture = recipe.architecture ?? 'amd64'
  const layers: Descriptor[] = []
  const diffIds: string[] = []
  for (const tar of recipe.layers) {
    const layer = await compress(tar, compression)
    const mediaType = its.layer.base + its.layer[compression]
    await pushBlob(registry.backHost, name, layer, () => createReadStream(layer.path))
    layers.push({ mediaType, digest: layer.digest, size: layer.size })
    diffIds.push(layer.diffId)
  }
  const created = new Date(epoch * 1000).toISOString()
  const config = json(its.config, {
    created,
    architecture,
    os: 'linux',
    config: recipe.config,
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map((_, index) => ({ created, created_by: `layer ${index + 1} of the test world` })),
  })
  await pushBlob(registry.backHost, name, config, () => Readable.from([config.bytes]))
  const manifest = json(its.manifest, {
    schemaVersion: 2,
    mediaType: its.manifest,
    config: { mediaType: config.mediaType, digest: config.digest, size: config.size },
    layers,
  })
  await pushManifest(registry.backHost, name, tag, manifest)
  const { digest, size, mediaType } = manifest
  return { reference: `${registry.host}/${nameAndTag}`, digest, size, mediaType, architecture }
}

/** One name for images of several platforms, which have to be in the same repository already. */
export async function pushIndex(
  registry: Pick<Registry, 'host' | 'backHost'>,
  nameAndTag: string,
  images: readonly PushedImage[],
  { mediaTypes = 'oci' }: Pick<ImageForm, 'mediaTypes'> = {},
): Promise<{ reference: string; digest: string }> {
  const [name, tag] = splitTag(nameAndTag)
  const index = json(types[mediaTypes].index, {
    schemaVersion: 2,
    mediaType: types[mediaTypes].index,
    manifests: images.map(({ mediaType, digest, size, architecture }) => ({
      mediaType,
      digest,
      size,
      platform: { os: 'linux', architecture },
    })),
  })
  await pushManifest(registry.backHost, name, tag, index)
  return { reference: `${registry.host}/${nameAndTag}`, digest: index.digest }
}

function splitTag(nameAndTag: string): [name: string, tag: string] {
  const colon = nameAndTag.lastIndexOf(':')
  if (colon < 0) throw new Error(`'${nameAndTag}' has no tag`)
  return [nameAndTag.slice(0, colon), nameAndTag.slice(colon + 1)]
}

function json(mediaType: string, content: object): Descriptor & { bytes: Buffer } {
  const bytes = Buffer.from(JSON.stringify(content))
  return { mediaType, digest: sha256(bytes), size: bytes.length, bytes }
}

function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

interface CompressedLayer {
  readonly path: string
  readonly digest: string
  readonly size: number
  /** The digest of the tar. */
  readonly diffId: string
}

/** Compresses a tar, once. */
async function compress(
  tar: string,
  compression: NonNullable<ImageForm['compression']>,
): Promise<CompressedLayer> {
  const diffId = await digestOfFile(tar)
  if (compression === 'none') return { path: tar, digest: diffId, size: (await stat(tar)).size, diffId }
  const folder = await cachedFolder(`layer-${compression}`, [diffId], async (unfinished) => {
    const compressor = compression === 'gzip' ? createGzip() : createZstdCompress()
    const path = join(unfinished, 'layer')
    await pipeline(createReadStream(tar), compressor, createWriteStream(path))
    await writeFile(join(unfinished, 'digest'), await digestOfFile(path))
  })
  const path = join(folder, 'layer')
  const digest = await readFile(join(folder, 'digest'), 'utf8')
  return { path, digest, size: (await stat(path)).size, diffId }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return `sha256:${hash.digest('hex')}`
}

async function pushBlob(
  host: string,
  name: string,
  { digest, size }: { digest: string; size: number },
  open: () => Readable,
): Promise<void> {
  if ((await fetch(`http://${host}/v2/${name}/blobs/${digest}`, { method: 'HEAD' })).ok) return
  const begun = await fetch(`http://${host}/v2/${name}/blobs/uploads/`, { method: 'POST' })
  const url = new URL(begun.headers.get('location') ?? '', `http://${host}`)
  url.searchParams.set('digest', digest)
  const headers = { 'content-type': 'application/octet-stream', 'content-length': size }
  const upload = request(url, { method: 'PUT', headers })
  const answered = new Promise<number>((resolve, reject) => {
    upload.once('error', reject).once('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
  })
  const [status] = await Promise.all([answered, pipeline(open(), upload)])
  if (status !== 201) throw new Error(`${host}/${name} answered ${status} to the upload of ${digest}`)
}

async function pushManifest(
  host: string,
  name: string,
  tag: string,
  { mediaType, bytes }: { mediaType: string; bytes: Buffer },
): Promise<void> {
  const answer = await fetch(`http://${host}/v2/${name}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: new Uint8Array(bytes),
  })
  if (answer.status !== 201) {
    throw new Error(`${host}/${name}:${tag} was answered with ${answer.status}: ${await answer.text()}`)
  }
}
