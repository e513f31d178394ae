import type { Stats } from 'node:fs'
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import { messageOf } from '../common/errors.ts'
import { isReserved } from '../common/whiteout.ts'
import { refusal, type CopyRule } from './copy-rule.ts'
import { parseDockerignore, type Dockerignore } from './dockerignore.ts'

/** Something that a rule copies. */
export type CopySource = {
  /** Relative to the rule's source, with `/`; '' is the source itself. */
  readonly path: string
} & (
  | { readonly type: 'directory' }
  | {
      readonly type: 'file'
      /** On this machine. */
      readonly file: string
      /** Bytes. */
      readonly size: number
      readonly isExecutable: boolean
    }
  | { readonly type: 'symlink'; readonly target: string }
)

/** Where files are copied from. */
export interface Workspace {
  /** Absolute, on this machine. */
  readonly workspace: string
  /** Where the run writes its image, relative to the workspace: left out, or the next image would hold this one. */
  readonly output?: string
}

/**
 * What is left out unless a `.dockerignore` takes it back in with `!`: the repository's own files, where a checkout keeps the
 * token that it was made with.
 */
const alwaysIgnored = '**/.git'

/**
 * Finds what each rule copies: a file, or a directory with all that is below it, less what `.dockerignore` at the workspace's
 * top leaves out, and less what the run itself writes, with the directories that hold nothing else. A source may be reached through links inside of the workspace; links below it are not followed.
 * @returns in the order of the rules; each rule's in the order of their paths, parents first
 * @throws UserError for a rule that copies nothing, or something that an image cannot have
 */
export async function findSources(
  rules: readonly CopyRule[],
  { workspace, output }: Workspace,
): Promise<{ rule: CopyRule; sources: CopySource[] }[]> {
  if (rules.length === 0) return []
  const root = await realpath(workspace)
  const ignore = await readIgnore(root)
  const found: { rule: CopyRule; sources: CopySource[] }[] = []
  const written = output === undefined ? undefined : await placeIn(root, resolve(root, output))
  for (const rule of rules) {
    found.push({ rule, sources: await findSource({ rule, root, workspace, ignore, written }) })
  }
  return found
}

async function readIgnore(root: string): Promise<Dockerignore> {
  const text = await readFile(join(root, '.dockerignore'), 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return ''
    throw error
  })
  return parseDockerignore(text, alwaysIgnored)
}

interface Search {
  readonly rule: CopyRule
  /** The workspace, links resolved. */
  readonly root: string
  /** The workspace as it was given. */
  readonly workspace: string
  readonly ignore: Dockerignore
  /** What the run writes, relative to the root, with `/`; it need not be there yet. */
  readonly written: string | undefined
}

/** A path relative to `root`, links above it resolved as far as there is something; undefined when it is not in there. */
async function placeIn(root: string, path: string): Promise<string | undefined> {
  const place = relative(root, join(await realParent(path), basename(path))).replaceAll(sep, '/')
  return isOutside(place) ? undefined : place
}

async function realParent(path: string): Promise<string> {
  const parent = dirname(path)
  return realpath(parent).catch(async (error: unknown) => {
    if (parent === dirname(parent)) throw error
    return join(await realParent(parent), basename(parent))
  })
}

function isOutside(place: string): boolean {
  return place === '..' || place.startsWith('../') || isAbsolute(place)
}

/** Whether something is what the run writes, or what one that was killed has left of it. */
function isOutput(place: string, written: string | undefined): boolean {
  if (written === undefined) return false
  const partial = posix.join(posix.dirname(written), `.${posix.basename(written)}.partial-`)
  return place === written || place.startsWith(partial)
}

