import { startCacheService } from '../../../__tests__/world/cache-service.ts'
import type { ActionOutcome } from '../runner.ts'
import type { FaultCase } from './types.ts'

/** Two runs of the same at once. */
export function pairCases(): FaultCase[] {
  return (['lock', 'image'] as const).flatMap((scenario) =>
    [false, true].map((inOneWorkspace): FaultCase => ({
      fault: 'two runs at once',
      stage: `one tag, tool cache and cache key${inOneWorkspace ? ', one workspace' : ''}, ${scenario}`,
      times: 'once',
      expects: 'survived',
      async arrange(stand, id) {
        const cache = await startCacheService()
        let other: ActionOutcome | undefined
        return {
          run: {
            scenario,
            repository: `team/${id}`,
            environment: cache.environment,
            twin: {
              inOneWorkspace,
              onEnd: (outcome) => {
                other = outcome
              },
            },
          },
          hasMet: () => other !== undefined,
          names: /(?!)/,
          objections: () => [
            ...(other?.outputs['digest'] === stand.control[scenario].digest
              ? []
              : [`the other run: ${other?.log ?? ''}`]),
            ...(other?.exitCode === 0 && other.postExitCode === 0 ? [] : ['the other run failed']),
            // The paths of what they save differ, and for those entries are others.
            ...(new Set(cache.entries.map(({ key }) => key)).size === 1 ? [] : ['nothing was saved']),
          ],
          undo: () => cache.stop(),
        }
      },
    })),
  )
}
