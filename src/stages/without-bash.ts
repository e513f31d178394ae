import { basename } from 'node:path/posix'
import type { StartSettings } from '../image/config.ts'
import type { ImageOptions } from '../image/inputs.ts'
import { UserError } from '../common/errors.ts'
import type { PreparedBase } from './prepared-base.ts'

/** What cannot be had on a base without bash: whatever is run while the image is made, and what activates when a container starts. */

const advice =
  'Use a base that has bash; a Dockerfile of several stages can copy the environment from there onto this one, at the same path.'

/**
 * Refuses inputs that want commands to be run in the image's file system.
 * @throws UserError naming the input
 */
export function refuseCommandsWithoutBash(
  { summary, pinned }: Pick<PreparedBase, 'summary' | 'pinned'>,
  { run, start, excludeCheck }: Pick<ImageOptions, 'run' | 'start' | 'excludeCheck'>,
): void {
  if (summary.hasBash) return
  if (run.commands.length > 0) {
    throw new UserError(`bash runs the commands, and the base has none: ${pinned}`, {
      at: { input: 'run' },
      advice,
    })
  }
  if (excludeCheck) {
    throw new UserError(`bash runs the imports, and the base has none: ${pinned}`, {
      at: { input: 'exclude-check' },
      advice: 'Try the same patterns on a base that has bash, and leave it out here.',
    })
  }
  if (isOfWiring(start)) {
    throw new UserError(`the script needs bash, and the base has none: ${pinned}`, {
      at: { input: 'entrypoint' },
      advice: "Leave it out: on such a base the environment is in the image's ENV.",
    })
  }
}

function isOfWiring({ entrypoint = [] }: StartSettings): boolean {
  return basename(entrypoint[0] ?? '') === '_entrypoint.sh'
}

/**
 * Refuses link scripts that would have to be run.
 * @param scripted packages, as `chooseLinkScripts` gives them
 * @throws UserError naming them
 */
export function refuseLinkScriptsWithoutBash(scripted: readonly string[], pinned: string): void {
  if (scripted.length === 0) return
  throw new UserError(
    `${scripted.join(', ')} would run a script when linked, by bash, and the base has none: ${pinned}`,
    {
      at: { input: 'link-scripts' },
      advice: `${advice} Or name packages in 'link-scripts-skip' that work without their scripts; link-scripts: skip leaves out all.`,
    },
  )
}

/** @throws UserError where wheels would have to be built */
export function refuseBuildsWithoutBash({ summary, pinned }: Pick<PreparedBase, 'summary' | 'pinned'>): void {
  if (summary.hasBash) return
  throw new UserError(
    `of the pip list there is something without a wheel, which bash would have to build, and the base has none: ${pinned}`,
    {
      at: { input: 'base-image' },
      advice: `${advice} Or ask for versions that have wheels; pip-build: refuse names what has none.`,
    },
  )
}

/** An activation script that cannot be computed. */
export interface Incomputable {
  /** Absolute. */
  readonly path: string
  /** The package that has it, where it is known. */
  readonly dist: string | undefined
  readonly line: number
  /** The construct in that line, as in "a loop". */
  readonly reason: string
}

/** The error of scripts that only a shell could run, on a base that has none. */
export function refusedActivation(scripts: readonly Incomputable[], pinned: string): UserError {
  const listed = scripts.map(
    ({ path, dist, line, reason }) =>
      `${path}${dist === undefined ? '' : ` of ${dist}`} (${reason} in line ${line})`,
  )
  const patterns = scripts.map(({ path }) => path.slice(path.indexOf('/etc/conda/activate.d/') + 1))
  return new UserError(
    `what these scripts set can be known only by running them, when a container starts, and the base has no bash that could: ${listed.join(', ')}; ${pinned}`,
    {
      at: { input: 'base-image' },
      advice: `Use a base that has bash. Or leave out scripts whose packages work without (exclude: ${patterns.join(', ')}), and set what is needed by 'env'; activation: none makes an image without any activation.`,
    },
  )
}
