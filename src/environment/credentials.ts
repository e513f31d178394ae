/**
 * Credentials as conda writes them into addresses: `https://user:password@host/…`, and the path's `/t/<token>/` of
 * anaconda.org and its kin. An address without them is canonical.
 */

const addresses = /[a-z][a-z0-9+.-]*:\/\/\S+/gi
const userinfo = /^([a-z][a-z0-9+.-]*:\/\/)([^\s/?#]*)@/i
const token = /\/t\/([^/\s'"]+)(?=$|[/\s'"])/g

/** The text with the credentials taken out of every address in it. */
export function withoutCredentials(text: string): string {
  return text.replace(addresses, (address) => address.replace(userinfo, '$1').replace(token, ''))
}

/** Whether an address in the text holds credentials. */
export function hasCredentials(text: string): boolean {
  return withoutCredentials(text) !== text
}

/** The passwords and tokens of the addresses in the text, as written and percent-decoded. */
export function secretsIn(text: string): string[] {
  const found = (text.match(addresses) ?? []).flatMap((address) => {
    const [, , user = ''] = userinfo.exec(address) ?? []
    const colon = user.indexOf(':')
    // A user without a password is a token in the manner of `https://<token>@host`.
    const password = colon < 0 ? user : user.slice(colon + 1)
    return [password, ...[...address.matchAll(token)].map(([, name = '']) => name)]
  })
  return [...new Set(found.flatMap((secret) => [secret, decoded(secret)]))].filter((secret) => secret !== '')
}

/** Text of somebody else's, for a message: no credentials in addresses, and no known secret anywhere. */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), withoutCredentials(text))
}

/** Percent-decoded; as it is when it is not percent-encoded. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
