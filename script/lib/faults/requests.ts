import type { ProxiedRequest } from '../../../__tests__/world/fault-proxy.ts'
import type { NetworkFault } from './network.ts'
import type { ScenarioName, ServiceName } from './stand.ts'

/** A kind of request that a run makes: what it is for, who answers, and how it is known by. */
export interface RequestKind {
  readonly name: string
  readonly service: ServiceName
  /** The run that makes it. */
  readonly scenario: ScenarioName
  readonly fits: (request: ProxiedRequest) => boolean
  /** Besides what everything can meet. */
  readonly has: readonly Exclude<NetworkFault['spoils'], 'any'>[]
  /** A run does without an answer, and comes to the same image. */
  readonly dispensable?: boolean
}

const is = (methods: string, path: RegExp) => (request: ProxiedRequest) =>
  methods.split(' ').includes(request.method) && path.test(request.path)

/** A repository of a case, whichever. */
const own = '/v2/team/[^/]+'

export const requestKinds: readonly RequestKind[] = [
  {
    name: 'token to push',
    service: 'registry',
    scenario: 'image',
    fits: is('GET', /^\/token\?.*push/),
    has: ['answer', 'place'],
  },
  {
    name: 'token to pull',
    service: 'registry',
    scenario: 'image',
    fits: is('GET', /^\/token\?(?!.*push)/),
    has: ['answer', 'place'],
  },
  {
    name: 'check of the right to push',
    service: 'registry',
    scenario: 'image',
    // The first is refused for want of a token.
    fits: (request) => is('POST', /\/blobs\/uploads\/$/)(request) && request.before === 1,
    has: [],
  },
  {
    name: 'end of that check',
    service: 'registry',
    scenario: 'image',
    fits: is('DELETE', /\/blobs\/uploads\//),
    has: [],
    dispensable: true,
  },
  {
    name: 'earlier image',
    service: 'registry',
    scenario: 'image',
    fits: is('GET', new RegExp(`^${own}/manifests/`)),
    has: ['answer', 'place'],
    dispensable: true,
  },
  {
    name: "base's manifest",
    service: 'registry',
    scenario: 'image',
    fits: is('GET HEAD', /^\/v2\/library\/debian\/manifests\//),
    has: ['answer', 'place'],
  },
  {
    name: "base's config and layers",
    service: 'registry',
    scenario: 'image',
    fits: is('GET', /^\/v2\/library\/debian\/blobs\//),
    has: ['answer', 'place'],
  },
  {
    name: 'whether a blob is there',
    service: 'registry',
    scenario: 'image',
    fits: is('HEAD', new RegExp(`^${own}/blobs/`)),
    has: ['place'],
  },
  {
    name: 'mount of a blob',
    service: 'registry',
    scenario: 'image',
    fits: is('POST', /\/blobs\/uploads\/\?mount=/),
    has: [],
    dispensable: true,
  },
  {
    name: 'beginning of an upload',
    service: 'registry',
    scenario: 'image',
    fits: (request) => is('POST', /\/blobs\/uploads\/$/)(request) && request.before > 1,
    has: [],
  },
  {
    name: 'upload of a blob',
    service: 'registry',
    scenario: 'image',
    fits: is('PUT', /\/blobs\/uploads\//),
    has: ['upload'],
  },
  {
    name: 'manifest under its tag',
    service: 'registry',
    scenario: 'image',
    fits: is('PUT', new RegExp(`^${own}/manifests/`)),
    has: ['upload'],
  },
  {
    name: 'archive of a package',
    service: 'channel',
    scenario: 'image',
    fits: is('GET', /\.conda$/),
    has: ['answer', 'place'],
  },
]
