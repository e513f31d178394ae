import type { Fault, ProxiedRequest } from '../../../__tests__/world/fault-proxy.ts'
import type { NetworkFault } from './network.ts'
import type { ServiceName } from './services.ts'
import type { ScenarioName, Stand } from './stand.ts'
import type { Arranged, FaultCase } from './types.ts'

/** A kind of request that a run makes: what it is for, who answers, and how it is known by. */
export interface RequestKind {
  readonly name: string
  readonly service: ServiceName
  /** The run that makes it. */
  readonly scenario: ScenarioName
  readonly fits: (request: ProxiedRequest) => boolean
  /** Besides what everything can meet. */
  readonly has: readonly Exclude<NetworkFault['spoils'], 'any'>[]
  /** What comes is held to a checksum at once, and had again. */
  readonly checked?: boolean
  /** Faults that it is not to meet, by the beginning of their names. */
  readonly except?: readonly string[]
  /** Who answers is asked no earlier than it says: GitHub bans tokens for that. A run for which this is too long ends at once. */
  readonly heedsRetryAfter?: boolean
  /** A run does without an answer, and comes to the same image. */
  readonly dispensable?: boolean
}

/** Requests by one of some methods, separated by blanks, for a path. */
export const isRequest = (methods: string, path: RegExp) => (request: ProxiedRequest) =>
  methods.split(' ').includes(request.method) && path.test(request.path)

/** A repository of a case, whichever. */
const own = '/v2/team/[^/]+'

const api = '/api/v3/repos/org/app'

/** What the sub-action that refreshes locks asks GitHub. */
const proposalKinds = (
  [
    ["GitHub's branch", 'propose', isRequest('GET', new RegExp(`^${api}/git/ref/`)), ['answer', 'place']],
    ["GitHub's file", 'propose', isRequest('GET', new RegExp(`^${api}/contents/`)), ['answer', 'place']],
    ['pull requests', 'propose', isRequest('GET', new RegExp(`^${api}/pulls`)), ['answer', 'place']],
    ["git's fetch", 'propose', isRequest('GET POST', /^\/org\/app\.git\/.*upload-pack/), ['answer']],
    [
      "git's push",
      'propose',
      isRequest('GET POST', /^\/org\/app\.git\/.*receive-pack/),
      ['answer', 'upload'],
    ],
    ['new pull request', 'propose', isRequest('POST', new RegExp(`^${api}/pulls$`)), ['answer', 'upload']],
    ['label', 'propose', isRequest('POST', new RegExp(`^${api}/issues/`)), ['answer', 'upload']],
    ['comparison', 'propose-signed', isRequest('GET', new RegExp(`^${api}/(compare|commits)/`)), ['answer']],
    [
      'objects of a commit',
      'propose-signed',
      isRequest('POST', new RegExp(`^${api}/git/`)),
      ['answer', 'upload'],
    ],
    ['move of the branch', 'propose-signed', isRequest('POST', /^\/api\/graphql$/), ['answer', 'upload']],
    [
      'change of a pull request',
      'propose-signed',
      isRequest('PATCH', new RegExp(`^${api}/pulls/`)),
      ['answer', 'upload'],
    ],
  ] as const
).map(([name, scenario, fits, has]): RequestKind => ({
  ...{ name, service: 'github', scenario, fits, has },
  ...(name === 'label' && { dispensable: true }),
  // git does not tell of what the header says, and is run again.
  ...(!name.startsWith("git's") && { heedsRetryAfter: true }),
}))

