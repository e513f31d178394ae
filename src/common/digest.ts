import { createHash } from 'node:crypto'

/** A content address as OCI writes it: `sha256:` and 64 lower-case hex digits (OCI image-spec, descriptor.md). */
export type Digest = `sha256:${string}` & { readonly __brand: 'Digest' }

const pattern = /^sha256:[0-9a-f]{64}$/

export function isDigest(text: string): text is Digest {
  return pattern.test(text)
}

/** @throws Error when `text` is no sha256 digest; callers that read user input check with `isDigest` first */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new Error(`not a sha256 digest: '${text}'`)
  return text
}

/** The digest of bytes, or of a string's UTF-8. */
export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}` as Digest
}

/** The 64 hex digits of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}
