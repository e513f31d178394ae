import { startTunnel, type Tunnel, type TunnelFault } from '../../../__tests__/world/tunnel.ts'
import { formsOf } from '../../../src/common/secrets.ts'
import { secureServices, type SecureService } from './secure.ts'
import { prepared } from './tls.ts'
import type { FaultCase } from './types.ts'

const login = { user: 'me', password: 'proxy-p@ss-81' }

/** The login of every proxy, and what of it may be seen nowhere. */
export const proxyLogin = { ...login, forms: [...formsOf(login.password), ...formsOf(login)] }

/** What a proxy can do to whoever wants to be led to a service by it. */
interface ProxyFault {
  readonly name: string
  readonly says: RegExp
  /** Whether another try may go well. */
  readonly passes?: boolean
  /** Nothing is wrong. */
  readonly harmless?: boolean
  /** Whether a service is to meet it; default: each. */
  readonly fits?: (of: SecureService) => boolean
  readonly spoil: (tunnel: Tunnel, times: FaultCase['times']) => Promise<void> | void
}

function answer(meet: TunnelFault): ProxyFault['spoil'] {
  return (tunnel, times) => {
    tunnel.meet((socket, before, pass) => {
      if (times === 'once' && before > 0) pass()
      else meet(socket, before, pass)
    })
  }
}

const says = (head: string, body = '') =>
  answer((socket) => {
    socket.end(`HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
  })

const page = '<!DOCTYPE html><html><body>Please log in.</body></html>'

const faults: readonly ProxyFault[] = [
  {
    name: 'a proxy that wants another login',
    says: /\b407\b|login/,
    spoil: says('407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="company"'),
  },
  { name: 'a proxy that refuses', says: /\b403\b/, spoil: says('403 Forbidden', 'not for you') },
  { name: 'a proxy that answers 503', says: /\b503\b/, passes: true, spoil: says('503 Service Unavailable') },
  {
    name: "a proxy with a captive portal's page",
    says: /an answer of its own|page|SSL|TLS|tunnel/i,
    spoil: says('200 OK\r\nContent-Type: text/html', page),
  },
  { name: 'a proxy that is not there', says: /proxy/i, spoil: (tunnel) => tunnel.close() },
  {
    name: 'a proxy that breaks off',
    says: /proxy|tunnel/i,
    passes: true,
    spoil: answer((socket) => {
      socket.resetAndDestroy()
    }),
  },
  {
    name: 'a proxy that says nothing',
    says: /proxy|silent|timed out|tunnel/i,
    passes: true,
    // By clocks of their own, which nothing shortens, and the stand-in for micromamba does not have.
    fits: ({ by, service }) => by !== 'micromamba' && by !== 'git' && service !== 'storage',
    spoil: answer(() => undefined),
  },
  {
    name: 'a proxy with a login in its address',
    says: /(?!)/,
    harmless: true,
    spoil: () => undefined,
  },
]

/** Each of these before each service. */
export function tunnelCases(): FaultCase[] {
  return secureServices.flatMap((of) =>
    faults
      .filter(({ fits }) => fits?.(of) ?? true)
      .flatMap((fault) =>
        (fault.passes ? (['once', 'for ever'] as const) : (['for ever'] as const)).map((times) =>
          tunnelCase(fault, of, times),
        ),
      ),
  )
}

function tunnelCase(fault: ProxyFault, of: SecureService, times: FaultCase['times']): FaultCase {
  const survives = fault.harmless || of.dispensable || times === 'once'
  return {
    fault: fault.name,
    stage: of.name,
    scenario: of.scenario,
    times,
    isSecure: true,
    expects: survives ? 'survived' : 'refused',
    async arrange(stand, id) {
      const service = stand.proxies[of.service]
      const tunnel = await startTunnel({
        login,
        portOf: (place) => (place === service.host ? Number(service.host.replace(/.*:/, '')) : undefined),
      })
      await fault.spoil(tunnel, times)
      const others = stand.company?.names.filter((name) => !service.host.startsWith(`${name}:`)) ?? []
      const arranged = await prepared(stand, id, of, {
        HTTPS_PROXY: tunnel.url,
        HTTP_PROXY: tunnel.url,
        NO_PROXY: `127.0.0.1,${others.join(',')}`,
      })
      return {
        ...arranged,
        // Of one that is not there nobody can tell who came.
        hasMet: () => tunnel.asked.length > 0 || fault.name.endsWith('not there'),
        objections: ({ exitCode, log }) => [
          ...(exitCode === 0 || fault.says.test(log) ? [] : [`the cause is not said, ${fault.says.source}`]),
          ...(service.connections <= tunnel.made.length ? [] : ['the service was reached without the proxy']),
          ...(fault.passes || fault.harmless || of.by !== undefined || tunnel.asked.length <= mostAsked
            ? []
            : [`the proxy was asked ${tunnel.asked.length} times`]),
        ],
        undo: async () => {
          await arranged.undo?.()
          await tunnel.stop()
        },
      }
    },
  }
}

/** What is the same at every try is tried once a request; so many are under way before the first has failed. */
const mostAsked = 4
