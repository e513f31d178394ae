/**
 * Credentials as conda writes them into addresses: `https://user:password@host/…`, and the path's `/t/<token>/` of
 * anaconda.org and its kin. An address without them is canonical.
 */

// A scheme is short; without an end, a long word would be looked through from each of its letters.
const addresses = /[a-z][a-z0-9+.-]{0,30}:\/\/\S+/gi
const userinfo = /^([a-z][a-z0-9+.-]*:\/\/)([^\s/?#]*)@/i
const token = /\/t\/([^/\s'"]+)(?=$|[/\s'"])/g
/** Where pip finds one: `/t/` further on is a folder of an index, `https://files.pythonhosted.org/packages/source/t/tqdm/…`. */
const pipToken = /(?<=^https?:\/\/[^/\s]+)\/t\/([^/\s'"]+)(?=\/)/gi

/** The text with the credentials taken out of every address in it. */
export function withoutCredentials(text: string): string {
  return withoutThem(text, token)
}

/** The same for what is addressed to pip, a line of a list or of a lock. */
export function withoutPipCredentials(text: string): string {
  return withoutThem(text, pipToken)
}

function withoutThem(text: string, ofToken: RegExp): string {
  return text.replace(addresses, (address) => address.replace(userinfo, withoutUser).replace(ofToken, ''))
}

/** Of ssh a user is part of the address, and no secret: `ssh://git@github.com/…`. */
function withoutUser(_: string, scheme: string, user: string): string {
  const [name = ''] = user.split(':')
  return isSsh(scheme) && name !== '' ? `${scheme}${name}@` : scheme
}

function isSsh(scheme: string): boolean {
  return /(^|\+)ssh:\/\/$/i.test(scheme)
}

/** Whether an address in the text holds credentials. */
export function hasCredentials(text: string): boolean {
  return withoutCredentials(text) !== text
}

/** The passwords and tokens of the addresses in the text, as written and percent-decoded. */
export function secretsIn(text: string): string[] {
  return secretsOf(text, token)
}

/** The same for what is addressed to pip. */
export function pipSecretsIn(text: string): string[] {
  return secretsOf(text, pipToken)
}

function secretsOf(text: string, ofToken: RegExp): string[] {
  const found = (text.match(addresses) ?? []).flatMap((address) => {
    const [, scheme = '', user = ''] = userinfo.exec(address) ?? []
    const colon = user.indexOf(':')
    // A user without a password is a token in the manner of `https://<token>@host`, but for who is a user and nothing else.
    const isUser = colon < 0 && (isSsh(scheme) || user === 'git')
    const password = isUser ? '' : user.slice(colon + 1)
    return [password, ...[...address.matchAll(ofToken)].map(([, name = '']) => name)]
  })
  return [...new Set(found.flatMap((secret) => [secret, decoded(secret)]))].filter((secret) => secret !== '')
}

/**
 * Text of somebody else's, for a message: no credentials in addresses, no values in their queries, since a signed address opens what it names to
 * whoever sees it, and no known secret anywhere.
 */
export function masked(text: string, secrets: readonly string[]): string {
  const open = withoutCredentials(text).replace(/\S+/g, withoutValues)
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), open)
}

/** Of an address, or of a path, as which urllib3 shows addresses. What a fragment says, such as a checksum, stays. */
function withoutValues(word: string): string {
  const query = word.indexOf('?')
  if (query < 0 || !word.slice(0, query).includes('/')) return word
  const fragment = word.indexOf('#', query)
  const end = fragment < 0 ? word.length : fragment
  const shown = word.slice(query, end).replace(/([?&][^=&?]*=)[^&'"<>]+/g, '$1***')
  return word.slice(0, query) + shown + word.slice(end)
}

/** Percent-decoded; as it is when it is not percent-encoded. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Whether an environment variable's name says that it is one. */
export function isSecretName(name: string): boolean {
  return /TOKEN|SECRET|PASS|KEY|CRED/i.test(name)
}
