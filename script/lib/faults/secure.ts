import type { ServiceName } from './services.ts'
import type { ScenarioName } from './stand.ts'

/** A service that is reached by https, and a run that needs it. */
export interface SecureService {
  readonly name: string
  readonly service: ServiceName
  readonly scenario: ScenarioName
  /** A run does without. */
  readonly dispensable?: boolean
  /** Asked by a program that tries again by itself, so that it is not ours to say how often. */
  readonly by?: 'micromamba' | 'pip' | 'git' | 'toolkit'
}

export const secureServices: readonly SecureService[] = [
  { name: 'archives of a channel', service: 'channel', scenario: 'image' },
  { name: 'index of a channel', service: 'channel', scenario: 'lock', by: 'micromamba' },
  { name: 'python index', service: 'index', scenario: 'resolve', by: 'pip' },
  { name: 'wheels', service: 'index', scenario: 'wheel' },
  { name: 'registry', service: 'registry', scenario: 'image' },
  { name: 'token service', service: 'tokens', scenario: 'image' },
  { name: 'cache service', service: 'cache', scenario: 'restore', dispensable: true, by: 'toolkit' },
  { name: 'storage of the cache', service: 'storage', scenario: 'restore', dispensable: true, by: 'toolkit' },
  { name: 'cache service, to save', service: 'cache', scenario: 'save', dispensable: true, by: 'toolkit' },
  {
    ...{ name: 'storage of the cache, to save', service: 'storage', scenario: 'save' },
    ...{ dispensable: true, by: 'toolkit' },
  },
  { name: 'releases of micromamba', service: 'releases', scenario: 'lock' },
  { name: "GitHub's API", service: 'github', scenario: 'propose' },
  { name: 'git remote', service: 'git', scenario: 'propose', by: 'git' },
]
