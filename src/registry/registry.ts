/** The door of this folder: references, credentials, and a client for the OCI distribution API. */
export { createRegistryClient, type RegistryClient, type RegistryClientOptions } from './client.ts'
export type { Access, Credential, CredentialSource } from './credential.ts'
export { machineCredentials } from './credentials.ts'
export { RegistryError } from './failure.ts'
export type { Manifest } from './manifests.ts'
export { formatReference, formatRepository, parseReference, type ImageReference } from './reference.ts'
export { type Arrival } from './upload.ts'
export { verified } from './verify.ts'
