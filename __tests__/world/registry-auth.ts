import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/**
 * `none`: anyone may do everything. `basic`: every request needs the account. `token`: every request needs a token of
 * the registry's own token service, which gives them for the account. `public`: the same, and to anyone for pulls.
 */
export type RegistryAuth = 'none' | 'basic' | 'token' | 'public'

/** The one account of a registry that wants a login. */
export const account = { username: 'mamba', password: 'correct horse' } as const

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body: string
}

/**
 * Who may pass to the registry: HTTP's Basic authentication, or the distribution project's token authentication
 * (distribution.github.io/distribution/spec/auth/token). Tokens mean nothing to anyone else.
 */
export class Gate {
  readonly #auth: RegistryAuth
  /** The scopes of each token given: `repository:NAME:ACTION`. */
  readonly #tokens = new Map<string, ReadonlySet<string>>()

  constructor(auth: RegistryAuth) {
    this.#auth = auth
  }

  /** What to answer instead of passing a request on. */
  answer(host: string, method: string, path: string, headers: IncomingHttpHeaders): Answer | undefined {
    if (this.#auth === 'none') return undefined
    if (this.#auth === 'basic') return isAccount(headers) ? undefined : refusal('Basic realm="registry"')
    const { pathname, searchParams } = new URL(path, 'http://loopback')
    if (pathname === '/token') {
      return method === 'GET'
        ? this.#give(headers, searchParams.getAll('scope'))
        : { status: 404, body: '{}' } // the older way, which clients fall back to
    }
    const needed = scopesOf(method, pathname, searchParams)
    const [, token = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
    const granted = this.#tokens.get(token)
    if (granted && needed.flatMap(singleActions).every((scope) => granted.has(scope))) return undefined
    const scope = needed.length > 0 ? `,scope="${needed.join(' ')}"` : ''
    return refusal(`Bearer realm="http://${host}/token",service="registry"${scope}`)
  }

  #give(headers: IncomingHttpHeaders, scopes: readonly string[]): Answer {
    const isKnown = isAccount(headers)
    if (!isKnown && (this.#auth !== 'public' || headers.authorization !== undefined)) {
      return refusal('Basic realm="tokens"')
    }
    const asked = scopes.flatMap((scope) => scope.split(' ')).flatMap(singleActions)
    const token = randomUUID()
    this.#tokens.set(token, new Set(asked.filter((scope) => isKnown || scope.endsWith(':pull'))))
    return { status: 200, body: JSON.stringify({ token, expires_in: 300 }) }
  }
}

function refusal(challenge: string): Answer {
  return {
    status: 401,
    headers: { 'www-authenticate': challenge },
    body: JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }),
  }
}

function isAccount(headers: IncomingHttpHeaders): boolean {
  const login = Buffer.from(`${account.username}:${account.password}`).toString('base64')
  return headers.authorization === `Basic ${login}`
}

/** What a request needs, as challenges name it; a mount needs to read where the blob comes from. */
function scopesOf(method: string, pathname: string, query: URLSearchParams): string[] {
  const [, name] = /^\/v2\/(.+)\/(?:blobs|manifests|tags|referrers)\//.exec(pathname) ?? []
  if (name === undefined) return []
  const from = query.get('from')
  return [
    `repository:${name}:${['GET', 'HEAD'].includes(method) ? 'pull' : 'pull,push'}`,
    ...(from === null ? [] : [`repository:${from}:pull`]),
  ]
}

/** `repository:a:pull,push` is `repository:a:pull` and `repository:a:push`. */
function singleActions(scope: string): string[] {
  const actions = scope.lastIndexOf(':') + 1
  return scope
    .slice(actions)
    .split(',')
    .map((action) => scope.slice(0, actions) + action)
}
