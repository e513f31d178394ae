import { digestOf, type Digest } from '../common/digest.ts'
import type { Subdir } from '../common/platform.ts'
import {
  normalizeSpec,
  withoutCredentials,
  withoutPipCredentials,
  type Environment,
} from '../environment/read.ts'
import { listVirtualPackages, type VirtualPackageOverrides } from '../micromamba/solve.ts'
import type { Asked } from './types.ts'

/**
 * What a run asks of a lock. Spelling, the order of specs and credentials make no difference.
 * Of virtual packages it is what the user says of them: what the base tells is known to those who have read it, and a
 * lock that holds is used without.
 * @param question.baseImage the base's full name as asked for, `docker.io/library/debian:13`
 * @param question.condarc the content of the condarc
 * @param question.pipIndexes those of the inputs
 */
export function askFor(question: {
  environment: Pick<Environment, 'channels' | 'noDefaults' | 'specs' | 'pip'>
  platform: Subdir
  overrides: VirtualPackageOverrides
  baseImage: string
  condarc?: string
  pipIndexes?: { readonly index?: string; readonly extra?: readonly string[] }
}): Asked {
  const { environment, platform, overrides, baseImage, condarc, pipIndexes = {} } = question
  const pipFiles = (environment.pip?.files ?? []).map(({ path, digest }) => ({ path, digest }))
  return {
    platform,
    baseImage,
    overrides: listVirtualPackages(overrides),
    channels: [
      ...environment.channels.map(({ canonical }) => canonical),
      ...(environment.noDefaults ? ['nodefaults'] : []),
    ],
    specs: [...new Set(environment.specs.map(normalizeSpec))].sort(),
    pip: linesFor(environment, pipIndexes),
    ...(pipFiles.length > 0 && { pipFiles }),
    ...(condarc !== undefined && { condarc: digestOf(withoutCredentials(condarc)) }),
  }
}

/** With the indexes that the run was given, as pip would read them of the list itself. */
function linesFor(
  { pip }: Pick<Environment, 'pip'>,
  { index, extra = [] }: { readonly index?: string; readonly extra?: readonly string[] },
): string[] {
  if (!pip || pip.lines.length === 0) return []
  return [
    ...(index === undefined ? [] : [`--index-url ${withoutPipCredentials(index)}`]),
    ...extra.map((address) => `--extra-index-url ${withoutPipCredentials(address)}`),
    ...pip.lines.map(({ canonical }) => canonical),
  ]
}

/** The hash that says whether two questions are the same. */
export function inputHash(asked: Asked): Digest {
  const { platform, baseImage, overrides, channels, specs, pip, pipFiles = [], condarc } = asked
  const files = pipFiles.length > 0 ? [pipFiles.map(({ path, digest }) => [path, digest])] : []
  return digestOf(
    JSON.stringify([1, platform, baseImage, overrides, channels, specs, pip, condarc ?? null, ...files]),
  )
}
