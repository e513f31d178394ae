import type { CaseName } from './cases.ts'
import type { EntrypointTimes } from './entrypoint.ts'
import { middleOf, type Measurement, type Pull } from './types.ts'

/** Who makes images: the action, docker as most people have it, docker at its best. */
export const makers = ['ours', 'docker', 'best'] as const
export type Maker = (typeof makers)[number]

/** What pulls: an engine with Docker's older store, which knows a layer by all those below it, or with containerd's. */
export const stores = ['containerd', 'older'] as const
export type Store = (typeof stores)[number]

/** Cases of which a run makes an image. */
export type BuildCase = Exclude<CaseName, 'pull' | 'entrypoint'>

/** All that a run of the bench found: of each case every round. */
export interface Findings {
  readonly machine: string
  /** What installed packages in docker's builds. */
  readonly installer: string
  /** Seconds. */
  readonly floor: number[]
  readonly builds: Readonly<Record<Maker, Partial<Record<BuildCase, Measurement[]>>>>
  readonly pulls: Readonly<Record<Maker, Readonly<Record<Store, Pull[]>>>>
  /** Seconds of the builds without the pushes, of docker as most people have it. */
  readonly dockerBuild: number[]
  entrypoint?: EntrypointTimes
}

export function emptyFindings(machine: string, installer: string): Findings {
  return {
    machine,
    installer,
    floor: [],
    builds: { ours: {}, docker: {}, best: {} },
    pulls: {
      ours: { older: [], containerd: [] },
      docker: { older: [], containerd: [] },
      best: { older: [], containerd: [] },
    },
    dockerBuild: [],
  }
}

/** Of a case's rounds the one whose time is in the middle; undefined when it was not run. */
export function medianBuild(findings: Findings, maker: Maker, name: BuildCase): Measurement | undefined {
  const runs = findings.builds[maker][name]
  return runs && middleOf(runs, ({ wall }) => wall)
}

/** undefined of none. */
export function medianOf(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : middleOf(numbers, (number) => number)
}
