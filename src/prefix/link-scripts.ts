import type { LinkPlan } from './plan.ts'

const moments = ['pre-link', 'post-link'] as const

/** When a link script is run: before the package's files are put in place, or behind that. */
export type LinkMoment = (typeof moments)[number]

/**
 * The scripts of a package that micromamba would run when it links it: `bin/.<name>-pre-link.sh`, `…-post-link.sh`.
 * Those for unlinking run at no install and do not count.
 * @returns paths relative to the prefix, in the order in which they are run
 */
export function linkScriptsOf({
  name,
  paths,
}: Pick<LinkPlan, 'name' | 'paths'>): { readonly moment: LinkMoment; readonly path: string }[] {
  return moments
    .map((moment) => ({ moment, path: `bin/.${name}-${moment}.sh` }))
    .filter(({ path }) => paths.includes(path))
}
