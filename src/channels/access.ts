import { homedir } from 'node:os'
import { keepSecret } from '../common/secrets.ts'
import { formatAuthenticationFile, readAuthenticationFile } from './authentication-file.ts'
import type { Condarc } from './condarc.ts'
import {
  grantOfAddress,
  isConfidential,
  opens,
  present,
  refuseOpenChannels,
  secretOf,
  type Grant,
} from './grant.ts'

/** The door of this folder: who may see what channels hold. */
export { parseCondarc, type Condarc } from './condarc.ts'
export { describeDefaults } from './defaults.ts'
export type { Credential, Grant } from './grant.ts'

/** A request for a package that its channel's host will answer. */
export interface Authorized {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

/** Adds to a package's address what its channel wants to see; a channel without credentials is asked as it is. */
export type Authorizer = (url: URL) => Authorized

/** What a run may do at the channels of an environment. */
export interface ChannelAccess {
  readonly authorize: Authorizer
  /** What opens hosts; of several that fit an address the first. */
  readonly grants: readonly Grant[]
  /** The text of an authentication.json that tells micromamba as much; absent when the user's own does. */
  readonly authentication?: string
  /** Every form of every secret, for masking and for refusing locks that hold one. */
  readonly secrets: readonly string[]
}

/** Where the channels that are named, not addressed, are for anybody who says nothing else. */
const usualHosts = ['conda.anaconda.org', 'repo.anaconda.com']

/**
 * The credentials of the run: those in the addresses of channels, then those of the inputs, then those of micromamba's
 * `~/.mamba/auth/authentication.json`. Of several that fit a package the one with the longest path is taken. All are masked in the
 * log.
 * @param channels addresses as the solver gets them; names are passed over
 * @param given by the inputs
 * @throws UserError when authentication.json cannot be read, or a channel is by plain http and not on this machine
 */
export async function openChannels(options: {
  readonly channels?: readonly string[]
  readonly condarc?: Condarc
  readonly given?: readonly Grant[]
  /** Addresses of other servers with logins, for what is fetched from there. */
  readonly others?: readonly string[]
  readonly home?: string
}): Promise<ChannelAccess> {
  const { condarc, given = [], others = [], home = homedir() } = options
  const addresses = [...(options.channels ?? []), ...(condarc?.addresses ?? [])]
  const ofUser = await readAuthenticationFile(home)
  const grants = [...[...addresses, ...others].flatMap(grantOfAddress), ...given, ...ofUser].sort(
    (a, b) => b.place.length - a.place.length,
  )
  const secrets = [
    ...grants.flatMap(({ credentials }) => credentials.flatMap((one) => keepSecret(secretOf(one)))),
    ...(condarc?.secrets ?? []).flatMap(keepSecret),
  ]
  refuseOpenChannels(addresses, grants)
  const hosts = addresses.flatMap((address) => (URL.canParse(address) ? [new URL(address).host] : []))
  return {
    authorize: (url) => authorize(url, grants),
    grants,
    ...(given.length > 0 && {
      authentication: formatAuthenticationFile([...given, ...ofUser], [...usualHosts, ...hosts]),
    }),
    secrets: [...new Set(secrets)],
  }
}

function authorize(url: URL, grants: readonly Grant[]): Authorized {
  const grant = isConfidential(url) ? grants.find((one) => opens(one, url)) : undefined
  return grant ? present(grant, url) : { url, headers: {} }
}
