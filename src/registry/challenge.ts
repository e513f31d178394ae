/** What a 401 asks for: the scheme in lower case, and its parameters. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const parameterPattern = new RegExp(`(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y')
const schemePattern = new RegExp(`(${token})(?=[\\s,]|$)`, 'y')

/**
 * Parses `WWW-Authenticate`, which may hold several challenges (RFC 9110, 11.6.1). Names of schemes and parameters
 * come out in lower case. What follows a syntax error is left out.
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  let position = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position
    const match = pattern.exec(header)
    if (match) position = pattern.lastIndex
    return match
  }
  const separators = /[\s,]+/y
  while (position < header.length) {
    take(separators)
    const parameter = take(parameterPattern)
    if (parameter) {
      const [, name = '', quoted, plain = ''] = parameter
      const current = challenges.at(-1)
      if (current) current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain
      continue
    }
    const scheme = take(schemePattern)
    if (!scheme) break
    challenges.push({ scheme: scheme[0].toLowerCase(), parameters: {} })
  }
  return challenges
}
