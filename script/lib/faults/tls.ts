import type { Socket } from 'node:net'
import type { ConnectionFault } from '../../../__tests__/world/fault-proxy.ts'
import { secureServices, type SecureService } from './secure.ts'
import type { Company, ServiceName } from './services.ts'
import type { Stand } from './stand.ts'
import type { Arranged, FaultCase } from './types.ts'

/** What can be wrong where https is spoken, from the first byte to a redirect that leaves it. */
interface TlsFault {
  readonly name: string
  /** The cause, as errors have it. */
  readonly says: RegExp
  /** Whether another try may go well. */
  readonly passes?: boolean
  /** Whether what is asked reaches a server that has the right certificate. */
  readonly isAnswered?: boolean
  readonly spoil: (stand: Stand, service: ServiceName, times: FaultCase['times']) => Promise<void> | void
}

const certificate = (flaw: keyof Company['bad']): TlsFault['spoil'] => {
  return ({ proxies, company }, service) => {
    if (company) proxies[service].spoilConnections(company.bad[flaw])
  }
}

const connection = (meet: (socket: Socket) => void): TlsFault['spoil'] => {
  return ({ proxies }, service, times) => {
    const fault: ConnectionFault = (socket, pass, before) => {
      if (times === 'once' && before > 0) pass()
      else meet(socket)
    }
    proxies[service].spoilConnections(fault)
  }
}

const faults: readonly TlsFault[] = [
  {
    name: 'a certificate that has expired',
    says: /expired|verification failed/,
    spoil: certificate('expired'),
  },
  {
    name: 'a certificate that signs itself',
    says: /itself alone|self-signed|verification failed/,
    spoil: certificate('self-signed'),
  },
  {
    name: 'a certificate of another name',
    says: /other names|not valid for|does not match|no alternative certificate subject name|verification failed/,
    spoil: certificate('of another name'),
  },
  {
    name: 'a certificate of an unknown authority',
    says: /nobody who is trusted|local issuer|verification failed/,
    spoil: certificate('of an unknown authority'),
  },
  {
    name: 'TLS that breaks off in the handshake',
    says: /TLS|SSL|handshake/i,
    passes: true,
    spoil: connection((socket) => socket.once('data', () => socket.destroy())),
  },
  {
    name: 'plain http at an address of https',
    says: /no https|wrong.version|packet/i,
    spoil: connection((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')),
    ),
  },
  {
    name: 'redirect from https to plain http',
    says: /from https to http|returned error: 307/,
    isAnswered: true,
    async spoil({ proxies, elsewhere }, service) {
      await proxies[service].spoil(
        () => true,
        ({ request, response }) => {
          request.resume()
          response.writeHead(307, { location: `${elsewhere.origin}${request.url ?? ''}` }).end()
        },
      )
    },
  },
]

/** What is the same at every try is tried once a request; so many are under way before the first has failed. */
const mostConnections = 4

/** Each of these at each service, and what makes a company's own certificate a good one. */
export function tlsCases(): FaultCase[] {
  return [
    ...secureServices.flatMap((of) =>
      faults
        // micromamba has no option against it.
        .filter(({ isAnswered }) => !(isAnswered && of.by === 'micromamba'))
        .flatMap((fault) =>
          (fault.passes ? (['once', 'for ever'] as const) : (['for ever'] as const)).map((times) =>
            tlsCase(fault, of, times),
          ),
        ),
    ),
    ...trustCases(),
  ]
}

function tlsCase(fault: TlsFault, of: SecureService, times: FaultCase['times']): FaultCase {
  const survives = of.dispensable || times === 'once'
  return {
    fault: fault.name,
    stage: of.name,
    scenario: of.scenario,
    times,
    isSecure: true,
    expects: survives ? 'survived' : 'refused',
    async arrange(stand, id) {
      const arranged = await prepared(stand, id, of)
      const { elsewhere, proxies } = stand
      const proxy = proxies[of.service]
      await fault.spoil(stand, of.service, times)
      return {
        ...arranged,
        hasMet: () => proxy.connections > 0,
        objections: ({ exitCode, log }) => [
          ...(exitCode === 0 || fault.says.test(log) ? [] : [`the cause is not said, ${fault.says.source}`]),
          ...(fault.isAnswered || times === 'once' || proxy.requests.length === 0
            ? []
            : [`${proxy.requests.length} requests were sent to whom nobody trusts`]),
          ...elsewhere.requests.map(({ method, path }) => `sent by plain http: ${method} ${path}`),
          ...(fault.passes || of.by !== undefined || proxy.connections <= mostConnections
            ? []
            : [`it was tried by ${proxy.connections} connections`]),
        ],
      }
    },
  }
}

/** What every case has: nothing is spoilt, and a run is there. */
export async function prepared(
  stand: Stand,
  id: string,
  { service, scenario }: SecureService,
  environment: NodeJS.ProcessEnv = {},
): Promise<Arranged> {
  await stand.elsewhere.spoil()
  for (const one of Object.values(stand.proxies)) await one.spoil()
  const proxy = stand.proxies[service]
  return {
    run: { scenario, repository: `team/${id}`, environment },
    hasMet: () => proxy.requests.length > 0,
    names: new RegExp(proxy.host.replaceAll('.', String.raw`\.`)),
    undo: () => proxy.spoil(),
  }
}

/** Whom to trust is said by any of these; a condarc says it too, and then the lock tells of it. */
const ways = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE']

function trustCases(): FaultCase[] {
  return ways.flatMap((name) =>
    secureServices
      .filter(({ name: stage }) => !/^(archives|wheels|token|storage)/.test(stage))
      .map((of): FaultCase => ({
        fault: `an authority of one's own, by ${name}`,
        stage: of.name,
        scenario: of.scenario,
        times: 'for ever',
        isSecure: true,
        expects: 'survived',
        async arrange(stand, id) {
          const environment = { NODE_EXTRA_CA_CERTS: undefined, [name]: stand.company?.certificate }
          return {
            ...(await prepared(stand, id, of, environment)),
            // A run does without a cache, and says so.
            objections: ({ log }) => log.match(/^warning: .*/gm) ?? [],
          }
        },
      })),
  )
}
