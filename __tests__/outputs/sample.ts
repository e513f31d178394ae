import { execFile } from 'node:child_process'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { digestOf } from '../../src/common/digest.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import { assembleIndex } from '../../src/image/image-index.ts'
import type { Blob } from '../../src/oci/descriptor.ts'
import type { Image, ImageIndex, ImageLayer } from '../../src/oci/image.ts'

/** A small image that other people's tools can unpack. */
export async function sampleImage(
  compression: 'gzip' | 'zstd' = 'gzip',
  salt = '',
  platform = parsePlatform('linux/amd64'),
): Promise<Image> {
  const layers = [
    await sampleLayer(compression, 'etc/os-release', `ID=sample\n${salt}`),
    await sampleLayer(compression, 'opt/conda/bin/tool', '#!/bin/sh\n'.repeat(10_000)),
  ]
  const config = blobOf('application/vnd.oci.image.config.v1+json', {
    architecture: platform.architecture,
    os: platform.os,
    config: { Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created_by: createdBy })),
  })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = blobOf(mediaType, {
    schemaVersion: 2,
    mediaType,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  })
  return { platform, manifest, config, layers }
}

/** One image for each platform, under one digest; the second layer is the same in all of them. */
export async function sampleIndex(salt = '', ...platforms: string[]): Promise<ImageIndex> {
  const names = platforms.length > 0 ? platforms : ['linux/amd64', 'linux/arm64']
  const images = names.map((name) => sampleImage('gzip', `${name} ${salt}`, parsePlatform(name)))
  return assembleIndex(await Promise.all(images), {})
}

export async function sampleLayer(
  compression: 'gzip' | 'zstd',
  name: string,
  content: string,
): Promise<ImageLayer> {
  const tar = pack()
  tar.entry({ name, mtime: new Date(0) }, content)
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  const plain = Buffer.concat(chunks)
  const bytes = compression === 'gzip' ? gzipSync(plain) : zstdCompressSync(plain)
  const mediaType = `application/vnd.oci.image.layer.v1.tar+${compression}`
  return {
    descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length },
    diffId: digestOf(plain),
    createdBy: name,
    from: 'built',
    open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })),
  }
}

export function blobOf(mediaType: string, value: object): Blob {
  const bytes = Buffer.from(JSON.stringify(value))
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}

/** Runs somebody else's tool and gives what it wrote on stdout. */
export async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1e8 })
  return stdout
}
