import { Readable } from 'node:stream'
import { hexOf } from '../common/digest.ts'
import { descriptorPlatform } from '../image/image-index.ts'
import { indexMediaType } from '../oci/media-types.ts'
import type { Blob, Descriptor } from '../oci/descriptor.ts'
import type { Image, ImageLayer } from '../oci/image.ts'
import { formatReference, verified, type ImageReference } from '../registry/registry.ts'
import { imagesOf, isIndex, topOf, type Artifact } from './artifact.ts'
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
 * The files of an OCI image layout (OCI image-spec, image-layout.md) that holds one artifact under all its tags, in the
 * order in which a reader needs them. Docker's `manifest.json` lies with a single image, as in what `docker save` writes:
 * the engine's older image store loads nothing without it. It gives a tag to one image only and knows no platforms, so
 * with several images there is none: which of them is right depends on the machine that loads.
 */
export function layoutFiles(artifact: Artifact, references: readonly ImageReference[]): LayoutFile[] {
  const images = imagesOf(artifact)
  const [only, ...others] = images
  const blobs = [
    ...(isIndex(artifact) ? [blobFile(artifact.index)] : []),
    ...images.flatMap(({ manifest, config, layers }) => [
      blobFile(manifest),
      blobFile(config),
      ...layers.map(layerFile),
    ]),
  ]
  return [
    jsonFile('oci-layout', { imageLayoutVersion: '1.0.0' }),
    jsonFile('index.json', layoutIndexOf(topDescriptor(artifact), references)),
    ...(only && others.length === 0 ? [jsonFile('manifest.json', dockerArchiveOf(only, references))] : []),
    // Two layers may have the same bytes.
    ...new Map(blobs.map((file) => [file.path, file])).values(),
  ]
}

/** The bytes of a file; a blob's are checked on the way. */
export async function* contentOf(file: LayoutFile): AsyncGenerator<Uint8Array, void, undefined> {
  const content = (await file.open()) as AsyncIterable<Uint8Array> // streams of bytes, not of objects
  yield* file.descriptor ? verified(file.descriptor, content, file.path) : content
}

/** An image with its platform; an index stands for those of its images. */
function topDescriptor(artifact: Artifact): Descriptor {
  const { descriptor } = topOf(artifact)
  return isIndex(artifact) ? descriptor : { ...descriptor, platform: descriptorPlatform(artifact.platform) }
}

/**
 * The layout's index: the artifact once for each tag, under the names by which skopeo and umoci
 * (`org.opencontainers.image.ref.name`, the tag alone) and containerd (`io.containerd.image.name`) look for it.
 */
function layoutIndexOf(top: Descriptor, references: readonly ImageReference[]): object {
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
    mediaType: indexMediaType,
    manifests: named.length > 0 ? named : [top],
  }
}

/** Docker's own archive format, v1.2 (moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"). */
function dockerArchiveOf({ config, layers }: Image, references: readonly ImageReference[]): object {
  return [
    {
      Config: blobPath(config.descriptor),
      RepoTags: distinctTags(references).map(formatReference),
      Layers: layers.map(({ descriptor }) => blobPath(descriptor)),
    },
  ]
}

function blobPath({ digest }: Descriptor): string {
  return `blobs/sha256/${hexOf(digest)}`
}

function blobFile({ descriptor, bytes }: Blob): LayoutFile {
  return { path: blobPath(descriptor), size: bytes.byteLength, descriptor, open: () => opened(bytes) }
}

function layerFile(layer: ImageLayer): LayoutFile {
  const { descriptor } = layer
  return { path: blobPath(descriptor), size: descriptor.size, descriptor, open: () => layer.open() }
}

function jsonFile(path: string, value: object): LayoutFile {
  const bytes = Buffer.from(JSON.stringify(value))
  return { path, size: bytes.length, open: () => opened(bytes) }
}

function opened(bytes: Uint8Array): Promise<Readable> {
  return Promise.resolve(Readable.from([bytes], { objectMode: false }))
}
