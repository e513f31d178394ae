import { posix } from 'node:path'
import { UserError } from '../common/errors.ts'

/** What a `.dockerignore` says of the paths of its directory; these are relative to it, with `/`. */
export interface Dockerignore {
  ignores(path: string): boolean
  /** Whether a directory and all that is below it is ignored, so that nobody needs to look. */
  ignoresBelow(directory: string): boolean
}

interface Pattern {
  readonly text: string
  /** Whether it takes paths back in: `!`. */
  readonly isException: boolean
  readonly matches: (path: string) => boolean
}

/**
 * Parses a `.dockerignore` with Docker's rules (docs.docker.com, "Build context", ".dockerignore files"; moby's
 * patternmatcher as BuildKit uses it): patterns are gone through in their order, those without `!` ignore what is not
 * ignored by then, those with it take back in what is; what matched a directory so has matched all that is below. `*`
 * stops at `/`, `**` does not, patterns begin at the top.
 *
 * The rules are here since the libraries that there are take `+`, `(` and `{` in names for regular expressions, and read a
 * file in another way on Windows.
 * @param first a pattern that holds before those of the text, which may take back in what it leaves out
 * @throws UserError naming the line that is no pattern
 */
export function parseDockerignore(text: string, first = ''): Dockerignore {
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  const patterns = [first, ...lines].flatMap((line, number) => parseLine(line, number) ?? [])
  const ignores = (path: string) => {
    let ignored = false
    let matchedAbove: readonly boolean[] = []
    for (const place of fromTop(path)) {
      ignored = false
      const above = matchedAbove
      matchedAbove = patterns.map(({ isException, matches }, index) => {
        const isMatch = above[index] === true || (isException === ignored && matches(place))
        if (isMatch) ignored = !isException
        return isMatch
      })
    }
    return ignored
  }
  return {
    ignores,
    ignoresBelow: (directory) =>
      ignores(directory) &&
      !patterns.some(({ isException, text }) => isException && mayMatchBelow(text, directory)),
  }
}

/** `a`, `a/b` and `a/b/c`. */
function fromTop(path: string): string[] {
  const steps = path.split('/')
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'))
}

function parseLine(line: string, number: number): Pattern | undefined {
  const trimmed = line.trim()
  if (line.startsWith('#') || trimmed === '') return undefined
  const isException = trimmed.startsWith('!')
  const written = isException ? trimmed.slice(1).trim() : trimmed
  if (written === '') throw refusal("'!' has no pattern", number)
  const text = posix.normalize(written).replace(/^\/(?=.)|(?<=.)\/$/g, '')
  return { text, isException, matches: matcher(text, number) }
}

function matcher(pattern: string, number: number): Pattern['matches'] {
  // `**.pyc` is not what `**` means elsewhere, but has its use: any path that ends so.
  const [, suffix] = /^\*\*([^/*?[\]\\][^*?[\]\\]*)$/.exec(pattern) ?? []
  if (suffix !== undefined) return (path) => path.endsWith(suffix)
  const tokens = pattern.matchAll(/\*\*\/?|\*|\?|\\.?|\[(?:\\.|[^\]\\])+\]|[^]/gu)
  const source = Array.from(tokens, ({ 0: token, index }) => {
    if (token.startsWith('**')) return index + token.length === pattern.length ? '.*' : '(?:.*/)?'
    if (token === '*') return '[^/]*'
    if (token === '?') return '[^/]'
    if (token === '[' || token === '\\')
      throw refusal(`the pattern '${pattern}' ends in its '${token}'`, number)
    if (token.startsWith('[')) return characterClass(token)
    return escaped(token.replace(/^\\(?=.)/u, ''))
  })
  try {
    const expression = new RegExp(`^${source.join('')}$`, 'su')
    return (path) => expression.test(path)
  } catch (error) {
    throw refusal(`'${pattern}' is no pattern`, number, error)
  }
}

/** `[a-z]` or `[^a-z]`; a backslash takes its meaning from what follows. */
function characterClass(token: string): string {
  const content = token.slice(1, -1).replace(/\\?([^])/gu, (_, character: string) => {
    return /[\w\s^-]/.test(character) ? character : escaped(character)
  })
  return `[${content}]`
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** Whether a pattern that begins like this directory, as far as that can be seen, matches something below it. */
function mayMatchBelow(pattern: string, directory: string): boolean {
  const wanted = pattern.split('/')
  for (const [position, step] of directory.split('/').entries()) {
    const part = wanted[position]
    if (part === undefined || /[*?[\\]/.test(part)) return true
    if (part !== step) return false
  }
  return true
}

function refusal(what: string, line: number, cause?: unknown): UserError {
  return new UserError(what, { at: { file: '.dockerignore', line }, cause })
}
