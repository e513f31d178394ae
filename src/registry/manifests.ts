import { digestOf, isDigest, type Digest } from '../common/digest.ts'
import { readBody } from '../common/http.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { manifestMediaTypes } from '../oci/media-types.ts'
import { toPull } from './auth.ts'
import { explained, refusal, RegistryError, type Undertaking } from './failure.ts'
import { formatReference, type ImageReference } from './reference.ts'
import type { Transport } from './transport.ts'

/** A manifest or an index as a registry holds it. */
export interface Manifest {
  readonly mediaType: string
  /** Of `bytes`, computed. */
  readonly digest: Digest
  readonly bytes: Buffer
}

/** What registries accept at most, by the recommendation of the OCI distribution-spec ("Pushing Manifests"). */
const sizeLimit = 4 * 1024 * 1024

/** @returns undefined when the registry has no such repository, tag or digest */
export async function findManifest(
  transport: Transport,
  reference: ImageReference,
  accept = manifestMediaTypes,
): Promise<Manifest | undefined> {
  const undertaking = reading(reference)
  const ask = async (): Promise<Manifest | undefined> => {
    const response = await transport.send({
      to: pathOf(reference),
      scopes: [toPull(reference.repository)],
      headers: { accept: accept.join(', ') },
      read: sizeLimit,
    })
    if (response.status === 404) return undefined
    if (response.status !== 200) throw await refusal(undertaking, response)
    const bytes = await readBody(response)
    return { mediaType: mediaTypeOf(response.headers['content-type'], bytes), digest: digestOf(bytes), bytes }
  }
  const isAsked = (found: Manifest | undefined) =>
    found === undefined || reference.digest === undefined || found.digest === reference.digest
  try {
    let found = await ask()
    // Where a server does not say how long an answer is, one that ends early looks whole.
    if (!isAsked(found)) found = await ask()
    if (!isAsked(found)) {
      throw new RegistryError(`the registry answered with other bytes, whose digest is ${found?.digest}`, {
        at: { url: formatReference(reference) },
        advice: 'Do not trust it: the registry, or something between, changed the image.',
      })
    }
    return found
  } catch (error) {
    throw explained(undertaking, error)
  }
}

/** @returns undefined when the registry has no such repository, tag or digest */
export async function headManifest(
  transport: Transport,
  reference: ImageReference,
): Promise<Descriptor | undefined> {
  const undertaking = reading(reference)
  try {
    const response = await transport.send({
      method: 'HEAD',
      to: pathOf(reference),
      scopes: [toPull(reference.repository)],
      headers: { accept: manifestMediaTypes.join(', ') },
    })
    response.body.resume()
    if (response.status === 404) return undefined
    const digest = response.headers['docker-content-digest']
    const size = Number(response.headers['content-length'])
    const mediaType = response.headers['content-type']
    const isThere = response.status === 200 && size > 0
    if (isThere && typeof digest === 'string' && isDigest(digest) && mediaType) {
      return { mediaType: mediaType.replace(/;.*/, ''), digest, size }
    }
  } catch (error) {
    throw explained(undertaking, error)
  }
  // The headers are optional in the specification, and some know no HEAD: the manifest itself tells, or why it cannot be had.
  const manifest = await findManifest(transport, reference)
  return manifest && { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length }
}

export function reading(reference: ImageReference): Undertaking {
  return { what: `read ${formatReference(reference)}`, registry: reference.registry, writes: false }
}

export function pathOf({ repository, tag, digest }: ImageReference): string {
  return `/v2/${repository}/manifests/${digest ?? tag ?? 'latest'}`
}

/** Some registries say `text/plain`; then the manifest says what it is. */
function mediaTypeOf(contentType: string | undefined, bytes: Buffer): string {
  const declared = contentType?.replace(/;.*/, '').trim() ?? ''
  if (manifestMediaTypes.includes(declared)) return declared
  try {
    const { mediaType } = JSON.parse(bytes.toString()) as { mediaType?: unknown }
    return typeof mediaType === 'string' ? mediaType : declared
  } catch {
    return declared
  }
}
