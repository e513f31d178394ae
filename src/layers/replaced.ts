import { UserError } from '../common/errors.ts'
import { parentsOf } from '../packages/archive-path.ts'
import { findDistributions, type Distribution } from '../prefix/distributions.ts'
import { readAll } from '../prefix/content.ts'
import type { LinkPlan, LinkSource, Python } from '../prefix/link.ts'
import { asInstalled, linkLinkable, type PrefixContext } from '../prefix/linkable.ts'
import { removedBy } from '../prefix/wheel/link.ts'

/** A wheel of an environment, by its place among what is linked. */
export interface WheelPlace {
  /** As PEP 503 normalises it. */
  readonly name: string
  /** Where the lock has it. */
  readonly version?: string
  /** Behind those of all packages. */
  readonly position: number
  /** Its line. */
  readonly at: { readonly file: string; readonly line: number }
}

/** A distribution of a package that pip would have uninstalled for a wheel's. */
export interface Replaced {
  readonly wheel: WheelPlace
  /** The package, `<name>-<version>-<build>`. */
  readonly dist: string
  readonly distribution: Distribution
  /** What uninstalling it removes, relative to the prefix, if it is there. */
  readonly paths: readonly string[]
}

/** What a plan of a package has of wheels' projects. */
export function findReplaced(
  { paths }: Pick<LinkPlan, 'paths'>,
  { sitePackages }: Python,
  wheels: ReadonlyMap<string, WheelPlace>,
): { readonly distribution: Distribution; readonly wheel: WheelPlace }[] {
  return findDistributions(paths.filter((path) => path.startsWith(`${sitePackages}/`))).flatMap(
    (distribution) => {
      const wheel = wheels.get(distribution.name)
      return wheel ? [{ distribution, wheel }] : []
    },
  )
}

/**
 * Reads what pip would go by when it uninstalls a distribution.
 * @throws UserError for one that pip does not uninstall either
 */
export async function readReplaced(
  source: LinkSource,
  plan: Pick<LinkPlan, 'dist'>,
  { distribution, wheel }: ReturnType<typeof findReplaced>[number],
  context: PrefixContext & { readonly python: Python },
): Promise<Replaced> {
  const { path, kind } = distribution
  const [record, entryPoints] = [`${path}/RECORD`, `${path}/entry_points.txt`]
  const texts = new Map<string, string>()
  const isText = (one: string) => one === record || one === entryPoints
  if (kind === 'dist-info') {
    for await (const entry of linkLinkable(source, asInstalled(context), isText)) {
      if (entry.type === 'file') texts.set(entry.path, (await readAll(entry.content)).toString())
    }
  }
  const text = texts.get(record)
  if (text === undefined) {
    throw new UserError(
      `pip would have to uninstall the ${distribution.name} ${distribution.version} of the package ${plan.dist} before it installs this wheel, and cannot: ` +
        (kind === 'dist-info' ? 'it has no RECORD of its files' : `it is an old '.egg-info'`),
      {
        at: wheel.at,
        advice: `Ask conda for ${withVersion(wheel)}, or take one of the two out of the environment.`,
      },
    )
  }
  const { python, prefix } = context
  return {
    wheel,
    dist: plan.dist,
    distribution,
    paths: removedBy({ dist: plan.dist, record: text, entryPoints: texts.get(entryPoints) }, python, prefix),
  }
}

/** `six 2.0` */
export function withVersion({ name, version }: Pick<WheelPlace, 'name' | 'version'>): string {
  return version === undefined ? name : `${name} ${version}`
}

/** What is no longer in a prefix when all wheels are installed. */
export interface Removals {
  readonly replaced: readonly Replaced[]
  /** Files, relative to the prefix. */
  readonly gone: ReadonlySet<string>
  /** Directories in which nothing is left; none of them lies in another. */
  readonly emptied: readonly string[]
}

export const nothingRemoved: Removals = { replaced: [], gone: new Set(), emptied: [] }

/**
 * Follows pip: before it installs a wheel it removes what the distribution before recorded, whoever has put a file there since then; what
 * that wheel and later ones put there stays. A directory goes with the last of its files.
 * @param plans all that claim one of the paths, by position, with holes
 */
export function planRemovals(
  replaced: readonly Replaced[],
  plans: readonly { readonly paths: readonly string[] }[],
): Removals {
  const removedAt = new Map<string, number>()
  for (const { wheel, paths } of replaced) {
    for (const path of paths) removedAt.set(path, Math.max(wheel.position, removedAt.get(path) ?? 0))
  }
  const owners = new Map<string, number>()
  plans.forEach(({ paths }, position) => {
    for (const path of paths) if (removedAt.has(path)) owners.set(path, position)
  })
  const gone = new Set(
    [...owners].flatMap(([path, owner]) => (owner < (removedAt.get(path) ?? 0) ? [path] : [])),
  )
  const alive = new Set<string>()
  plans.forEach(({ paths }) => {
    for (const path of paths) if (!gone.has(path)) addParents(path, alive)
  })
  const empty = new Set<string>()
  for (const path of gone) addParents(path, empty)
  const emptied = [...empty].filter(
    (path) => !alive.has(path) && parentsOf(path).every((parent) => alive.has(parent)),
  )
  return { replaced, gone, emptied: emptied.sort() }
}

function addParents(path: string, to: Set<string>): void {
  for (const parent of parentsOf(path)) {
    if (to.has(parent)) break
    to.add(parent)
  }
}

/** The paths that a layer on top hides: directories, and files elsewhere. */
export function hiddenPaths({ gone, emptied }: Removals): string[] {
  const whole = new Set(emptied)
  return [
    ...emptied,
    ...[...gone].filter((path) => !parentsOf(path).some((parent) => whole.has(parent))),
  ].sort()
}
