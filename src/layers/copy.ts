import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { digestOf, type Digest } from '../common/digest.ts'
import { isReserved } from '../common/whiteout.ts'
import { contentOf, CopyOverlay, type LowerLayers } from './copy-overlay.ts'
import { refusal, type CopyRule } from './copy-rule.ts'
import { findSources, type CopySource, type Workspace } from './copy-source.ts'
import { contentTime } from './reproducible.ts'
import type { LayerEntry } from './types.ts'

export { parseCopy, type CopyRule } from './copy-rule.ts'

type LaidContent = Extract<LayerEntry, { type: 'file' }>['content']

/** What determines the files of the input `copy`, besides its rules. */
export interface CopyOrigin extends Workspace {
  /** SOURCE_DATE_EPOCH: the time of all files, instead of one that is made of each one's content. */
  readonly sourceDate?: Date
}

/** Where the files of the input `copy` come from and where they go. */
export interface CopyContext extends CopyOrigin, LowerLayers {
  /** The image's working directory; absolute. */
  readonly workdir: string
}

/** The files that an image copies from the workspace. */
export interface CopiedFiles {
  /** Of the files and of where they go: equal digests make equal layers on equal images. */
  readonly digest: Digest
  /** @throws UserError naming the rule that cannot be followed */
  entries(below: Omit<CopyContext, keyof CopyOrigin>): Promise<LayerEntry[]>
}

/** @throws UserError as `copyFingerprint` does */
export async function readCopied(rules: readonly CopyRule[], origin: CopyOrigin): Promise<CopiedFiles> {
  const { workspace, output, sourceDate } = origin
  return {
    digest: await copyFingerprint(rules, origin),
    entries: (below) => Array.fromAsync(copyEntries(rules, { ...below, workspace, output, sourceDate })),
  }
}

/**
 * The entries of the layer that the input `copy` makes, as Docker's COPY would lay them: a directory's content goes into the
 * destination; a file goes to it, or into it when it ends in `/` or is a directory already.
 *
 * They are a function of names, contents, links and executable bits in the workspace, and of SOURCE_DATE_EPOCH: not of its place,
 * owners, other mode bits, times, or the order of its directories. Entries are sorted by path in code units. Directories that are there
 * already are left as they are; of rules that lay something at one path, the later wins.
 * @throws UserError naming the rule that cannot be followed
 */
export async function* copyEntries(
  rules: readonly CopyRule[],
  context: CopyContext,
): AsyncGenerator<LayerEntry> {
  const overlay = new CopyOverlay(context)
  for (const { rule, sources } of await findSources(rules, context)) {
    const destination = resolveDestination(rule, sources, overlay, context.workdir)
    for (const source of sources) overlay.add(posix.join(destination, source.path), source, rule)
  }
  for (const entry of overlay.entries()) {
    yield entry.type === 'file' ? { ...entry, mtime: await timeOf(entry.content, context) } : entry
  }
}

async function timeOf(content: LaidContent, { sourceDate }: CopyOrigin): Promise<number> {
  return sourceDate ? sourceDate.getTime() / 1000 : contentTime(await hashOf(content))
}

/**
 * A digest of what the rules copy: without the image at hand and without packing, it tells whether a layer would be the same on
 * the same base, for the same user and working directory.
 * @throws UserError as `copyEntries` does, but for what the image stands against
 */
export async function copyFingerprint(rules: readonly CopyRule[], origin: CopyOrigin): Promise<Digest> {
  const lines: unknown[] = [origin.sourceDate ?? null]
  for (const { rule, sources } of await findSources(rules, origin)) {
    lines.push([rule.source, rule.destination, rule.mode ?? null])
    for (const source of sources) lines.push([source.path, source.type, await essence(source, rule)])
  }
  return digestOf(JSON.stringify(lines))
}

/** What there is to a source besides its path. */
async function essence(source: CopySource, rule: CopyRule): Promise<unknown> {
  if (source.type === 'symlink') return source.target
  if (source.type === 'directory') return null
  return [source.isExecutable, (await hashOf(contentOf(source.file, rule))).toString('hex')]
}

async function hashOf(content: LaidContent): Promise<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of content instanceof Uint8Array ? [content] : content) hash.update(chunk)
  return hash.digest()
}

/** Where a rule's source comes to lie, relative to the image's root. */
function resolveDestination(
  rule: CopyRule,
  [root]: readonly CopySource[],
  overlay: CopyOverlay,
  workdir: string,
): string {
  const destination = posix.resolve('/', workdir, rule.destination).slice(1)
  if (isReserved(destination)) {
    throw refusal(rule, `'/${destination}' has a name that means a removal in a layer`, 'Choose another.')
  }
  const isDirectory = root?.path !== '' || root.type === 'directory'
  if (isDirectory) return destination
  const isInto = /(^|\/)\.{0,2}$/.test(rule.destination) || overlay.isDirectory(destination)
  return isInto ? posix.join(destination, posix.basename(rule.source)) : destination
}
