import * as core from '@actions/core'
import { activationVariables } from '../image/activation.ts'
import { withLocalBin } from '../image/config.ts'
import { evaluateActivation, type PathKind } from '../activation/static-activation.ts'
import { openingAsNeeded } from '../layers/prefix-contents.ts'
import { activationScripts } from '../prefix/link.ts'
import type { Base } from './base.ts'
import type { BuiltMember } from './package-layers.ts'
import { isChanged, type ChangeFacts } from './steps.ts'
import { refusedActivation } from './without-bash.ts'

/** Scripts for the wiring to run where the image's config has all the rest of an activation; paths with colons between. */
const pendingVariable = 'MAMBA_IMAGE_SCRIPTS'

/** The PATH of the active environment, for the wiring to put back in login shells, whose /etc/profile makes it anew. */
const pathVariable = 'MAMBA_IMAGE_PATH'

/**
 * What the activation of an environment exports, for the image's config: so that processes have it that no entrypoint
 * started. Scripts that cannot be computed are left to the entrypoint, and named in the log.
 * @param variables the ENV that the image has without it
 * @param seen what commands made of the image's files, the first first, and what the log has
 * @param refusing the base's name, where it has no bash that could run what is not computed
 * @throws UserError when there is such a script on such a base
 */
export async function exportedByActivation(
  { activated, contents }: Pick<BuiltMember, 'activated' | 'contents'>,
  base: Base,
  variables: ReadonlyMap<string, string>,
  seen: { readonly changes: readonly ChangeFacts[]; readonly shown: Set<string> },
  refusing?: string,
): Promise<Record<string, string>> {
  const { changes, shown } = seen
  const { prefix, rootPrefix } = contents.context
  const before = new Map([
    ...variables,
    ...Object.entries(activationVariables(activated, rootPrefix, withLocalBin(variables.get('PATH') ?? ''))),
  ])
  const scripts = activationScripts(changedTexts(contents.texts(), prefix, changes), prefix)
  const files = scripts.length > 0 ? await base.files() : undefined
  const kindOf = (path: string): PathKind => {
    if (changes.some((one) => isChanged(one, path.slice(1)))) return 'unknown'
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
  if (refusing !== undefined && unknown.length > 0) {
    const named = unknown.map(async (one) => ({
      ...one,
      dist: await contents.packageOf(one.path.slice(prefix.length + 1)),
    }))
    throw refusedActivation(await Promise.all(named), refusing)
  }
  for (const { path, line, reason } of unknown) {
    const text = `The activation script ${path} is not static: ${reason} in line ${line}. Only processes that the entrypoint starts have what it exports.`
    if (!shown.has(text)) core.warning(text)
    shown.add(text)
  }
  const pending: Record<string, string> =
    unknown.length > 0 ? { [pendingVariable]: unknown.map(({ path }) => path).join(':') } : {}
  const exported = [...after].filter(([name, value]) => variables.get(name) !== value)
  if (refusing !== undefined) return Object.fromEntries(exported)
  return { ...Object.fromEntries(exported), [pathVariable]: after.get('PATH') ?? '', ...pending }
}

/** The files of a prefix that activation reads, by path relative to it, with what commands made of them. */
function changedTexts(
  texts: Readonly<Record<string, string>>,
  prefix: string,
  changes: readonly ChangeFacts[],
): Record<string, string> {
  const root = `${prefix.slice(1)}/`
  const all = new Map<string, string | null>(Object.entries(texts))
  for (const { activation } of changes) {
    for (const [path, text] of Object.entries(activation)) {
      if (path.startsWith(root)) all.set(path.slice(root.length), text)
    }
  }
  return Object.fromEntries([...all].filter((entry): entry is [string, string] => entry[1] !== null))
}