async function findSource(search: Search): Promise<CopySource[]> {
  const { rule, root, ignore, written } = search
  const file = await realpath(join(root, rule.source)).catch((error: unknown) => {
    const why = isMissing(error) ? 'is not there' : `cannot be read: ${messageOf(error)}`
    throw refusal(rule, `'${rule.source}' ${why}`, 'Name a file or a directory of the workspace.', error)
  })
  const inRoot = relative(root, file).replaceAll(sep, '/')
  if (isOutside(inRoot)) {
    throw refusal(rule, `'${rule.source}' is a link out of the workspace`, 'Put what it leads to into it.')
  }
  if (written !== undefined && (inRoot === written || inRoot.startsWith(`${written}/`) || written === '')) {
    const advice = "Choose another place for 'output', or other files."
    throw refusal(rule, `'${rule.source || '.'}' is where this run writes its image`, advice)
  }
  const sources: CopySource[] = []
  const ignored: string[] = []
  const visit = async (place: string, path: string): Promise<void> => {
    if (isOutput(place, written)) return
    const at = join(root, place)
    const stats = await reading(rule, place, lstat(at))
    const isIgnored = place !== '' && ignore.ignores(place)
    if (isIgnored) ignored.push(place)
    else sources.push(await describe(search, place, path, stats))
    if (!stats.isDirectory() || (isIgnored && ignore.ignoresBelow(place))) return
    for (const name of (await reading(rule, place, readdir(at))).sort()) {
      await visit(posix.join(place, name), posix.join(path, name))
    }
    const isMadeForOutput = written?.startsWith(`${place}/`) === true && sources.at(-1)?.path === path
    if (isMadeForOutput && path !== '' && !isIgnored) sources.pop()
  }
  const isNamedOne = rule.source === inRoot || !ignore.ignores(rule.source)
  if (isNamedOne) await visit(inRoot, '')
  if (!isNamedOne || (ignored.length > 0 && sources.every(({ type }) => type === 'directory'))) {
    const advice = `Take it back in with a line '!${rule.source}' at the end of .dockerignore.`
    throw refusal(rule, `.dockerignore leaves out all of '${rule.source || '.'}'`, advice)
  }
  return sources
}

async function describe(search: Search, place: string, path: string, stats: Stats): Promise<CopySource> {
  const { rule, root } = search
  if (place.includes('\uFFFD')) throw refusal(rule, `the name '${place}' is not UTF-8`)
  if (isReserved(posix.basename(place))) {
    throw refusal(rule, `'${place}' has a name that means a removal in a layer`, 'Rename it.')
  }
  if (stats.isDirectory()) return { path, type: 'directory' }
  if (stats.isSymbolicLink()) return { path, type: 'symlink', target: await readTarget(search, place) }
  if (!stats.isFile()) {
    throw refusal(
      rule,
      `'${place}' is no file, directory or link`,
      "Remove it, or name it in .dockerignore: sockets, pipes and devices don't go into an image.",
    )
  }
  // The owner's bit, as git sees it, whatever the umask. Windows has none.
  const isExecutable = process.platform !== 'win32' && (stats.mode & 0o100) !== 0
  return { path, type: 'file', file: join(root, place), size: stats.size, isExecutable }
}

/** The target of a link, which has to mean something in an image. */
async function readTarget({ rule, root, workspace }: Search, place: string): Promise<string> {
  const target = (await reading(rule, place, readlink(join(root, place)))).replaceAll(sep, '/')
  const isOfMachine = [root, workspace].some((directory) => {
    const start = directory.replaceAll(sep, '/')
    return target === start || target.startsWith(`${start}/`)
  })
  if (isOfMachine || /^[a-z]:/i.test(target)) {
    throw refusal(
      rule,
      `the link '${place}' leads to '${target}', a place of this machine`,
      'Make it a relative link, or leave it out by .dockerignore.',
    )
  }
  if (!target.startsWith('/') && posix.join(posix.dirname(place), target).startsWith('..')) {
    throw refusal(
      rule,
      `the link '${place}' leads to '${target}', out of the workspace`,
      'Make it absolute if it means a place of the image, or leave it out by .dockerignore.',
    )
  }
  return target
}

/** Waits for a look at a place of the workspace, whose failure is the rule's. */
async function reading<T>(rule: CopyRule, place: string, result: Promise<T>): Promise<T> {
  try {
    return await result
  } catch (error) {
    throw refusal(rule, `'${place}' cannot be read: ${messageOf(error)}`, undefined, error)
  }
}

function isMissing(error: unknown): boolean {
  const code = error !== null && typeof error === 'object' && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
