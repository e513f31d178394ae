import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as core from '@actions/core'
import { messageOf, UserError } from '../common/errors.ts'
import { isLoopback } from '../common/http.ts'

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
  /** Whether it may be sent without encryption: it was given for an http address, or, in micromamba's file, for any. */
  readonly plain: boolean
  /** Goes into the path as `/t/<token>`, behind the path `tokenBehind`. */
  readonly token?: string
  readonly tokenBehind?: string
  /** The value of the header. */
  readonly authorization?: string
  /** What must not be seen in the log. */
  readonly secrets: readonly string[]
}

/**
 * The credentials of the run: those in the channels' addresses, then those of micromamba's
 * `~/.mamba/auth/authentication.json` (libmamba, `authentication_info.cpp`). Of several that fit a package the one with the
 * longest path is taken. All are masked in the log, and those of an https address are not sent unencrypted.
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
  for (const secret of grants.flatMap(({ secrets }) => secrets)) if (secret !== '') core.setSecret(secret)
  return (url) => authorize(url, grants)
}

function authorize(url: URL, grants: readonly Grant[]): Authorized {
  const isPrivate = url.protocol === 'https:' || isLoopback(url.hostname)
  const grant = grants.find(
    ({ place, plain }) => (plain || isPrivate) && `${url.host}${url.pathname}`.startsWith(`${place}/`),
  )
  if (!grant) return { url, headers: {} }
  const { token, tokenBehind = '', authorization } = grant
  const opened = new URL(url)
  if (token !== undefined) {
    opened.pathname = `${tokenBehind}/t/${token}${url.pathname.slice(tokenBehind.length)}`
  }
  return { url: opened, headers: authorization === undefined ? {} : { authorization } }
}

function grantOfChannel(channel: string): Grant[] {
  if (!/^https?:\/\//i.test(channel) || !URL.canParse(channel)) return []
  const url = new URL(channel)
  const [, tokenBehind = '', token, behind = ''] = /^(.*?)\/t\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? []
  const [user, password] = [decoded(url.username), decoded(url.password)]
  const hasLogin = user !== '' || password !== ''
  if (token === undefined && !hasLogin) return []
  const path = (token === undefined ? url.pathname : `${tokenBehind}${behind}`).replace(/\/+$/, '')
  return [
    {
      place: `${url.host}${path}`,
      plain: url.protocol === 'http:',
      ...(token !== undefined && { token, tokenBehind }),
      ...(hasLogin && { authorization: basic(user, password) }),
      // A user without a password is a token.
      secrets: [token ?? '', password || user, hasLogin ? basicValue(user, password) : ''],
    },
  ]
}

async function grantsOfFile(home: string): Promise<Grant[]> {
  const file = join(home, '.mamba', 'auth', 'authentication.json')
  try {
    const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, Record<string, string>>
    return Object.entries(json).map(([place, entry]) => grantOfEntry(place, entry))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [] // an error of the file system
    // What JSON.parse says quotes the text, which is made of secrets.
    const why = error instanceof SyntaxError ? 'it is not JSON' : messageOf(error)
    throw new UserError(`micromamba's credentials cannot be read: ${why}`, {
      at: { file },
      advice: 'Write it as micromamba does: micromamba auth login.',
    })
  }
}

function grantOfEntry(key: string, entry: Record<string, string>): Grant {
  const place = key.replace(/^https?:\/\//, '').replace(/\/+$/, '')
  const { type = '', token = '', user = '', password: encoded = '' } = entry
  const password = Buffer.from(encoded, 'base64').toString()
  switch (type) {
    case 'CondaToken':
      return { place, plain: true, token, secrets: [token] }
    case 'BearerToken':
      return { place, plain: true, authorization: `Bearer ${token}`, secrets: [token] }
    case 'BasicHTTPAuthentication':
      return {
        place,
        plain: true,
        authorization: basic(user, password),
        secrets: [encoded, password, basicValue(user, password)],
      }
    default:
      throw new Error(`'${key}' is of the type '${type}', which is not known`)
  }
}

function basic(user: string, password: string): string {
  return `Basic ${basicValue(user, password)}`
}

function basicValue(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString('base64')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
