import { Readable } from 'node:stream'
import { hexOf } from '../common/digest.ts'
import type { Blob, Descriptor, Image } from '../image/types.ts'
import { formatReference, type ImageReference } from '../registry/registry.ts'
import { distinctTags } from './targets.ts'

/** A file of an image layout. */
export interface LayoutFile {
  /** With `/`, relative to the layout. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Set for blobs: what the content has to be. */
  readonly descriptor?: Descriptor
  open(): Promise<Readable>
}

/**
 * The files of an OCI image layout (OCI image-spec, image-layout.md) that holds one image under all its tags, in the
 * order in which a reader needs them. Docker's `manifest.json` lies with them, as in what `docker save` writes: the
 * engine's older image store loads nothing without it.
 */
export function layoutFiles(image: Image, references: readonly ImageReference[]): LayoutFile[] {
  const blobs = [
    blobFile(image.manifest),
    blobFile(image.config),
    ...image.layers.map((layer): LayoutFile => {
      const { descriptor } = layer
      return { path: blobPath(descriptor), size: descriptor.size, descriptor, open: () => layer.open() }
    }),
  ]
  return [
    jsonFile('oci-layout', { imageLayoutVersion: '1.0.0' }),
    jsonFile('index.json', indexOf(topDescriptor(image), references)),
    jsonFile('manifest.json', dockerArchiveOf([image], references)),
    // Two layers may have the same bytes.
    ...new Map(blobs.map((file) => [file.path, file])).values(),
  ]
}

function topDescriptor({ manifest, platform }: Image): Descriptor {
  const { os, architecture } = platform
  return { ...manifest.descriptor, platform: { os, architecture } }
}

/**
 * The layout's index: the image once for each tag, under the names by which skopeo and umoci
 * (`org.opencontainers.image.ref.name`, the tag alone) and containerd (`io.containerd.image.name`) look for it.
 */
function indexOf(top: Descriptor, references: readonly ImageReference[]): object {
  const taken = new Set<string>()
  const named = distinctTags(references).map((reference) => {
    // Tags of two repositories may be alike, and a reader refuses a name that is there twice.
    const isFree = !taken.has(reference.tag)
    taken.add(reference.tag)
    const annotations = {
      ...top.annotations,
      'io.containerd.image.name': formatReference(reference),
      ...(isFree && { 'org.opencontainers.image.ref.name': reference.tag }),
    }
    return { ...top, annotations }
  })
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: named.length > 0 ? named : [top],
  }
}

/** Docker's own archive format, v1.2 (moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"). */
function dockerArchiveOf(images: readonly Image[], references: readonly ImageReference[]): object {
  return images.map(({ config, layers }) => ({
    Config: blobPath(config.descriptor),
    RepoTags: distinctTags(references).map(formatReference),
    Layers: layers.map(({ descriptor }) => blobPath(descriptor)),
  }))
}

function blobPath({ digest }: Descriptor): string {
  return `blobs/sha256/${hexOf(digest)}`
}

function blobFile({ descriptor, bytes }: Blob): LayoutFile {
  return { path: blobPath(descriptor), size: bytes.byteLength, descriptor, open: () => opened(bytes) }
}

function jsonFile(path: string, value: object): LayoutFile {
  const bytes = Buffer.from(JSON.stringify(value))
  return { path, size: bytes.length, open: () => opened(bytes) }
}

function opened(bytes: Uint8Array): Promise<Readable> {
  return Promise.resolve(Readable.from([bytes], { objectMode: false }))
}
