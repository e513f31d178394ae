import { bytecodeMode } from './bytecode-format.ts'
import { readAll } from './content.ts'
import { fileOf } from './linking.ts'
import type { LinkContext, LinkPlan } from './plan.ts'
import type { PrefixEntry } from './types.ts'

/** Compiles python's sources; see `Compiler` in src/bytecode. */
export interface SourceCompiler {
  compile(path: string, source: Uint8Array): Promise<Buffer | undefined>
}

/**
 * Lays bytecode behind each source that has some. A source that is a link to another file goes without. Of the sources one at a
 * time is in memory.
 * @param select which paths to give: bytecode is given with its source only, since it is valid for no other, and nothing checks that
 */
export async function* withBytecode(
  entries: AsyncIterable<PrefixEntry>,
  plan: Pick<LinkPlan, 'bytecode'>,
  { prefix }: LinkContext,
  select: (path: string) => boolean,
  compiler: SourceCompiler,
): AsyncGenerator<PrefixEntry> {
  const bytecodePaths = new Map(plan.bytecode.map(({ source, path }) => [source, path]))
  for await (const entry of entries) {
    const path = bytecodePaths.get(entry.path)
    if (entry.type !== 'file' || path === undefined || !select(path)) {
      yield entry
      continue
    }
    const source = await readAll(entry.content)
    yield fileOf(entry.path, entry.mode, source, entry.mtime)
    const bytecode = await compiler.compile(`${prefix}/${entry.path}`, source)
    if (bytecode) yield fileOf(path, bytecodeMode(entry.mode), bytecode)
  }
}
