import { UserError } from '../common/errors.ts'
import { isLoopback } from '../common/http.ts'
import { base64, type Secret } from '../common/secrets.ts'
import { decoded } from '../environment/read.ts'

/** What a channel's host wants to see. */
export type Credential =
  /** In the path, as `/t/<token>/`. */
  | { readonly type: 'conda-token'; readonly token: string }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'basic'; readonly user: string; readonly password: string }

/** What opens the addresses below a host or a path of it. */
export interface Grant {
  /** `host[:port][/path]`, without a trailing slash. */
  readonly place: string
  /** Whether it opens the hosts below this one too: `conda.anaconda.org` where the place is `anaconda.org`. */
  readonly withSubdomains?: boolean
  /** More than one when an address has both a token and a login. */
  readonly credentials: readonly Credential[]
  /** The path behind which `/t/<token>` goes; the root when absent. */
  readonly tokenBehind?: string
}

/** Whether the grant opens an address. */
export function opens({ place, withSubdomains = false }: Grant, url: URL): boolean {
  const asked = `${url.host}${url.pathname}/`
  return asked.startsWith(`${place}/`) || (withSubdomains && url.host.endsWith(`.${place}`))
}

/** Whether what is sent to an address is seen by its host alone. */
export function isConfidential(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(url.hostname)
}

/** The address with the token in it, and the header that goes with it. */
export function present({ credentials, tokenBehind = '' }: Grant, url: URL) {
  const opened = new URL(url)
  const headers: Record<string, string> = {}
  for (const credential of credentials) {
    switch (credential.type) {
      case 'conda-token':
        opened.pathname = `${tokenBehind}/t/${encodeURIComponent(credential.token)}${url.pathname.slice(tokenBehind.length)}`
        break
      case 'bearer':
        headers['authorization'] = `Bearer ${credential.token}`
        break
      case 'basic':
        headers['authorization'] = `Basic ${base64(`${credential.user}:${credential.password}`)}`
    }
  }
  return { url: opened, headers }
}

export function secretOf(credential: Credential): Secret {
  return credential.type === 'basic' ? credential : credential.token
}

/** What a channel's address holds; nothing when it is a name, or open to all. */
export function grantOfAddress(channel: string): Grant[] {
  if (!/^https?:\/\//i.test(channel) || !URL.canParse(channel)) return []
  const url = new URL(channel)
  const [, tokenBehind = '', token, behind = ''] = /^(.*?)\/t\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? []
  const [user, password] = [decoded(url.username), decoded(url.password)]
  const credentials: Credential[] = [
    ...(token === undefined ? [] : [{ type: 'conda-token' as const, token: decoded(token) }]),
    ...(user === '' && password === '' ? [] : [{ type: 'basic' as const, user, password }]),
  ]
  if (credentials.length === 0) return []
  const path = (token === undefined ? url.pathname : `${tokenBehind}${behind}`).replace(/\/+$/, '')
  return [{ place: `${url.host}${path}`, credentials, tokenBehind }]
}

/**
 * Credentials are not sent where anybody on the way can read them.
 * @param addresses of channels; names are passed over
 * @throws UserError for a channel by plain http, elsewhere than on this machine, that credentials are for
 */
export function refuseOpenChannels(addresses: readonly string[], grants: readonly Grant[]): void {
  for (const address of addresses) {
    if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) continue
    const url = new URL(address)
    const grant = grants.find((one) => opens(one, url)) ?? grantOfAddress(address)[0]
    if (!grant || isConfidential(url)) continue
    throw new UserError(
      'there are credentials for this channel, which plain http would show to everybody on the way',
      {
        at: { url: `${url.origin}${url.pathname.replace(/\/t\/[^/]+/, '')}` },
        advice: 'Write its address with https://.',
      },
    )
  }
}
