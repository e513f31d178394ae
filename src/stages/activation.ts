import * as core from '@actions/core'
import { activationVariables } from '../image/activation.ts'
import { withLocalBin } from '../image/config.ts'
import { evaluateActivation, type PathKind } from '../activation/static-activation.ts'
import { openingAsNeeded } from '../layers/prefix-contents.ts'
import { activationScripts } from '../prefix/link.ts'
import type { Base } from './base.ts'
import type { BuiltMember } from './package-layers.ts'

/** Scripts for the wiring to run where the image's config has all the rest of an activation; paths with colons between. */
const pendingVariable = 'MAMBA_IMAGE_SCRIPTS'

/** The PATH of the active environment, for the wiring to put back in login shells, whose /etc/profile makes it anew. */
const pathVariable = 'MAMBA_IMAGE_PATH'

/**
 * What the activation of an environment exports, for the image's config: so that processes have it that no entrypoint
 * started. Scripts that cannot be computed are left to the entrypoint, and named in the log.
 * @param variables the ENV that the image has without it
 */
export async function exportedByActivation(
  { activated, contents }: Pick<BuiltMember, 'activated' | 'contents'>,
  base: Base,
  variables: ReadonlyMap<string, string>,
): Promise<Record<string, string>> {
  const { prefix, rootPrefix } = contents.context
  const before = new Map([
    ...variables,
    ...Object.entries(activationVariables(activated, rootPrefix, withLocalBin(variables.get('PATH') ?? ''))),
  ])
  const scripts = activationScripts(contents.texts(), prefix)
  const files = scripts.length > 0 ? await base.files() : undefined
  const kindOf = (path: string): PathKind => {
    if (path === prefix || path.startsWith(`${prefix}/`)) {
      const kind = contents.kindOf(path.slice(prefix.length + 1))
      return kind === 'link' ? 'unknown' : kind
    }
    const type = files?.get(path.slice(1))?.type
    return type === 'file' || type === 'directory' ? type : type === undefined ? 'absent' : 'unknown'
  }
  const { variables: after, unknown } = await openingAsNeeded(() =>
    evaluateActivation(scripts, before, kindOf),
  )
  for (const { path, line, reason } of unknown) {
    core.warning(
      `The activation script ${path} is not static: ${reason} in line ${line}. Only processes that the entrypoint starts have what it exports.`,
    )
  }
  const pending: Record<string, string> =
    unknown.length > 0 ? { [pendingVariable]: unknown.map(({ path }) => path).join(':') } : {}
  const exported = [...after].filter(([name, value]) => variables.get(name) !== value)
  return { ...Object.fromEntries(exported), [pathVariable]: after.get('PATH') ?? '', ...pending }
}
