import { throughProxy } from '../common/http.ts'

/**
 * The address of an upload session, relative to the one that was asked. Registries behind a proxy do not always know how they
 * are reached: where they name their own host, it is by the protocol and the port that were asked.
 * @returns undefined when there is none
 */
export function sessionAddress(location: string | undefined, asked: URL): URL | undefined {
  if (!location || !URL.canParse(location, asked.href)) return undefined
  const session = throughProxy(new URL(location, asked), asked)
  const isOwn = session.hostname === asked.hostname && session.protocol === asked.protocol
  // Only a path of the registry's API: another one may be another server at the usual port.
  if (isOwn && session.port === '' && session.pathname.startsWith('/v2/')) session.port = asked.port
  return session
}
