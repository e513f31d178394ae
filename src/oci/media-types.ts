/** The kinds of documents and layers, as OCI names them (image-spec, media-types.md) and as Docker does (image manifest version 2, schema 2). */

export const indexMediaType = 'application/vnd.oci.image.index.v1+json'
export const manifestMediaType = 'application/vnd.oci.image.manifest.v1+json'
export const configMediaType = 'application/vnd.oci.image.config.v1+json'

/** Layers by how they are compressed. */
export const layerMediaTypes = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
} as const

export const indexMediaTypes: readonly string[] = [
  indexMediaType,
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

export const imageMediaTypes: readonly string[] = [
  manifestMediaType,
  'application/vnd.docker.distribution.manifest.v2+json',
]

/** Images and indexes. */
export const manifestMediaTypes: readonly string[] = [
  indexMediaType,
  manifestMediaType,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]

export const configMediaTypes: readonly string[] = [
  configMediaType,
  'application/vnd.docker.container.image.v1+json',
]

/** Layers have the same bytes under Docker's names and under OCI's; our manifests are OCI's. */
export const ociLayerTypes: Readonly<Record<string, string>> = {
  'application/vnd.docker.image.rootfs.diff.tar.gzip': layerMediaTypes.gzip,
  'application/vnd.docker.image.rootfs.diff.tar.zstd': layerMediaTypes.zstd,
  'application/vnd.docker.image.rootfs.diff.tar': layerMediaTypes.none,
  [layerMediaTypes.gzip]: layerMediaTypes.gzip,
  [layerMediaTypes.zstd]: layerMediaTypes.zstd,
  [layerMediaTypes.none]: layerMediaTypes.none,
}
