import { UserError } from '../common/errors.ts'
import { parseGitPattern, type GitPattern } from '../common/gitignore.ts'
import { parentsOf } from '../packages/archive-path.ts'
import { excludeSets, isLicence, namesLicences } from './exclude-sets.ts'

/** What patterns leave out of a prefix. Paths are relative to it. A pattern is known by its position. */
export interface Exclusion {
  /** The pattern that leaves a path out; undefined where none does. */
  excludedBy(path: string, type?: 'directory'): number | undefined
  /** The patterns that speak of any of these files, or of a directory above one: without the others it would be the same. Ascending. */
  touching(files: readonly string[]): number[]
}

/** All patterns stand in a manifest, which is to stay small. */
const mostText = 32_000

/**
 * Parses what is to be left out: a pattern a line as in a `.gitignore`, or a set, `@docs`; either with `!` to take back.
 * @returns the patterns, comments and empty lines left out, each once, where it stands last
 * @throws UserError for one that is no pattern, or a set that there is not
 */
export function parseExclude(text: string, input: string): string[] {
  const patterns = text.split(/\r?\n/).flatMap((line) => {
    try {
      return parseItem(line)?.text ?? []
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      throw new UserError(error.message, { at: { input } })
    }
  })
  const last = patterns.filter((pattern, index) => !patterns.includes(pattern, index + 1))
  if (last.join('\n').length > mostText)
    throw new UserError(`its patterns are more than ${mostText} characters`, { at: { input } })
  return last
}

type Item =
  | (GitPattern & { readonly kind: 'pattern' })
  | {
      readonly kind: 'set'
      readonly text: string
      readonly isNegated: boolean
      readonly has: (path: string, type?: 'directory') => boolean
    }

function parseItem(line: string): Item | undefined {
  const [, negation = '', name] = /^(!?)@(.*)$/.exec(line.trim()) ?? []
  if (name === undefined) {
    const pattern = parseGitPattern(line)
    return pattern && { ...pattern, kind: 'pattern' }
  }
  const set = Object.entries(excludeSets).find(([known]) => known === name)?.[1]
  if (!set) {
    const sets = Object.keys(excludeSets).map((known) => `@${known}`)
    throw new UserError(
      `there is no set '@${name}'. Use ${sets.join(', ')}, one a line; a name that begins with @ is written \\@.`,
    )
  }
  const inside = new Matcher(set.patterns.flatMap((pattern) => parseItem(pattern) ?? []))
  return {
    kind: 'set',
    text: `${negation}@${name}`,
    isNegated: negation !== '',
    has: (path, type) => inside.excludedBy(path, type) !== undefined,
  }
}

const compiled = new WeakMap<readonly string[], Exclusion>()

/** @param patterns as `parseExclude` gives them; the last that speaks of a path decides */
export function exclusionOf(patterns: readonly string[]): Exclusion {
  const known = compiled.get(patterns)
  if (known) return known
  const items = patterns.flatMap((line) => parseItem(line) ?? [])
  const isNaming = ({ kind, text }: Item) => kind === 'pattern' && namesLicences(text)
  const [all, naming] = [new Matcher(items), new Matcher(items, isNaming)]
  const matcherOf = (path: string) => (isLicence(path) ? naming : all)
  const exclusion: Exclusion = {
    excludedBy(path, type) {
      if (isProtected(path)) return undefined
      const own = matcherOf(path).excludedBy(path, type)
      const source = sourceOf(path)
      return own ?? (source === undefined ? undefined : all.excludedBy(source))
    },
    touching(files) {
      const touched = new Set<number>()
      const seen = new Map([all, naming].map((matcher) => [matcher, new Set<string>()]))
      const look = (matcher: Matcher, file: string) => {
        matcher.addTouching(file, touched, seen.get(matcher))
      }
      for (const file of files) {
        if (isProtected(file)) continue
        look(matcherOf(file), file)
        const source = sourceOf(file)
        if (source !== undefined) look(all, source)
      }
      return [...touched].sort((a, b) => a - b)
    },
  }
  compiled.set(patterns, exclusion)
  return exclusion
}

/**
 * What no pattern leaves out: the records of packages, so that the image tells the truth about what is in it, and link scripts, whose
 * work would be missing in silence.
 */
function isProtected(path: string): boolean {
  return (
    path === 'conda-meta' ||
    path.startsWith('conda-meta/') ||
    /^bin\/\.[^/]+-(?:pre-link|post-link|pre-unlink)\.sh$/.test(path)
  )
}

/** The source of bytecode in a `__pycache__`: the one is of no use without the other. */
function sourceOf(path: string): string | undefined {
  if (!path.endsWith('.pyc')) return undefined
  const [, directory, name] = /^((?:.*\/)?)__pycache__\/([^/]+)\.[^/.]+(?:\.opt-\d)?\.pyc$/.exec(path) ?? []
  return name === undefined ? undefined : `${directory ?? ''}${name}.py`
}

/** What is said of a directory, and with it of all below. */
interface Said {
  readonly excludedBy?: number
  /** The last pattern that takes it, or one above it, back. */
  readonly takenBack: number
}

/**
 * git's rules: of the patterns that match a path the last decides, and in a directory that is left out nothing is taken back. A set
 * speaks of files: what it leaves out can be taken back with their directory.
 */
class Matcher {
  /** The last first. */
  readonly #items: readonly (readonly [index: number, item: Item])[]
  readonly #said = new Map<string, Said>()

  constructor(items: readonly Item[], isUsed: (item: Item) => boolean = () => true) {
    this.#items = [...items.entries()].filter(([, item]) => isUsed(item)).reverse()
  }

  excludedBy(path: string, type?: 'directory'): number | undefined {
    const above = this.#saidOf(parentOf(path))
    if (above.excludedBy !== undefined) return above.excludedBy
    for (const [index, item] of this.#items) {
      const speaks =
        item.kind === 'set'
          ? index > above.takenBack && item.has(path, type)
          : (type === 'directory' || !item.isForDirectories) && item.matches(path)
      if (speaks) return item.isNegated ? undefined : index
    }
    return undefined
  }

  /** @param seen directories whose patterns have been added */
  addTouching(file: string, touched: Set<number>, seen = new Set<string>()): void {
    const directories: string[] = []
    for (const parent of parentsOf(file)) {
      if (seen.has(parent)) break
      seen.add(parent)
      directories.push(parent)
    }
    for (const [index, item] of this.#items) {
      if (touched.has(index)) continue
      const speaks =
        item.kind === 'set'
          ? item.has(file)
          : (!item.isForDirectories && item.matches(file)) || directories.some(item.matches)
      if (speaks) touched.add(index)
    }
  }

  #saidOf(directory: string): Said {
    if (directory === '') return { takenBack: -1 }
    const known = this.#said.get(directory)
    if (known) return known
    const above = this.#saidOf(parentOf(directory))
    const said = above.excludedBy === undefined ? this.#sayOf(directory, above) : above
    this.#said.set(directory, said)
    return said
  }

  #sayOf(directory: string, above: Said): Said {
    const found = this.#items.find(([, item]) => item.kind === 'pattern' && item.matches(directory))
    if (!found) return above
    const [index, { isNegated }] = found
    if (!isNegated) return { excludedBy: index, takenBack: above.takenBack }
    return { takenBack: Math.max(above.takenBack, index) }
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
