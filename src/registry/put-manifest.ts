import * as core from '@actions/core'
import type { Digest } from '../common/digest.ts'
import { foreignText } from '../common/foreign.ts'
import type { Blob, Descriptor } from '../oci/descriptor.ts'
import { toPush } from './auth.ts'
import { HttpFailure } from '../common/http.ts'
import { adviceForStranger } from './advice.ts'
import { explained, refusal, RegistryError, shown, type Undertaking } from './failure.ts'
import { headManifest, pathOf } from './manifests.ts'
import { formatReference, type ImageReference } from './reference.ts'
import type { Transport } from './transport.ts'

/** Puts a manifest under the reference's tag, or under its own digest when the reference has none. */
export async function putManifest(
  transport: Transport,
  reference: ImageReference,
  { descriptor, bytes }: Blob,
): Promise<void> {
  const name: ImageReference = {
    registry: reference.registry,
    repository: reference.repository,
    ...(reference.tag !== undefined ? { tag: reference.tag } : { digest: descriptor.digest }),
  }
  const undertaking: Undertaking = {
    what: `push ${formatReference(name)}`,
    registry: name.registry,
    writes: true,
    advice: (status, code) => (isRefusedType(status, code) ? typesAdvice(descriptor, bytes) : undefined),
  }
  try {
    const response = await transport.send({
      method: 'PUT',
      to: pathOf(name),
      scopes: [toPush(name.repository)],
      headers: { 'content-type': descriptor.mediaType },
      body: bytes,
    })
    if (response.status < 200 || response.status > 299) {
      await settle(transport, name, descriptor.digest, await refusal(undertaking, response))
      return
    }
    response.body.resume()
    // The header is optional in the specification, and anybody can answer 200: without it the registry is asked.
    const said = response.headers['docker-content-digest']
    const stored = said?.toString() ?? (await headManifest(transport, name))?.digest
    if (stored === descriptor.digest) return
    if (said === undefined) {
      const there = stored === undefined ? 'nothing is there' : `it stands for ${stored}`
      const { status } = response
      throw new RegistryError(`cannot ${undertaking.what}: the answer was ${status}, and ${there}`, {
        at: { url: shown(response.url) },
        advice: adviceForStranger(name.registry),
      })
    }
    throw new RegistryError(
      `the registry stored ${foreignText(stored ?? '')} in place of ${descriptor.digest}`,
      {
        at: { url: formatReference(name) },
        advice: 'It may not be used, for it is not what was made. Tell who runs the registry.',
      },
    )
  } catch (error) {
    // All tries may have arrived, and only the answers got lost.
    const failure = explained(undertaking, error)
    if (!(error instanceof HttpFailure) || !(failure instanceof RegistryError)) throw failure
    await settle(transport, name, descriptor.digest, failure)
  }
}

/**
 * Registries with immutable tags refuse to put one again, be it for the same manifest (ECR by 400 TAG_INVALID, Harbor by 412).
 * @returns when what was to be put is there already
 */
async function settle(
  transport: Transport,
  name: ImageReference,
  digest: Digest,
  refused: RegistryError,
): Promise<void> {
  if (refused.status === 401) throw refused
  const there = await headManifest(transport, name).catch((error: unknown) => {
    if (error instanceof RegistryError) return undefined
    throw error
  })
  if (there?.digest === digest) {
    core.info(
      `${formatReference(name)} is ${digest} already: ${refused.answer ? `the registry answered ${refused.answer}` : 'an answer got lost'}`,
    )
    return
  }
  if (!there || !isImmutable(refused)) throw refused
  throw new RegistryError(
    `cannot push ${formatReference(name)}: it stands for ${there.digest}, and the registry does not let it move to ${digest}; ` +
      `it answered ${refused.answer}`,
    {
      advice: 'Push under another tag, or change what the registry has set for immutable tags.',
      status: refused.status,
      code: refused.code,
      answer: refused.answer,
      cause: refused,
    },
  )
}

function isImmutable({ status, code, answer = '' }: RegistryError): boolean {
  return (
    status === 409 ||
    status === 412 ||
    code === 'TAG_INVALID' ||
    /immutable|already exist|overwrit/i.test(answer)
  )
}

function isRefusedType(status: number, code: string | undefined): boolean {
  if (status === 415 || code === 'MANIFEST_INVALID' || code === 'UNSUPPORTED') return true
  return code === undefined && (status === 400 || status === 422)
}

/** What was sent, for a registry that does not take all that the OCI image-spec knows. */
function typesAdvice({ mediaType }: Descriptor, bytes: Uint8Array): string {
  const { config, layers, manifests } = JSON.parse(Buffer.from(bytes).toString()) as Parts
  const parts = [config, ...(layers ?? []), ...(manifests ?? [])].flatMap((part) => part?.mediaType ?? [])
  const types = [...new Set(parts)].map(foreignText)
  const sent = `It was sent as ${mediaType}${types.length > 0 ? ` with ${types.join(', ')}` : ''}, which not all registries take.`
  return types.some((type) => type.endsWith('zstd'))
    ? `${sent} For one that knows no zstd set \`compression: gzip\`.`
    : `${sent} A newer version of the registry may.`
}

/** Of a manifest or an index. */
interface Parts {
  readonly config?: { readonly mediaType?: string }
  readonly layers?: readonly { readonly mediaType?: string }[]
  readonly manifests?: readonly { readonly mediaType?: string }[]
}
