import { digestOf } from '../common/digest.ts'
import type { Blob } from './descriptor.ts'

/** JSON without white space, keys in the order of the object: the same bytes for the same content. */
export function jsonBlob(mediaType: string, content: object): Blob {
  const bytes = Buffer.from(JSON.stringify(content))
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}

/** Annotations in the order of their keys, however they were put together. */
export function sorted(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)))
}
