import { openWheel, type LinkedWheel } from '../../packages/wheel/archive.ts'
import { withBytecode, type SourceCompiler } from '../compiling.ts'
import { drain, readAll } from '../content.ts'
import { fileOf } from '../linking.ts'
import type { PrefixEntry } from '../types.ts'
import {
  executableMode,
  fileMode,
  planWheel,
  type WheelContext,
  type WheelPlan,
  type WheelSource,
} from './plan.ts'
import { formatInstalledRecord, recordedContent, type RecordedContent } from './record.ts'
import { fixScript, hasPlaceholder, placeholderLength } from './scripts.ts'

export {
  planWheel,
  type PlannedWheelFile,
  type WheelContext,
  type WheelPlan,
  type WheelSource,
} from './plan.ts'
export { pipDialect } from './scripts.ts'
export { removedBy, type InstalledDistribution } from './replaced.ts'

/**
 * Opens a wheel for linking.
 * @param file the wheel on this machine, verified
 * @throws UserError when it cannot be read, or is not what it says
 */
export async function openLockedWheel(locked: LinkedWheel, file: string): Promise<WheelSource> {
  const { fileName, at } = locked
  const name = at ? `${fileName} (${at.file}:${at.line})` : fileName
  return { locked, archive: await openWheel(file, name) }
}

/**
 * Links a wheel: gives what `pip install` puts in the prefix for it. First its files in the archive's order, bytecode behind its source, then
 * scripts of entry points and what pip notes in the `.dist-info`, at last RECORD. No file has a time: pip keeps none of the wheel's.
 * @param select which paths (relative to the prefix) to give; RECORD is the same whatever is left out
 * @param compiler for sources; without it they come without bytecode, and RECORD lists none
 * @throws UserError when the wheel is damaged or is not what its RECORD says
 */
export async function* linkWheel(
  source: WheelSource,
  context: WheelContext,
  select: (path: string) => boolean = () => true,
  compiler?: SourceCompiler,
): AsyncGenerator<PrefixEntry> {
  const plan = planWheel(source, context)
  const isRecorded = select(plan.recordPath)
  const bytecodeSources = new Map(
    plan.isCompiled && compiler ? plan.bytecode.map((one) => [one.path, one.source]) : [],
  )
  const compiledSources = new Set(bytecodeSources.values())
  // RECORD tells of each source whether it could be compiled, of each script what became of it.
  const files = new WheelFiles(source, plan, context, {
    isWanted: (path) => select(path) || (isRecorded && compiledSources.has(path)),
    isRecorded,
  })
  const entries = compiler
    ? withBytecode(
        files.entries(),
        { bytecode: plan.isCompiled ? plan.bytecode : [] },
        context,
        (path) => isRecorded || select(path),
        compiler,
      )
    : files.entries()
  const bytecode: string[] = []
  for await (const entry of entries) {
    const compiledFrom = bytecodeSources.get(entry.path)
    if (compiledFrom !== undefined) bytecode.push(entry.path)
    if (select(entry.path) && select(compiledFrom ?? entry.path)) yield entry
  }

  const { generated, recordPath } = plan
  for (const { path, mode, bytes } of new Map(generated.map((one) => [one.path, one])).values()) {
    if (select(path)) yield fileOf(path, mode, bytes)
  }
  if (!isRecorded) return
  const record = formatInstalledRecord(
    {
      rows: source.archive.info.record,
      places: new Map(plan.files.map(({ file, path }) => [file.name, path])),
      changed: files.changed,
      generated,
      bytecode,
    },
    plan.sitePackages,
  )
  yield fileOf(recordPath, fileMode, Buffer.from(record))
}

/** The files of a wheel on their way into the prefix. */
class WheelFiles {
  /** Scripts whose first line is another one now, by their paths. */
  readonly changed = new Map<string, RecordedContent>()
  readonly #source: WheelSource
  readonly #plan: WheelPlan
  readonly #context: WheelContext
  readonly #options: { readonly isWanted: (path: string) => boolean; readonly isRecorded: boolean }

  constructor(
    source: WheelSource,
    plan: WheelPlan,
    context: WheelContext,
    options: { readonly isWanted: (path: string) => boolean; readonly isRecorded: boolean },
  ) {
    this.#source = source
    this.#plan = plan
    this.#context = context
    this.#options = options
  }

  async *entries(): AsyncGenerator<PrefixEntry> {
    const { isWanted, isRecorded } = this.#options
    const planned = new Map(
      this.#plan.files.filter(({ shadowed }) => !shadowed).map(({ file, path }) => [file.name, path]),
    )
    for await (const { file, content } of this.#source.archive.entries()) {
      const path = planned.get(file.name)
      if (path === undefined) continue
      const mode = file.isExecutable ? executableMode : fileMode
      const entry: PrefixEntry = { type: 'file', path, mode, size: file.size, content }
      if (file.scheme !== 'scripts') {
        if (isWanted(path)) yield entry
      } else if (isWanted(path) || isRecorded) {
        const script = await this.#script(entry)
        if (isWanted(path)) yield script
        else await drain(script.content)
      }
    }
  }

  async #script(entry: FileEntry): Promise<FileEntry> {
    const { path, mode } = entry
    const { start, content } = await peek(entry.content, placeholderLength)
    if (!hasPlaceholder(start)) return { ...entry, content }
    const bytes = fixScript(await readAll(content), this.#context.prefix)
    this.changed.set(path, recordedContent(bytes))
    return fileOf(path, mode, bytes)
  }
}

type FileEntry = Extract<PrefixEntry, { type: 'file' }>

/**
 * Looks at the beginning of content.
 * @returns at least as many bytes as were asked for, if there are as many; and all of the content, to be read instead
 */
async function peek(
  content: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ start: Buffer; content: AsyncGenerator<Uint8Array> }> {
  const iterator = content[Symbol.asyncIterator]()
  let start = Buffer.alloc(0)
  while (start.length < length) {
    const next = await iterator.next()
    if (next.done) break
    start = Buffer.concat([start, next.value])
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (start.length > 0) yield start
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return { start, content: whole() }
}
