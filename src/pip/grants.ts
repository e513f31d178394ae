import type { Grant } from '../channels/access.ts'
import { present } from '../channels/grant.ts'

/** What opens an address below a place, for `grantsProgram`. */
export interface HeaderGrant {
  readonly place: string
  readonly withSubdomains: boolean
  readonly authorization: string
}

/** conda's tokens are no credentials of an index. */
export function headerGrants(grants: readonly Grant[]): HeaderGrant[] {
  return grants.flatMap((grant) => {
    // A header is the same for all addresses.
    const { authorization } = present(grant, new URL('https://index.invalid')).headers
    return authorization === undefined
      ? []
      : [{ place: grant.place, withSubdomains: grant.withSubdomains ?? false, authorization }]
  })
}

/** A part of programs that has pip show a host what opens it, by its place: `grants`, a list as `headerGrants` gives it, is there before. */
export const grantsProgram = String.raw`
import urllib.parse
def grant_for(url):
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    confidential = parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost")
    for grant in grants if confidential and "@" not in parts.netloc else ():
        below = grant["withSubdomains"] and host.endswith("." + grant["place"])
        if below or (host + parts.path + "/").startswith(grant["place"] + "/"):
            return grant["authorization"]

from pip._internal.network.auth import MultiDomainBasicAuth
call = MultiDomainBasicAuth.__call__
def authorized(self, request):
    header = grant_for(request.url)
    if header is None:
        return call(self, request)
    request.headers["Authorization"] = header
    request.register_hook("response", self.warn_on_401)
    return request
MultiDomainBasicAuth.__call__ = authorized
`
