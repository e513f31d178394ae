import type { LinkPlan } from './plan.ts'

/**
 * The scripts of a package that micromamba would run when it links it: `bin/.<name>-pre-link.sh`, `…-post-link.sh`.
 * Those for unlinking run at no install and do not count.
 * @returns paths relative to the prefix
 */
export function linkScriptsOf({ name, paths }: Pick<LinkPlan, 'name' | 'paths'>): string[] {
  const scripts = new Set([`bin/.${name}-pre-link.sh`, `bin/.${name}-post-link.sh`])
  return paths.filter((path) => scripts.has(path))
}
