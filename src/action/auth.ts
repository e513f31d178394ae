import { UserError } from '../common/errors.ts'
import { keepSecret } from '../common/secrets.ts'
import type { Credential, Grant } from '../channels/access.ts'
import type { InputName } from './defaults.ts'
import { lines, text } from './inputs.ts'

/**
 * The inputs `auth-*`: credentials for hosts of channels. Names and meaning are those of setup-pixi, where a host with a single dot,
 * such as prefix.dev, stands for those below it too (rattler's cli/auth.rs). With several hosts, each line of the other inputs says
 * which it is for: `HOST=VALUE`.
 * @throws UserError for one without the other, or for a host that has several
 */
export function readAuth(): Grant[] {
  const places = lines('auth-host').map(parsePlace)
  const inputs = ['auth-token', 'auth-username', 'auth-password', 'auth-conda-token'] as const
  const values = inputs.map((input) => readValues(input, places))
  return places.map((place) => {
    const [token, user, password, condaToken] = values.map((of) => of.get(place.written))
    return { ...place.opens, credentials: [credentialFor(place, { token, user, password, condaToken })] }
  })
}

interface Place {
  readonly written: string
  readonly opens: Pick<Grant, 'place' | 'withSubdomains'>
}

function parsePlace(written: string): Place {
  if (/^s3:/i.test(written)) {
    throw new UserError(`'${written}' is a bucket, and channels on S3 are not supported`, {
      at: { input: 'auth-host' },
      advice: 'Give the channel an https address, such as that of a proxy or of presigned redirects.',
    })
  }
  const [, star, place] =
    /^(?:https?:\/\/)?(\*\.)?([\w-]+(?:\.[\w-]+)*(?::\d+)?(?:\/[^\s=?#@]*)?)$/i.exec(written) ?? []
  if (place === undefined) {
    throw new UserError('a line of it is not a host', {
      at: { input: 'auth-host' },
      advice:
        'Write hosts, one a line: prefix.dev, or conda.example.com/team. Credentials go into the other auth-* inputs.',
    })
  }
  const trimmed = place.replace(/\/+$/, '')
  const host = trimmed.toLowerCase().split('/', 1)[0] ?? ''
  const isDomain = trimmed.toLowerCase() === host && !host.includes(':') && host.split('.').length === 2
  return {
    written,
    opens: {
      place: host.replace(/:443$/, '') + trimmed.slice(host.length),
      ...((star !== undefined || isDomain) && { withSubdomains: true }),
    },
  }
}

/** The values of an input by the host that they are for. */
function readValues(input: InputName, places: readonly Place[]): Map<string, string> {
  const value = text(input)
  if (value === undefined) return new Map()
  // A name is in other words too, which would all be masked.
  const keep = input === 'auth-username' ? () => [] : keepSecret
  const [only, ...more] = places
  if (!only)
    throw new UserError('there is no host that it is for', {
      at: { input },
      advice: "Name it in 'auth-host'.",
    })
  if (more.length === 0) {
    keep(value)
    return new Map([[only.written, value]])
  }
  return new Map(
    lines(input).map((line) => {
      const place = places.find(({ written }) => line.startsWith(`${written}=`))
      if (!place) {
        keep(line)
        throw new UserError('a line of it does not begin with a host', {
          at: { input },
          advice: "With several hosts in 'auth-host', write HOST=VALUE, one a line.",
        })
      }
      const own = line.slice(place.written.length + 1).trim()
      keep(own)
      return [place.written, own]
    }),
  )
}

function credentialFor(
  { written }: Place,
  given: { token?: string; user?: string; password?: string; condaToken?: string },
): Credential {
  const { token, user, password, condaToken } = given
  const refuse = (what: string) =>
    new UserError(`${written} ${what}`, {
      at: { input: 'auth-host' },
      advice:
        "Give 'auth-token', or 'auth-username' and 'auth-password', or 'auth-conda-token'. A secret that the job does not get is empty.",
    })
  if (!user !== !password)
    throw refuse(user ? 'has a username without a password' : 'has a password without a username')
  const found: Credential[] = [
    ...(token ? [{ type: 'bearer' as const, token }] : []),
    ...(user && password ? [{ type: 'basic' as const, user, password }] : []),
    ...(condaToken ? [{ type: 'conda-token' as const, token: condaToken }] : []),
  ]
  const [credential, ...more] = found
  if (!credential) throw refuse('has no credentials')
  if (more.length > 0) throw refuse('has credentials of several kinds')
  return credential
}