export const requestKinds: readonly RequestKind[] = [
  {
    name: 'token to push',
    service: 'registry',
    scenario: 'image',
    fits: isRequest('GET', /^\/token\?.*push/),
    has: ['answer', 'place'],
  },
  {
    name: 'token to pull',
    service: 'registry',
    scenario: 'image',
    fits: isRequest('GET', /^\/token\?(?!.*push)/),
    has: ['answer', 'place'],
  },
  {
    name: 'check of the right to push',
    service: 'registry',
    scenario: 'image',
    // The first is refused for want of a token.
    fits: (request) => isRequest('POST', /\/blobs\/uploads\/$/)(request) && request.before === 1,
    has: [],
  },
  {
    name: 'end of that check',
    service: 'registry',
    scenario: 'image',
    fits: isRequest('DELETE', /\/blobs\/uploads\//),
    has: [],
    dispensable: true,
  },
  {
    name: 'earlier image',
    service: 'registry',
    scenario: 'image',
    fits: isRequest('GET', new RegExp(`^${own}/manifests/`)),
    has: ['answer', 'place'],
    dispensable: true,
  },
  {
    name: "base's manifest",
    service: 'registry',
    scenario: 'image',
    fits: isRequest('GET HEAD', /^\/v2\/library\/debian\/manifests\//),
    has: ['answer', 'place'],
    checked: true,
  },
  {
    name: "base's config and layers",
    service: 'registry',
    scenario: 'image',
    fits: isRequest('GET', /^\/v2\/library\/debian\/blobs\//),
    has: ['answer', 'place'],
  },
  {
    name: 'whether a blob is there',
    service: 'registry',
    scenario: 'image',
    fits: isRequest('HEAD', new RegExp(`^${own}/blobs/`)),
    has: ['place'],
  },
  {
    name: 'mount of a blob',
    service: 'registry',
    scenario: 'image',
    fits: isRequest('POST', /\/blobs\/uploads\/\?mount=/),
    has: [],
    dispensable: true,
  },
  {
    name: 'beginning of an upload',
    service: 'registry',
    scenario: 'image',
    fits: (request) => isRequest('POST', /\/blobs\/uploads\/$/)(request) && request.before > 1,
    has: [],
  },
  {
    name: 'upload of a blob',
    service: 'registry',
    scenario: 'image',
    fits: isRequest('PUT', /\/blobs\/uploads\//),
    has: ['upload'],
  },
  {
    name: 'manifest under its tag',
    service: 'registry',
    scenario: 'image',
    fits: isRequest('PUT', new RegExp(`^${own}/manifests/`)),
    has: ['upload'],
  },
  {
    name: 'archive of a package',
    service: 'channel',
    scenario: 'image',
    fits: isRequest('GET', /\.conda$/),
    has: ['answer', 'place'],
    checked: true,
  },
  {
    name: "channel's index",
    service: 'channel',
    scenario: 'lock',
    fits: isRequest('GET', /\/repodata\.json/),
    has: [],
    // By its own clock, which the stand-in for micromamba does not have.
    except: ['stalls'],
  },
  {
    name: "micromamba's checksum",
    service: 'releases',
    scenario: 'lock',
    fits: isRequest('GET', /\.sha256$/),
    has: ['answer', 'place'],
  },
  {
    name: 'micromamba',
    service: 'releases',
    scenario: 'lock',
    fits: isRequest('GET', /\/micromamba-[\w-]+$/),
    has: ['answer', 'place'],
  },
  ...(
    [
      ['lookup in the cache', 'restore', isRequest('POST', /\/GetCacheEntryDownloadURL$/), ['answer']],
      ['archives of the cache', 'restore', isRequest('GET HEAD', /^\/account\//), ['answer', 'place']],
      ['new entry of the cache', 'save', isRequest('POST', /\/CreateCacheEntry$/), ['answer']],
      ['upload to the cache', 'save', isRequest('PUT', /^\/account\//), ['upload']],
      ['end of that upload', 'save', isRequest('POST', /\/FinalizeCacheEntryUpload$/), ['answer']],
    ] as const
  ).map(([name, scenario, fits, has]): RequestKind => ({
    ...{ name, service: 'cache', scenario, fits, has, dispensable: true },
    // Storage by the toolkit's clock, of minutes, which nothing shortens.
    ...(/archives|^upload/.test(name) && { except: ['stalls', 'trickles'] }),
  })),
  ...proposalKinds,
  {
    name: 'page of an index',
    service: 'index',
    scenario: 'resolve',
    fits: isRequest('GET', /^\/simple\//),
    has: ['answer', 'place'],
    // Nothing tells that a hash in it is another one, but TLS.
    except: ['other bytes'],
  },
  {
    name: 'metadata of a wheel',
    service: 'index',
    scenario: 'resolve',
    fits: isRequest('GET', /\.metadata$/),
    has: ['answer', 'place'],
  },
  {
    name: 'wheel, for its metadata',
    service: 'index',
    scenario: 'resolve',
    fits: isRequest('GET', /\.whl$/),
    has: ['answer', 'place'],
  },
  {
    name: 'wheel',
    service: 'index',
    scenario: 'wheel',
    fits: isRequest('GET', /\.whl$/),
    has: ['answer', 'place'],
    checked: true,
  },
]

/** Has a run's requests meet a fault: the first that fits, or all. */
export async function spoilRequests(
  stand: Stand,
  id: string,
  spoiled: Pick<RequestKind, 'service' | 'scenario' | 'fits'> & {
    readonly times: FaultCase['times']
    readonly fault: Fault
  },
): Promise<Arranged> {
  const { service, scenario, fits, times, fault } = spoiled
  const proxy = stand.proxies[service]
  await stand.elsewhere.spoil()
  await proxy.spoil((request) => fits(request) && (times === 'for ever' || proxy.met.length === 0), fault)
  return {
    run: { scenario, repository: `team/${id}` },
    hasMet: () => proxy.met.length > 0,
    names: new RegExp(proxy.host.replaceAll(/[.[\]]/g, String.raw`\$&`)),
    undo: () => proxy.spoil(),
  }
}
