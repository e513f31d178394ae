import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { silence } from '../common/http.ts'

/** The paths of what the toolkit asks the cache service itself (github.com/actions/toolkit, packages/cache); storage is asked by another client. */
const service = '/twirp/'

let isWatching = false

/**
 * From now on the toolkit keeps two promises of this action's. Each answer of the cache service comes to an end, be it one that it tries
 * again after: by itself it waits for ever for the rest of one that broke off or stalls, and a process that waits for nothing else ends in
 * the middle of its work, with 13. And the job's token is for that service alone: by itself it gives it to whomever a redirect leads to.
 */
export function watchCacheRequests(): void {
  if (isWatching) return
  isWatching = true
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest } // Node's documentation of these channels
    const { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL } = process.env
    if (!token || request.getHeader('authorization') !== `Bearer ${token}`) return
    const hosts = [ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL].flatMap((url) => (url ? [new URL(url).host] : []))
    if (!hosts.includes(String(request.getHeader('host')))) request.removeHeader('authorization')
  })
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest }
    // The toolkit has a listener for that, which gives up, after three minutes.
    if (request.path.startsWith(service)) request.setTimeout(silence() * 1000)
  })
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage }
    if (!request.path.startsWith(service)) return
    // A few hundred bytes: they come at once, or not at all.
    const timer = setTimeout(() => response.destroy(), silence() * 1000)
    response.once('close', () => {
      clearTimeout(timer)
      if (!response.complete) response.emit('end')
    })
  })
}
