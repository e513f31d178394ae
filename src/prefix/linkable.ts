import {
  linkPackage,
  planLink,
  type LinkContext,
  type LinkPlan,
  type LinkSource,
  type SourceCompiler,
} from './link.ts'
import { exclusionOf } from './exclude.ts'
import type { PrefixEntry } from './types.ts'
import { linkWheel, planWheel, type WheelContext, type WheelPlan, type WheelSource } from './wheel/link.ts'

/** What is linked into a prefix, opened: a package or a wheel. */
export type Linkable = LinkSource | WheelSource
export type LinkablePlan = LinkPlan | WheelPlan

/** The place that both are linked at. Where there are no wheels, there is no pip whose installing is copied. */
export type PrefixContext = LinkContext &
  Partial<Pick<WheelContext, 'pip'>> & {
    /** Patterns of what is left out, as `parseExclude` gives them. */
    readonly exclude?: readonly string[] | undefined
  }

/** The place where nothing is left out: what conda and pip would find. */
export function asInstalled(context: PrefixContext): PrefixContext {
  return { ...context, exclude: undefined }
}

export function isPackage(source: Linkable): source is LinkSource {
  return 'facts' in source
}

/**
 * Plans a package or a wheel, less what is left out.
 * @throws UserError as `planLink` and `planWheel` do
 */
export function planLinkable(source: Linkable, context: PrefixContext): LinkablePlan {
  const plan = isPackage(source)
    ? planLink(source.archive.info, context)
    : planWheel(source, wheelContext(context))
  return context.exclude ? lessExcluded(plan, context.exclude) : plan
}

/** A plan without what patterns leave out. */
export function lessExcluded(plan: LinkablePlan, exclude: readonly string[]): LinkablePlan {
  const exclusion = exclusionOf(exclude)
  const isKept = (path: string) => exclusion.excludedBy(path) === undefined
  const kept = {
    bytecode: plan.bytecode.filter(({ source, path }) => isKept(source) && isKept(path)),
    paths: plan.paths.filter(isKept),
  }
  return 'generated' in plan
    ? { ...plan, ...kept, files: plan.files.filter(({ path }) => isKept(path)) }
    : { ...plan, ...kept, files: plan.files.filter(({ path }) => isKept(path)) }
}

/**
 * Links a package or a wheel, as `linkPackage` and `linkWheel` do, less what is left out: their records tell of all that they would put
 * there.
 */
export async function* linkLinkable(
  source: Linkable,
  context: PrefixContext,
  select: (path: string) => boolean = () => true,
  compiler?: SourceCompiler,
): AsyncGenerator<PrefixEntry> {
  const exclusion = context.exclude && exclusionOf(context.exclude)
  const selectKept = exclusion
    ? (path: string) => select(path) && exclusion.excludedBy(path) === undefined
    : select
  const entries = isPackage(source)
    ? linkPackage(source, context, selectKept, compiler)
    : linkWheel(source, wheelContext(context), selectKept, compiler)
  for await (const entry of entries) {
    const isLeftOut =
      entry.type === 'directory' && exclusion?.excludedBy(entry.path, 'directory') !== undefined
    if (!isLeftOut) yield entry
  }
}

function wheelContext({ pip, ...context }: PrefixContext): WheelContext {
  if (pip === undefined) throw new Error('wheels are linked as by no pip')
  return { ...context, pip }
}
