import type { Blob } from '../oci/descriptor.ts'
import type { Image, ImageIndex } from '../oci/image.ts'

/** What can be put out: an image, or the images of several platforms with their index. */
export type Artifact = Image | ImageIndex

/** The manifest or index whose digest is the artifact's. */
export function topOf(artifact: Artifact): Blob {
  return isIndex(artifact) ? artifact.index : artifact.manifest
}

/** The images that the artifact consists of, in the order of its index. */
export function imagesOf(artifact: Artifact): readonly Image[] {
  return isIndex(artifact) ? artifact.images : [artifact]
}

export function isIndex(artifact: Artifact): artifact is ImageIndex {
  return 'index' in artifact
}
