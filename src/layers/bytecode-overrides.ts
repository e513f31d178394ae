import type { PrefixEntry, SourceCompiler } from '../prefix/link.ts'
import { linkLinkable } from '../prefix/linkable.ts'
import type { PrefixContents } from './prefix-contents.ts'
import { hiddenPaths, nothingRemoved, type Removals } from './replaced.ts'
import type { Whiteout } from './types.ts'

/**
 * Puts bytecode right where several packages claim a source or its bytecode. Bytecode is valid for one source, which python does not
 * check, so what another package's layer has must not stay when the source is not its own: it is given again by the package that
 * has the source in the end, and hidden by a whiteout where that has none. What uninstalling removed is hidden as well. Goes on top of all
 * layers of packages.
 * @param startCompiler called when there is something to compile again
 */
export async function* bytecodeOverrides(
  contents: Pick<PrefixContents, 'context' | 'plans' | 'clobbers' | 'source' | 'removals'>,
  startCompiler: () => Promise<SourceCompiler>,
): AsyncGenerator<PrefixEntry | Whiteout> {
  const { again, hidden } = planBytecodeOverrides(contents)
  const compiler = again.size > 0 ? await startCompiler() : undefined
  for (const [position, bytecode] of again) {
    const missing = new Set(bytecode.values())
    const select = (path: string) => bytecode.has(path) || missing.has(path)
    for await (const entry of linkLinkable(contents.source(position), contents.context, select, compiler)) {
      if (missing.delete(entry.path)) yield entry
    }
    hidden.push(...missing)
  }
  for (const path of [...new Set([...hidden, ...hiddenPaths(contents.removals)])].sort())
    yield { type: 'whiteout', path }
}

/**
 * @returns for each package (its position in the lock) the sources whose bytecode is to be given again, with the path of that; and
 * paths of bytecode whose source is another package's
 */
export function planBytecodeOverrides({
  plans,
  clobbers,
  removals: { gone } = nothingRemoved,
}: Pick<PrefixContents, 'plans' | 'clobbers'> & { readonly removals?: Removals }): {
  again: Map<number, Map<string, string>>
  hidden: string[]
} {
  const again = new Map<number, Map<string, string>>()
  const hidden: string[] = []
  plans.forEach(({ bytecode, isCompiled }, position) => {
    if (!isCompiled) return
    const sources = new Map<string, string>()
    for (const { source, path } of bytecode) {
      if (gone.has(path)) continue
      const clobber = clobbers.get(path)
      if ((clobber?.winner ?? position) !== position) continue
      if ((clobbers.get(source)?.winner ?? position) !== position) hidden.push(path)
      else if (clobber) sources.set(source, path)
    }
    if (sources.size > 0) again.set(position, sources)
  })
  return { again, hidden }
}
