import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as core from '@actions/core'
import { messageOf, UserError } from '../common/errors.ts'

/** A request for a package that its channel's host will answer. */
export interface Authorized {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

/** Adds to a package's address what its channel wants to see; a channel without credentials is asked as it is. */
export type Authorizer = (url: URL) => Authorized

/** What opens the addresses below a host or a path of it. */
interface Grant {
  /** `host[:port][/path]`, without a trailing slash. */
  readonly place: string
  readonly token?: string
  readonly authorization?: string
}

/**
 * The credentials of the run: those in the channels' addresses, then those of micromamba's
 * `~/.mamba/auth/authentication.json` (libmamba, `authentication_info.cpp`). Of several that fit a package the one with the
 * longest path is taken. All are masked in the log.
 * @param channels addresses as the solver got them; names are passed over
 * @throws UserError when authentication.json cannot be read
 */
export async function channelCredentials(
  channels: readonly string[],
  home: string = homedir(),
): Promise<Authorizer> {
  const grants = [...channels.flatMap(grantOfChannel), ...(await grantsOfFile(home))].sort(
    (a, b) => b.place.length - a.place.length,
  )
  for (const { token, authorization } of grants) {
    if (token) core.setSecret(token)
    if (authorization) core.setSecret(authorization.replace(/^\w+ /, ''))
  }
  return (url) => authorize(url, grants)
}

function authorize(url: URL, grants: readonly Grant[]): Authorized {
  const grant = grants.find(({ place }) => `${url.host}${url.pathname}`.startsWith(`${place}/`))
  if (!grant) return { url, headers: {} }
  const opened = new URL(url)
  if (grant.token !== undefined) opened.pathname = `/t/${grant.token}${url.pathname}`
  return {
    url: opened,
    headers: grant.authorization === undefined ? {} : { authorization: grant.authorization },
  }
}

function grantOfChannel(channel: string): Grant[] {
  if (!/^https?:\/\//.test(channel) || !URL.canParse(channel)) return []
  const url = new URL(channel)
  const [, token, rest] = /^\/t\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? []
  const user = decodeURIComponent(url.username)
  if (token === undefined && user === '') return []
  const path = (token === undefined ? url.pathname : (rest ?? '')).replace(/\/+$/, '')
  return [
    {
      place: `${url.host}${path}`,
      ...(token !== undefined && { token }),
      ...(user !== '' && { authorization: basic(user, decodeURIComponent(url.password)) }),
    },
  ]
}

async function grantsOfFile(home: string): Promise<Grant[]> {
  const file = join(home, '.mamba', 'auth', 'authentication.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    return []
  }
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, Record<string, string>>)
    return entries.map(([place, entry]) => grantOfEntry(place, entry))
  } catch (error) {
    throw new UserError(`micromamba's credentials cannot be read: ${messageOf(error)}`, {
      at: { file },
      advice: 'Write it as micromamba does: micromamba auth login.',
    })
  }
}

function grantOfEntry(key: string, entry: Record<string, string>): Grant {
  const place = key.replace(/^https?:\/\//, '').replace(/\/+$/, '')
  const { type = '', token = '', user = '', password = '' } = entry
  switch (type) {
    case 'CondaToken':
      return { place, token }
    case 'BearerToken':
      return { place, authorization: `Bearer ${token}` }
    case 'BasicHTTPAuthentication':
      return { place, authorization: basic(user, Buffer.from(password, 'base64').toString()) }
    default:
      throw new Error(`'${key}' is of the type '${type}', which is not known`)
  }
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
