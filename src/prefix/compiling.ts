import { bytecodeMode } from './bytecode-format.ts'
import { readAll } from './content.ts'
import { fileOf } from './linking.ts'
import type { LinkContext, LinkPlan } from './plan.ts'
import type { PrefixEntry } from './types.ts'

/** Compiles python's sources; see `Compiler` in src/bytecode. */
export interface SourceCompiler {
  compile(path: string, source: Uint8Array): Promise<Buffer | undefined>
}

/** How many sources are read while the first of them is compiled, so that several pythons have something to do. */
const mostAhead = 16
/** Bytes of them. */
const mostBytesAhead = 1_000_000

/** A source whose bytecode is on its way. */
interface Compiling {
  readonly source: PrefixEntry
  readonly size: number
  readonly path: string
  readonly mode: number
  readonly bytecode: Promise<Buffer | undefined>
}

/**
 * Lays bytecode behind each source that has some. A source that is a link to another file goes without. Of the sources a few at a
 * time are in memory.
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
  const ahead: Compiling[] = []
  let bytesAhead = 0
  /** Gives what is ready, in its order, until no more than so many are left. */
  async function* giveAllBut(most: number, mostBytes: number): AsyncGenerator<PrefixEntry> {
    while (ahead.length > most || bytesAhead > mostBytes) {
      const [first] = ahead.splice(0, 1)
      if (!first) return
      bytesAhead -= first.size
      yield first.source
      const bytecode = await first.bytecode
      if (bytecode) yield fileOf(first.path, bytecodeMode(first.mode), bytecode)
    }
  }
  for await (const entry of entries) {
    const path = bytecodePaths.get(entry.path)
    if (entry.type !== 'file' || path === undefined || !select(path)) {
      yield* giveAllBut(0, 0)
      yield entry
      continue
    }
    const { mode, mtime } = entry
    const content = await readAll(entry.content)
    const bytecode = compiler.compile(`${prefix}/${entry.path}`, content)
    bytecode.catch(() => undefined) // awaited when its turn comes, if it does
    ahead.push({
      source: fileOf(entry.path, mode, content, mtime),
      size: content.length,
      path,
      mode,
      bytecode,
    })
    bytesAhead += content.length
    yield* giveAllBut(mostAhead, mostBytesAhead)
  }
  yield* giveAllBut(0, 0)
}
