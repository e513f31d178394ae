/**
 * What a layer may say of itself in the manifest, in bytes as they stand there. Registries need not take manifests above 4 MB, and clients
 * stop there too (OCI distribution spec, "Pushing Manifests"); with this and `layerBudget` ours are below one, whatever is in them.
 */
export const annotationLimit = 9000

/** What it may say of what was left out of it, besides. */
export const leftOutLimit = 500

/** Whether a text has room in the annotation of a layer. */
export function hasRoom(text: string, limit = annotationLimit): boolean {
  return bytesInManifest(text) <= limit
}

/**
 * How many entries the path sets of an annotation may have together.
 * @param rest the annotation with empty ones
 * @returns less than 1 when there is no room for any
 */
export function roomForPaths(rest: string): number {
  // Four bytes an entry in base64, each set rounded up.
  return Math.floor(((annotationLimit - bytesInManifest(rest) - 8) * 3) / 16)
}

/** It is a string in a string there: quotes and line breaks take more. */
function bytesInManifest(text: string): number {
  return Buffer.byteLength(JSON.stringify(text))
}
