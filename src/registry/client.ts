import type { Readable } from 'node:stream'
import type { Blob, Descriptor } from '../oci/descriptor.ts'
import type { CredentialSource } from './credential.ts'
import { machineCredentials } from './credentials.ts'
import { openBlob, readBlob } from './download.ts'
import { RegistryError } from './failure.ts'
import { findManifest, headManifest, type Manifest } from './manifests.ts'
import { checkPush, type PushPermission } from './push-permission.ts'
import { putManifest } from './put-manifest.ts'
import { formatReference, type ImageReference } from './reference.ts'
import { createTransport, type Transport } from './transport.ts'
import { hasBlob, uploadBlob, type Arrival } from './upload.ts'

/**
 * A client of the OCI distribution API. References say which registry and repository; where a manifest is meant, the
 * digest has precedence over the tag. All methods throw RegistryError, a UserError, when a registry refuses.
 */
export interface RegistryClient {
  /** @throws RegistryError with status 404 when there is none */
  fetchManifest(reference: ImageReference, accept?: readonly string[]): Promise<Manifest>
  /** Like `fetchManifest`; undefined when there is none. */
  findManifest(reference: ImageReference, accept?: readonly string[]): Promise<Manifest | undefined>
  /** What the reference stands for, without its bytes; undefined when there is none. */
  headManifest(reference: ImageReference): Promise<Descriptor | undefined>
  /**
   * Puts a manifest or an index under the reference's tag, or under its own digest when the reference has none. That an
   * immutable tag stands for it already is as good.
   */
  putManifest(reference: ImageReference, manifest: Blob): Promise<void>
  /** Whether the repository can be written with the login there is, found out before there is anything to push. */
  checkPush(repository: ImageReference): Promise<PushPermission>
  /** Whether the repository has a blob of that digest and size. */
  hasBlob(repository: ImageReference, descriptor: Descriptor): Promise<boolean>
  /** Opens a blob; the stream ends with an error when its bytes are not the descriptor's. */
  openBlob(repository: ImageReference, descriptor: Descriptor): Promise<Readable>
  /** Reads a small blob (by default up to 16 MiB), checked. */
  readBlob(repository: ImageReference, descriptor: Descriptor, limit?: number): Promise<Buffer>
  /**
   * Brings a blob into a repository: not at all when it is there, by a mount when `mountFrom` is a repository of the
   * same registry that has it, else by an upload of what `open` gives, which is called anew for each try.
   */
  uploadBlob(
    repository: ImageReference,
    descriptor: Descriptor,
    open: () => Promise<Readable>,
    mountFrom?: ImageReference,
  ): Promise<Arrival>
}

export interface RegistryClientOptions {
  /** Default: what `docker login` and docker/login-action left on this machine. */
  readonly credentials?: CredentialSource
}

/** Tokens and connections live as long as the client: make one for a run. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const credentials = options.credentials ?? machineCredentials()
  const transports = new Map<string, Transport>()
  const to = ({ registry }: ImageReference): Transport => {
    const transport = transports.get(registry) ?? createTransport(registry, credentials)
    transports.set(registry, transport)
    return transport
  }
  return {
    async fetchManifest(reference, accept) {
      const manifest = await findManifest(to(reference), reference, accept)
      if (manifest) return manifest
      throw new RegistryError(`the registry has no ${formatReference(reference)}`, {
        advice: 'Check the name, and the tag or digest.',
        status: 404,
      })
    },
    findManifest: (reference, accept) => findManifest(to(reference), reference, accept),
    headManifest: (reference) => headManifest(to(reference), reference),
    putManifest: (reference, manifest) => putManifest(to(reference), reference, manifest),
    checkPush: (repository) => checkPush(to(repository), repository),
    hasBlob: (repository, descriptor) => hasBlob(to(repository), repository, descriptor, { toWrite: false }),
    openBlob: (repository, descriptor) => openBlob(to(repository), repository, descriptor),
    readBlob: (repository, descriptor, limit) => readBlob(to(repository), repository, descriptor, limit),
    uploadBlob: (repository, descriptor, open, mountFrom) =>
      uploadBlob(to(repository), repository, descriptor, open, mountFrom),
  }
}
