/** What to show a registry: a user's password, or an identity token, which only buys other tokens. */
export type Credential =
  | { readonly type: 'password'; readonly username: string; readonly password: string }
  | { readonly type: 'identity-token'; readonly token: string }

/** What a credential is wanted for: the repository of a registry (`ghcr.io`, `docker.io`, `localhost:5000`). */
export interface Access {
  readonly registry: string
  readonly repository: string
  /** To push, which includes to pull. */
  readonly writes: boolean
}

/** Finds the credential for an access; undefined when there is none. */
export type CredentialSource = (access: Access) => Promise<Credential | undefined>

/** `user:password` in base64, as Basic authentication sends it (RFC 7617). */
export function basicOf(credential: { username: string; password: string }): string {
  return Buffer.from(`${credential.username}:${credential.password}`).toString('base64')
}
