import { isDigest, type Digest } from '../common/digest.ts'
import { formatReference, parseReference, type ImageReference } from '../registry/registry.ts'

/** An image of an OCI layout on disk. */
export interface LayoutReference {
  /** The layout's directory, as it was written. */
  readonly layout: string
  readonly tag?: string
  readonly digest?: Digest
}

/** What a base is called: an image of a registry, or one of a layout. */
export type BaseName = ImageReference | LayoutReference

export function isLayout(name: BaseName): name is LayoutReference {
  return 'layout' in name
}

/**
 * Parses the name of a base: as Docker names images, or `oci:path:tag` and `oci-layout://path:tag` as skopeo and BuildKit
 * name those of a layout.
 * @throws UserError when it is neither
 */
export function parseBaseName(text: string, options: { input?: string; defaultTag?: string } = {}): BaseName {
  const [, rest] = /^(?:oci-layout:\/\/|oci:)(.+)$/.exec(text) ?? []
  if (rest === undefined) return parseReference(text, options)
  const at = rest.lastIndexOf('@')
  const digest = rest.slice(at + 1)
  const isPinned = at > 0 && isDigest(digest)
  const named = isPinned ? rest.slice(0, at) : rest
  // The colon of a Windows drive has a slash after it.
  const [, path = named, tag] = /^(.+):([\w.-]+)$/.exec(named) ?? []
  return { layout: path, ...(tag !== undefined && { tag }), ...(isPinned && { digest }) }
}

/** The full name; `parseBaseName` gives the same again. */
export function formatBaseName(name: BaseName): string {
  if (!isLayout(name)) return formatReference(name)
  const { layout, tag, digest } = name
  return `oci:${layout}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}
