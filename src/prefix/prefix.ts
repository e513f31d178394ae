import * as core from '@actions/core'
import { mapConcurrently } from '../common/concurrency.ts'
import { UserError } from '../common/errors.ts'
import { openArchive } from '../packages/archive.ts'
import type { FetchedPackage } from '../packages/download.ts'
import { findClobbers, findObstructed, linkPackage, linkScriptsOf, planLink, pythonOf } from './link.ts'
import type { Clobber, LinkContext, LinkPlan, LinkSource } from './link.ts'

/** All packages of an environment at one prefix, before anything is linked. By position, those of the lock. */
export interface PrefixPlan {
  readonly context: LinkContext
  readonly sources: readonly LinkSource[]
  readonly plans: readonly LinkPlan[]
  readonly clobbers: ReadonlyMap<string, Clobber>
}

/**
 * Reads the metadata of all packages and plans their linking.
 * @throws UserError for a malformed package
 */
export async function planPrefix(
  packages: readonly FetchedPackage[],
  place: Omit<LinkContext, 'python'>,
): Promise<PrefixPlan> {
  const sources = await mapConcurrently(packages, 8, openSource)
  const python = sources.find(({ locked }) => locked.name === 'python')
  const context = { ...place, ...(python && { python: pythonOf(python.archive.info.index) }) }
  const plans = sources.map(({ archive }) => planLink(archive.info, context))
  return { context, sources, plans, clobbers: findClobbers(plans) }
}

/** Opens a package for linking. */
export async function openSource({ locked, file, ...facts }: FetchedPackage): Promise<LinkSource> {
  const { format, name, version, build } = locked
  return { locked, archive: await openArchive(file, format, `${name}-${version}-${build}`), facts }
}

/**
 * Looks for what would make the image differ from an installed environment: link scripts, which would have to be run, and
 * paths below another package's soft link, which a layer cannot have.
 * @param linkScripts whether packages with scripts are refused, or linked without running them
 * @throws UserError naming the packages
 */
export function checkPrefix({ plans }: PrefixPlan, linkScripts: 'refuse' | 'skip'): void {
  const [obstructed] = findObstructed(plans)
  if (obstructed) {
    const dist = (position: number) => plans[position]?.dist ?? ''
    throw new UserError(
      `${dist(obstructed.position)} has '${obstructed.path}', and ${dist(obstructed.byPosition)} has a file or link in its way: ` +
        `'${obstructed.by}'`,
      { advice: 'Choose other versions or builds of these packages.' },
    )
  }
  const scripted = plans.filter((plan) => linkScriptsOf(plan).length > 0).map(({ dist }) => dist)
  if (scripted.length === 0) return
  if (linkScripts === 'skip') {
    core.warning(`The link scripts of ${scripted.join(', ')} are not run.`)
    return
  }
  throw new UserError(
    `${scripted.join(', ')} would run a script when linked, which can be done in a container only`,
    {
      at: { input: 'link-scripts' },
      advice:
        "Set it to 'skip' if the packages work without, and run the scripts in a Dockerfile that starts FROM the image if they do not.",
    },
  )
}

const variableFile = /^etc\/conda\/env_vars\.d\/[^/]+\.json$/
const activationScript = /^etc\/conda\/activate\.d\/[^/]+\.sh$/

/**
 * The variables that the environment's packages set when it is activated: of etc/conda/env_vars.d/*.json, in the order
 * of the files' names.
 * @throws UserError when such a file is not what it should be
 */
export async function packageVariables(plan: PrefixPlan): Promise<Record<string, string>> {
  const files = await readTexts(plan, (path) => variableFile.test(path))
  return Object.fromEntries(files.flatMap(({ path, text }) => Object.entries(parseVariables(path, text))))
}

/** The scripts that activation runs, in its order; their paths are absolute. */
export async function activationScripts(plan: PrefixPlan): Promise<{ path: string; text: string }[]> {
  const files = await readTexts(plan, (path) => activationScript.test(path))
  return files.map(({ path, text }) => ({ path: `${plan.context.prefix}/${path}`, text }))
}

/** Small files of the packages as they are in the prefix, sorted by path in code units. */
async function readTexts(
  plan: PrefixPlan,
  select: (path: string) => boolean,
): Promise<{ path: string; text: string }[]> {
  const files = new Map<string, string>()
  for (const [position, { paths }] of plan.plans.entries()) {
    const source = plan.sources[position]
    if (!source || !paths.some(select)) continue
    for await (const entry of linkPackage(source, plan.context, select)) {
      if (entry.type !== 'file') continue
      const chunks: Uint8Array[] = []
      for await (const chunk of entry.content) chunks.push(chunk)
      files.set(entry.path, Buffer.concat(chunks).toString())
    }
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => ({ path, text }))
}

function parseVariables(path: string, text: string): Record<string, string> {
  try {
    const json = JSON.parse(text) as Record<string, unknown>
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, String(value)]))
  } catch (error) {
    throw new UserError(`the environment's ${path} is not JSON`, {
      advice: 'Choose another build of the package that has it.',
      cause: error,
    })
  }
}
