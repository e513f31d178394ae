import { exclusionOf } from '../prefix/exclude.ts'
import { asInstalled, planLinkable } from '../prefix/linkable.ts'
import { missingIn } from '../prefix/missing.ts'
import type { BuiltMember } from './package-layers.ts'

/** Why an import fails: a file that a pattern left out, something that no pattern left out, or nobody knows. */
export type Excuse =
  | { readonly kind: 'left out'; readonly path: string; readonly pattern: string }
  | { readonly kind: 'own' }
  | { readonly kind: 'unknown' }

type Member = Pick<BuiltMember, 'contents' | 'groups' | 'openAny' | 'prefix'>

/**
 * Finds out whether patterns are to blame for what a program says of its failure. That takes what all packages and wheels would have put
 * there, so at the first failure they are opened, and where they are not on this machine, fetched.
 * @returns a judge of what a program wrote, the reason last
 */
export function judgeOf(member: Member): (lines: readonly string[]) => Promise<Excuse> {
  const { exclude = [] } = member.contents.context
  const exclusion = exclusionOf(exclude)
  let leftOut: Promise<string[]> | undefined
  return async (lines) => {
    const missing = missingIn(lines, member.prefix)
    for (const { is, path } of missing) {
      const found = (await (leftOut ??= leftOutOf(member))).filter(is)
      // What link scripts made is in no package.
      const file = shortest(found) ?? path
      if (file === undefined) continue
      const pattern = exclusion.excludedBy(file) ?? exclusion.excludedBy(file, 'directory')
      if (pattern !== undefined) return { kind: 'left out', path: file, pattern: exclude[pattern] ?? '' }
    }
    return { kind: missing[0]?.isSure ? 'own' : 'unknown' }
  }
}

/** All files of packages and wheels that patterns left out, relative to the prefix. */
async function leftOutOf({ contents, groups, openAny }: Member): Promise<string[]> {
  const { context } = contents
  if (!context.exclude) return []
  const exclusion = exclusionOf(context.exclude)
  const sources = await openAny(groups.flatMap(({ packages }) => packages))
  return sources
    .flatMap((source) => planLinkable(source, asInstalled(context)).paths)
    .filter((path) => exclusion.excludedBy(path) !== undefined)
}

function shortest(paths: readonly string[]): string | undefined {
  return paths.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))[0]
}
