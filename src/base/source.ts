import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { digestOf, hexOf, type Digest } from '../common/digest.ts'
import { messageOf, type UserError } from '../common/errors.ts'
import { manifestMediaTypes } from '../oci/media-types.ts'
import { verified, type ImageReference, type Manifest, type RegistryClient } from '../registry/registry.ts'
import { parseBaseManifest, refusedBase } from './manifest.ts'
import { formatBaseName, isLayout, type BaseName, type LayoutReference } from './name.ts'
import type { Descriptor } from '../oci/descriptor.ts'

/** Where the parts of a base are, be it a registry or a layout. What it gives has been checked against its digest. */
export interface BaseSource {
  /** The digest that the base's name stands for now; undefined when there is no such image. */
  pin(): Promise<Digest | undefined>
  /** What the base's name stands for, or what has a digest beside it. */
  fetchManifest(digest?: Digest): Promise<Pick<Manifest, 'digest' | 'bytes'>>
  /** Reads a small blob. */
  readBlob(descriptor: Descriptor): Promise<Buffer>
  openBlob(descriptor: Descriptor): Promise<Readable>
  /** The repository that blobs can be mounted from. */
  readonly origin?: ImageReference
}

/** @param workspace what a layout's path is relative to */
export function openSource(name: BaseName, client: RegistryClient, workspace: string): BaseSource {
  return isLayout(name) ? layoutSource(name, resolve(workspace, name.layout)) : registrySource(name, client)
}

function registrySource(reference: ImageReference, client: RegistryClient): BaseSource {
  const origin = { registry: reference.registry, repository: reference.repository }
  return {
    origin,
    pin: async () => reference.digest ?? (await client.headManifest(reference))?.digest,
    fetchManifest: (digest) =>
      client.fetchManifest(digest === undefined ? reference : { ...origin, digest }, manifestMediaTypes),
    readBlob: (descriptor) => client.readBlob(origin, descriptor),
    openBlob: (descriptor) => client.openBlob(origin, descriptor),
  }
}

/** OCI image-spec, image-layout.md. */
function layoutSource(reference: LayoutReference, directory: string): BaseSource {
  const name = formatBaseName(reference)
  const fileOf = (digest: Digest) => join(directory, 'blobs', 'sha256', hexOf(digest))

  /** The error for a file that is there, or may be. */
  function unreadable(error: unknown): UserError | undefined {
    const { code } = error as NodeJS.ErrnoException // of the file system
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    return refusedBase(name, messageOf(error), 'Make the layout readable for the user of the job.')
  }

  async function pin(): Promise<Digest | undefined> {
    if (reference.digest !== undefined) return reference.digest
    const text = await readFile(join(directory, 'index.json'), 'utf8').catch((error: unknown) => {
      throw (
        unreadable(error) ??
        refusedBase(name, `${directory} is no OCI layout: it has no index.json`, 'Check the path.')
      )
    })
    const top = parseBaseManifest(text, name)
    const images = top.kind === 'index' ? top.images : []
    const { tag } = reference
    const digests = new Set(
      images
        .filter(({ annotations }) => tag === undefined || annotations?.[refName] === tag)
        .map(({ digest }) => digest),
    )
    if (digests.size < 2) return [...digests][0]
    const tags = images.flatMap(({ annotations }) => annotations?.[refName] ?? [])
    throw refusedBase(
      name,
      `the layout has several images${tags.length > 0 ? `: ${tags.join(', ')}` : ''}`,
      `Say which, by tag or by digest: oci:${reference.layout}:TAG.`,
    )
  }

  async function readVerified(digest: Digest): Promise<Buffer> {
    const bytes = await readFile(fileOf(digest)).catch((error: unknown) => {
      throw unreadable(error) ?? refusedBase(name, `the layout has no ${digest}`, missing)
    })
    if (digestOf(bytes) === digest) return bytes
    throw refusedBase(name, `the layout's file for ${digest} has other bytes`, 'Have it written again.')
  }

  return {
    pin,
    async fetchManifest(wanted) {
      const digest = wanted ?? (await pin())
      if (digest === undefined) throw refusedBase(name, 'the layout has no such image', 'Check the tag.')
      return { digest, bytes: await readVerified(digest) }
    },
    readBlob: ({ digest }) => readVerified(digest),
    async openBlob(descriptor) {
      const file = fileOf(descriptor.digest)
      await stat(file).catch((error: unknown) => {
        throw unreadable(error) ?? refusedBase(name, `the layout has no ${descriptor.digest}`, missing)
      })
      // Streams of files give bytes.
      const content = createReadStream(file) as AsyncIterable<Uint8Array>
      return Readable.from(verified(descriptor, content, file), { objectMode: false })
    },
  }
}

/** By which tools find an image of a layout (OCI image-spec, annotations.md). */
const refName = 'org.opencontainers.image.ref.name'
const missing = 'Where a lockfile pins what was there before, have it written anew with lock-mode: update.'
