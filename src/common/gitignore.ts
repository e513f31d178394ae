import { UserError } from './errors.ts'

/** A line of a `.gitignore`. */
export interface GitPattern {
  /** As it is written, without spaces around it. */
  readonly text: string
  /** `!`: it takes back what those before it left out. */
  readonly isNegated: boolean
  /** Whether it speaks of directories only: it ends with `/`. */
  readonly isForDirectories: boolean
  /** Whether it speaks of a path by itself, whatever is said of the directories above. Relative, with `/`. */
  readonly matches: (path: string) => boolean
}

/**
 * Parses a line by git's rules (git-scm.com, gitignore, "PATTERN FORMAT"; git's wildmatch.c and dir.c). Names are compared with their case, by
 * characters where git goes by bytes.
 *
 * The rules are here, as Docker's are beside `copy`, since each pattern's part in what is left out is told, and the libraries that there
 * are answer for a list as a whole. A test holds them to git itself.
 * @returns undefined for an empty line and a comment
 * @throws UserError for what git would silently match with nothing: a class or an escape without its end
 */
export function parseGitPattern(line: string): GitPattern | undefined {
  const text = withoutSpaces(line)
  if (text === '' || text.startsWith('#')) return undefined
  const isNegated = text.startsWith('!')
  const written = isNegated ? text.slice(1) : text
  const isForDirectories = /[^/]\/$/.test(written)
  const pattern = isForDirectories ? written.slice(0, -1) : written
  if (/^\/*$/.test(pattern)) throw new UserError(`'${text}' names nothing`)
  const isAnchored = pattern.includes('/')
  const expression = new RegExp(`^${sourceOf(pattern.replace(/^\//, ''), text)}$`, 'su')
  const matches = isAnchored
    ? (path: string) => expression.test(path)
    : (path: string) => expression.test(path.slice(path.lastIndexOf('/') + 1))
  return { text, isNegated, isForDirectories, matches }
}

/** A space at the end counts where a backslash stands before it. */
function withoutSpaces(line: string): string {
  const [text = ''] = /^(?:\s*(?:\\[^]|[^\s\\]))*(?:\s*\\$)?/u.exec(line.trimStart()) ?? []
  return text
}

function sourceOf(pattern: string, text: string): string {
  const tokens = pattern.matchAll(/\*+|\?|\\[^]?|\[[!^]?\]?(?:\[:\w*:\]|\\[^]|[^\]\\])*\]|[^]/gu)
  let source = ''
  let passed = -1
  for (const { 0: token, index } of tokens) {
    if (index < passed) continue
    const end = index + token.length
    if (token.startsWith('**') && (index === 0 || pattern[index - 1] === '/')) {
      if (end === pattern.length) source += '.*'
      else if (pattern[end] === '/') {
        source += '(?:.*/)?'
        passed = end + 1
      } else source += '[^/]*'
    } else if (token.startsWith('*')) source += '[^/]*'
    else if (token === '?') source += '[^/]'
    else if (token === '\\' || token === '[')
      throw new UserError(`the pattern '${text}' ends in its '${token}'`)
    else if (token.startsWith('[')) source += classOf(token, text)
    else source += escaped(token.replace(/^\\/, ''))
  }
  return source
}

/** POSIX's classes, of ASCII. */
const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  space: '\\s',
  upper: 'A-Z',
  xdigit: 'A-Fa-f0-9',
}

/** `[a-z]`, `[!a-z]`, `[[:digit:]]`; none of them is a `/`. */
function classOf(token: string, text: string): string {
  const isNegated = /^\[[!^]/.test(token)
  const content = token.slice(isNegated ? 2 : 1, -1)
  if (content === '') throw new UserError(`the pattern '${text}' ends in its '['`)
  const items = content.matchAll(/\[:(\w*):\]|(\\?[^])(?:-(\\?[^]))?/gu)
  const members = Array.from(items, ([, name, from = '', to]) => {
    if (name !== undefined) {
      const members = classes[name]
      if (members === undefined)
        throw new UserError(`the pattern '${text}' has a class '${name}', which there is not`)
      return members
    }
    const [first, last] = [from.replace(/^\\(?=.)/su, ''), to?.replace(/^\\(?=.)/su, '')]
    if (last === undefined) return escaped(first)
    // git takes the first for itself before it looks at the range.
    return first <= last ? `${escaped(first)}-${escaped(last)}` : escaped(first)
  })
  return `(?!/)[${isNegated ? '^' : ''}${members.join('')}]`
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) =>
    character === '-' ? '\\x2d' : `\\${character}`,
  )
}
