import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A channel's address, and what opens it. */
export interface ChannelAddress {
  /** Without credentials. */
  readonly url: string
  readonly token?: string
  readonly user?: string
  readonly password?: string
  /** Never in an address. */
  readonly bearer?: string
}

/** Takes the credentials out of a channel's address; one without gets those of authentication.json. */
export async function addressOf(channel: string): Promise<ChannelAddress> {
  const url = new URL(channel)
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  const [, token] = /^\/t\/([^/]+)/.exec(url.pathname) ?? []
  url.username = url.password = ''
  if (token !== undefined) url.pathname = url.pathname.slice(`/t/${token}`.length)
  const own = { ...(token !== undefined && { token }), ...(user !== '' && { user, password }) }
  const address = url.href.replace(/\/+$/, '')
  return { url: address, ...(Object.keys(own).length > 0 ? own : await stored(address)) }
}

/** The request for a file of the channel. */
export function requestFor(
  channel: ChannelAddress,
  path: string,
): { url: string; headers: Record<string, string> } {
  const { user, password = '', bearer } = channel
  const basic = user !== undefined && Buffer.from(`${user}:${password}`).toString('base64')
  const authorization = basic ? `Basic ${basic}` : bearer !== undefined ? `Bearer ${bearer}` : undefined
  return {
    url: `${withToken(channel, channel.token)}${path}`,
    headers: authorization ? { authorization } : {},
  }
}

/** The address of a file of the channel with its secrets starred out, as it is printed. */
export function maskedUrl(channel: ChannelAddress, path: string): string {
  const url = `${withToken(channel, channel.token === undefined ? undefined : '*****')}${path}`
  return channel.user === undefined ? url : url.replace('://', `://${channel.user}:*****@`)
}

function withToken({ url }: ChannelAddress, token: string | undefined): string {
  if (token === undefined) return url
  const { origin } = new URL(url)
  return `${origin}/t/${token}${url.slice(origin.length)}`
}

interface Entry {
  readonly type: string
  readonly token?: string
  readonly user?: string
  readonly password?: string
}

/** `~/.mamba/auth/authentication.json`: by host, or host and the beginning of the path (libmamba, `authentication_info.cpp`). */
async function stored(address: string): Promise<Omit<ChannelAddress, 'url'>> {
  const file = join(homedir(), '.mamba/auth/authentication.json')
  const text = await readFile(file, 'utf8').catch(() => '{}')
  const entries = Object.entries(JSON.parse(text) as Record<string, Entry>) // as micromamba writes it
  const place = `${address.replace(/^\w+:\/\//, '')}/`
  const [, entry] =
    entries
      .filter(([key]) => place.startsWith(`${key.replace(/\/+$/, '')}/`))
      .sort(([a], [b]) => b.length - a.length)[0] ?? []
  switch (entry?.type) {
    case 'CondaToken':
      return { token: entry.token ?? '' }
    case 'BearerToken':
      return { bearer: entry.token ?? '' }
    case 'BasicHTTPAuthentication':
      return { user: entry.user ?? '', password: Buffer.from(entry.password ?? '', 'base64').toString() }
    case undefined:
    default:
      return {}
  }
}
