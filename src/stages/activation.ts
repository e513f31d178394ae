import * as core from '@actions/core'
import { activationVariables, type ActivatedEnvironment } from '../image/activation.ts'
import { evaluateActivation, type PathKind } from '../image/static-activation.ts'
import { activationScripts, type PrefixPlan } from '../prefix/prefix.ts'
import type { Base } from './base.ts'

/** Scripts for the wiring to run where the image's config has all the rest of an activation; paths with colons between. */
const pendingVariable = 'MAMBA_IMAGE_SCRIPTS'

/**
 * What the activation of an environment exports, for the image's config: so that processes have it that no entrypoint
 * started. Scripts that cannot be computed are left to the entrypoint, and named in the log.
 * @param variables the ENV that the image has without it
 */
export async function exportedByActivation(
  environment: ActivatedEnvironment,
  plan: PrefixPlan,
  { files }: Base,
  variables: ReadonlyMap<string, string>,
): Promise<Record<string, string>> {
  const { prefix, rootPrefix } = plan.context
  const before = new Map([
    ...variables,
    ...Object.entries(activationVariables(environment, rootPrefix, variables.get('PATH') ?? '')),
  ])
  const inPrefix = kindsIn(plan)
  const kindOf = (path: string): PathKind => {
    if (path === prefix || path.startsWith(`${prefix}/`))
      return inPrefix.get(path.slice(prefix.length + 1)) ?? 'absent'
    const type = files.get(path.slice(1))?.type
    return type === 'file' || type === 'directory' ? type : type === undefined ? 'absent' : 'unknown'
  }
  const { variables: after, unknown } = evaluateActivation(await activationScripts(plan), before, kindOf)
  for (const { path, line, reason } of unknown) {
    core.warning(
      `The activation script ${path} is not static: ${reason} in line ${line}. Only processes that the entrypoint starts have what it exports.`,
    )
  }
  const pending: Record<string, string> =
    unknown.length > 0 ? { [pendingVariable]: unknown.map(({ path }) => path).join(':') } : {}
  const exported = [...after].filter(([name, value]) => variables.get(name) !== value)
  return { ...Object.fromEntries(exported), ...pending }
}

/** What is at each path of the prefix, directories included. */
function kindsIn({ plans }: PrefixPlan): Map<string, PathKind> {
  const kinds = new Map<string, PathKind>([['', 'directory']])
  for (const { paths, files } of plans) {
    const links = new Set(files.flatMap(({ file, path }) => (file.type === 'softlink' ? [path] : [])))
    for (const path of paths) {
      for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
        kinds.set(path.slice(0, slash), 'directory')
      }
      kinds.set(path, links.has(path) ? 'unknown' : 'file')
    }
  }
  return kinds
}
