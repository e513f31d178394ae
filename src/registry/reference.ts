import { isDigest, type Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { isLoopback } from '../common/http.ts'

/** `registry/repository:tag@digest`, taken apart; `docker.io/library/` filled in where Docker would. */
export interface ImageReference {
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
}

// The grammar is that of distribution/reference (reference.go, "Grammar").
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const registryPattern = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?$`)
const repositoryPattern =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const tagPattern = /^\w[\w.-]{0,127}$/

/**
 * Parses an image's name as Docker does: `debian:13` is `docker.io/library/debian:13`.
 * @param options.input the input that holds the text, for the error
 * @param options.defaultTag the tag of a name that has neither tag nor digest; without it such a name stays bare
 * @throws UserError when the text breaks the grammar, or its digest is no sha256
 */
export function parseReference(
  text: string,
  options: { input?: string; defaultTag?: string } = {},
): ImageReference {
  const refuse = (what: string, advice = 'Write it like ghcr.io/owner/name:tag.'): UserError =>
    new UserError(`'${text}' is not an image reference: ${what}`, { at: { input: options.input }, advice })

  const [named = '', digest, ...more] = text.split('@')
  if (more.length > 0) throw refuse('it has more than one @')
  if (digest !== undefined && !isDigest(digest)) {
    throw refuse(
      `'${digest}' is not a sha256 digest`,
      'A digest is sha256: followed by 64 lower-case hexadecimal digits.',
    )
  }
  const [name, tag] = splitTag(named)
  const slashed = slashedTag(name)
  if (tag === undefined && slashed !== undefined) {
    throw refuse(
      `'${slashed}' is not a tag, for it has a slash`,
      `Write ${slashed.replace(/[^\w.-]+/g, '-')} instead.`,
    )
  }
  if (tag !== undefined && !tagPattern.test(tag)) {
    throw refuse(
      `'${tag}' is not a tag`,
      'A tag has up to 128 letters, digits, _, . and -, and starts with none of the last two.',
    )
  }
  const { registry, repository } = splitRegistry(name)
  if (!registryPattern.test(registry) || !URL.canParse(`https://${registry}`))
    throw refuse(`'${registry}' is not a registry's host`)
  if (repository !== repository.toLowerCase()) {
    throw refuse(
      `the repository '${repository}' has upper-case letters`,
      `Write it in lower case: ${repository.toLowerCase()}.`,
    )
  }
  if (!repositoryPattern.test(repository)) throw refuse(`'${repository}' is not a repository's name`)
  if (repository.length > 255) throw refuse('the repository is longer than 255 characters')
  if (/^[0-9a-f]{64}$/.test(name)) throw refuse('it could be mistaken for the id of an image')

  const defaultTag = digest === undefined ? options.defaultTag : undefined
  return {
    registry,
    repository,
    ...((tag ?? defaultTag) !== undefined && { tag: tag ?? defaultTag }),
    ...(digest !== undefined && { digest }),
  }
}

/** The full name, `docker.io/library/debian:13@sha256:…`; `parseReference` gives the same reference again. */
export function formatReference(reference: ImageReference): string {
  const { tag, digest } = reference
  return `${formatRepository(reference)}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`
}

/** Registry and repository, `docker.io/library/debian`. */
export function formatRepository(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}`
}

/** The address of a registry's API, less `/v2/…`: plain http on loopback, https everywhere else. */
export function registryUrl(registry: string): URL {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry
  const url = new URL(`https://${host}/`)
  return isLoopback(url.hostname) ? new URL(`http://${host}/`) : url
}

/** A colon after the last slash starts a tag; one before it, a port. */
function splitTag(named: string): [string, string | undefined] {
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  return colon < 0 ? [named, undefined] : [named.slice(0, colon), named.slice(colon + 1)]
}

/** What follows a colon that stands for no port, as a branch's name does in `name:feature/x`. */
function slashedTag(name: string): string | undefined {
  if (name.includes('//')) return undefined
  const [, inFirst, inOther] = /^[^/.:[\]]+:(?!\d+\/)(.+)$|^[^/]+\/[^:]*:(.+)$/.exec(name) ?? []
  return inFirst ?? inOther
}

/** What stands before the first slash is a registry when it cannot be a path: with a dot, a port, or `localhost`. */
function splitRegistry(name: string): Pick<ImageReference, 'registry' | 'repository'> {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0)).toLowerCase()
  const isHost = /[.:]/.test(first) || first === 'localhost'
  const registry = !isHost || first === 'index.docker.io' ? 'docker.io' : first
  const path = isHost ? name.slice(slash + 1) : name
  return { registry, repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path }
}
