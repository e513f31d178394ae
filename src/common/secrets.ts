import * as core from '@actions/core'

/** Something that nobody is to see, and whose it is. */
export type Secret =
  | string
  /** What opens a host to whoever says both. */
  | { readonly user: string; readonly password: string }

/**
 * The forms in which a secret can come to light: as it is, percent-encoded as in an address, in an address's path as anaconda.org has
 * its tokens, and in the base64 of `Authorization` and of micromamba's file.
 */
export function formsOf(secret: Secret): string[] {
  if (typeof secret !== 'string') {
    const { user, password } = secret
    // A user without a password is a token.
    return [...new Set([...formsOf(password || user), base64(`${user}:${password}`)])]
  }
  if (secret === '') return []
  const encoded = encodeURIComponent(secret)
  return [...new Set([secret, encoded, encodeURI(secret), `/t/${encoded}/`, base64(secret)])]
}

/** Has the log mask a secret in all of its forms from here on. @returns the forms */
export function keepSecret(secret: Secret): string[] {
  const forms = formsOf(secret)
  for (const form of forms) core.setSecret(form)
  return forms
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
