import {
  linkPackage,
  planLink,
  type LinkContext,
  type LinkPlan,
  type LinkSource,
  type SourceCompiler,
} from './link.ts'
import type { PrefixEntry } from './types.ts'
import { linkWheel, planWheel, type WheelContext, type WheelPlan, type WheelSource } from './wheel/link.ts'

/** What is linked into a prefix, opened: a package or a wheel. */
export type Linkable = LinkSource | WheelSource
export type LinkablePlan = LinkPlan | WheelPlan

/** The place that both are linked at. Where there are no wheels, there is no pip whose installing is copied. */
export type PrefixContext = LinkContext & Partial<Pick<WheelContext, 'pip'>>

export function isPackage(source: Linkable): source is LinkSource {
  return 'facts' in source
}

/** @throws UserError as `planLink` and `planWheel` do */
export function planLinkable(source: Linkable, context: PrefixContext): LinkablePlan {
  return isPackage(source) ? planLink(source.archive.info, context) : planWheel(source, wheelContext(context))
}

/** Links a package or a wheel, as `linkPackage` and `linkWheel` do. */
export function linkLinkable(
  source: Linkable,
  context: PrefixContext,
  select?: (path: string) => boolean,
  compiler?: SourceCompiler,
): AsyncGenerator<PrefixEntry> {
  return isPackage(source)
    ? linkPackage(source, context, select, compiler)
    : linkWheel(source, wheelContext(context), select, compiler)
}

function wheelContext({ pip, ...context }: PrefixContext): WheelContext {
  if (pip === undefined) throw new Error('wheels are linked as by no pip')
  return { ...context, pip }
}
