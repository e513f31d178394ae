import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import { parseChallenges, type Challenge } from './challenge.ts'
import { basicOf, type Access, type Credential, type CredentialSource } from './credential.ts'
import { fetchToken, type Token } from './token.ts'

/** A right that a request needs, as token services name it. */
export type Scope = `repository:${string}:pull` | `repository:${string}:pull,push`

export const toPull = (repository: string): Scope => `repository:${repository}:pull`
export const toPush = (repository: string): Scope => `repository:${repository}:pull,push`

/** Knows which authentication one registry wants, and holds the tokens for it. */
export interface Authorizer {
  /** The value of `Authorization` for a request that needs `scopes`; undefined while the registry never asked. */
  authorize(scopes: readonly Scope[]): Promise<string | undefined>
  /**
   * Takes in the `WWW-Authenticate` of a 401 that the registry itself gave.
   * @param scopes what the request needed
   * @param sent the authorization that it refused
   * @returns whether another try, authorized anew, makes sense
   */
  challenged(header: string, scopes: readonly Scope[], sent: string | undefined): Promise<boolean>
  /**
   * What to send where a registry told the anonymous that nothing is there for them, and asked for no login: what it asks for
   * at `/v2/`, else the password. Undefined when there is no login.
   * @param ask gives the challenge of `/v2/`, empty where there is none
   */
  unasked(scopes: readonly Scope[], ask: () => Promise<string>): Promise<string | undefined>
  /** Says how the registry took that: a login that it refused is not shown to it again unless it asks. */
  took(isRefused: boolean): void
}

interface HeldToken {
  readonly scopes: readonly Scope[]
  readonly token: Promise<Token>
  /** Set once the token is there. */
  authorization?: string
  /** Milliseconds since the epoch. */
  expires: number
}

/** @param findCredential asked once the registry wants a login, and then once for each access */
export function createAuthorizer(registry: string, base: URL, findCredential: CredentialSource): Authorizer {
  let challenge: Challenge | undefined
  let atRoot: Promise<string> | undefined
  /** A login that was to be shown unasked was refused, or cannot be had. */
  let isUnwanted = false
  const found = new Map<string, Promise<Credential | undefined>>()
  const credential = (scopes: readonly Scope[]) => {
    const access = accessOf(registry, scopes)
    const key = `${access.repository} ${access.writes}`
    const known = found.get(key) ?? findCredential(access)
    found.set(key, known)
    return known
  }
  let held: HeldToken[] = []

  const bearer = async (scopes: readonly Scope[], asked: Challenge): Promise<string> => {
    held = held.filter(({ expires }) => expires > Date.now())
    const known = held.find((candidate) => covers(candidate.scopes, scopes))
    if (known) return `Bearer ${(await known.token).value}`
    // Held from now on, so that requests made at the same time share it.
    const token = credential(scopes).then((shown) =>
      fetchToken({ registry, base, asked, scopes, credential: shown }),
    )
    const fresh: HeldToken = { scopes, token, expires: Infinity }
    held.push(fresh)
    try {
      const { value, expires } = await token
      fresh.expires = expires
      return (fresh.authorization = `Bearer ${value}`)
    } catch (error) {
      held = held.filter((other) => other !== fresh)
      throw error
    }
  }

  const basic = async (scopes: readonly Scope[]): Promise<string | undefined> => {
    const known = await credential(scopes)
    return known?.type === 'password' ? `Basic ${basicOf(known)}` : undefined
  }

  const authorize = async (scopes: readonly Scope[]): Promise<string | undefined> => {
    if (!challenge) return undefined
    return challenge.scheme === 'bearer' ? bearer(scopes, challenge) : basic(scopes)
  }

  return {
    authorize,
    async challenged(header, scopes, sent) {
      const wanted = chooseChallenge(header)
      if (!wanted) return false
      challenge = wanted
      if (wanted.scheme === 'basic') return (await basic(scopes)) !== sent
      held = held.filter(({ authorization }) => authorization === undefined || authorization !== sent)
      return true
    },
    async unasked(scopes, ask) {
      if (isUnwanted) return undefined
      const known = await credential(scopes).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error
        core.warning(error.message)
        isUnwanted = true
        return undefined
      })
      if (!known) return undefined
      atRoot ??= ask()
      const asked = chooseChallenge(await atRoot)
      challenge ??= asked
      return challenge ? authorize(scopes) : basic(scopes)
    },
    took(isRefused) {
      if (isRefused) {
        isUnwanted = true
        challenge = undefined
      } else challenge ??= { scheme: 'basic', parameters: {} }
    },
  }
}

function chooseChallenge(header: string): Challenge | undefined {
  const offered = parseChallenges(header)
  return (
    offered.find(({ scheme, parameters }) => scheme === 'bearer' && parameters['realm']) ??
    offered.find(({ scheme }) => scheme === 'basic')
  )
}

/** The repository that a request is about; of a mount, the one that is written. */
function accessOf(registry: string, [scope]: readonly Scope[]): Access {
  const [, repository = '', actions = ''] = scope?.split(':') ?? []
  return { registry, repository, writes: actions.includes('push') }
}

/** The right to push a repository includes that to pull it. */
function covers(held: readonly Scope[], wanted: readonly Scope[]): boolean {
  return wanted.every(
    (scope) => held.includes(scope) || held.some((other) => other === scope.replace(/:pull$/, ':pull,push')),
  )
}
