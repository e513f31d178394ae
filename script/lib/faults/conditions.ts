import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { movedClock } from '../../../__tests__/e2e/conditions.ts'
import type { Expectation, FaultCase } from './types.ts'
import type { Run, ScenarioName } from './stand.ts'

/** What a machine may be like: no image is another one for that. */
interface Condition {
  readonly fault: string
  readonly expects: Expectation
  /** What an error names. */
  readonly names?: RegExp
  readonly make: (folder: string) => Promise<Pick<Run, 'environment' | 'steps'>>
  readonly undo?: (folder: string) => Promise<void>
}

/** Shells would drop variables whose names have hyphens, as those of inputs have. */
const under = (...command: readonly string[]): Condition['make'] => {
  return () => Promise.resolve({ steps: { under: command } })
}
const variables = (environment: NodeJS.ProcessEnv): Condition['make'] => {
  return () => Promise.resolve({ environment })
}
const clock = (clock: string): Condition['make'] => {
  return async () => ({ environment: await movedClock(clock) })
}

const conditions: readonly Condition[] = [
  { fault: '64 open files', expects: 'either', names: /open files/, make: under('prlimit', '--nofile=64') },
  { fault: '512 MB of memory', expects: 'survived', make: inGroup(512 * 2 ** 20), undo: removeGroup },
  { fault: 'a clock 20 years behind', expects: 'survived', make: clock('-20y') },
  { fault: 'a clock 20 years ahead', expects: 'survived', make: clock('+20y') },
  { fault: 'a clock that jumps', expects: 'survived', make: jumpingClock },
  {
    fault: 'a locale with commas',
    expects: 'survived',
    make: variables({ LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de' }),
  },
  { fault: 'umask 077', expects: 'survived', make: under('perl', '-e', 'umask 077; exec @ARGV') },
  { fault: 'a home that is not there', expects: 'survived', make: variables({ HOME: '/not/there' }) },
  { fault: 'no HOME', expects: 'survived', make: variables({ HOME: undefined }) },
]

/** Each condition in a run that solves, and in one that does not. */
export function conditionCases(): FaultCase[] {
  return conditions.flatMap((condition) =>
    (['lock', 'image'] as const).map((scenario) => conditionCase(condition, scenario)),
  )
}

function conditionCase({ fault, expects, names, make, undo }: Condition, scenario: ScenarioName): FaultCase {
  return {
    fault,
    stage: scenario === 'lock' ? 'every stage' : 'every stage but the solve',
    times: 'for ever',
    expects,
    async arrange(_, id) {
      return {
        run: { scenario, repository: `team/${id}`, ...(await make(id)) },
        hasMet: () => true,
        names: names ?? /(?!)/,
        ...(undo && { undo: () => undo(id) }),
      }
    },
  }
}

/** Of either version of control groups. */
const groups = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup']

function inGroup(bytes: number): Condition['make'] {
  return async (id) => {
    for (const root of groups) {
      const group = join(root, `faults-${id}`)
      try {
        await mkdir(group)
        const file = root.endsWith('memory') ? 'memory.limit_in_bytes' : 'memory.max'
        await writeFile(join(group, file), String(bytes))
        const enter = `open F, ">", "${group}/cgroup.procs"; print F $$; close F; exec @ARGV`
        return await under('perl', '-e', enter)(id)
      } catch {
        await rmdir(group).catch(() => undefined)
      }
    }
    throw new Error('memory cannot be limited here')
  }
}

async function removeGroup(id: string): Promise<void> {
  for (const root of groups) await rmdir(join(root, `faults-${id}`)).catch(() => undefined)
}

/** Two days on and back again with each line of the log. */
async function jumpingClock(id: string): Promise<Pick<Run, 'environment' | 'steps'>> {
  const file = join(import.meta.dirname, `../../../.cache/clock-${id}`)
  await writeFile(file, '+0d')
  let count = 0
  const { LD_PRELOAD } = await movedClock('+0d')
  return {
    environment: {
      LD_PRELOAD,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    steps: {
      onLog: (text) => {
        if (text.includes('post step')) void rm(file, { force: true })
        void writeFile(file, count++ % 2 === 0 ? '+2d' : '-2d')
      },
    },
  }
}
