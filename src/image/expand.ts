/** What keeps a text from being expanded, as a sentence. */
export class ExpansionProblem extends Error {}

const name = /[\p{L}_][\p{L}\p{Nd}_]*/uy
const operator = /:?[-+?]/y

/**
 * Fills in variables as Dockerfile's ENV does (BuildKit, frontend/dockerfile/shell/lex.go): `$NAME` and `${NAME}`, empty when
 * there is none; `${NAME:-default}`, `${NAME:+instead}` and `${NAME:?complaint}`, where a variable that is empty counts as
 * none, and the same without a colon, where it does not. The words in braces are expanded too. A dollar that no name follows
 * is itself. Other than there quotes stay, and a backslash has a meaning in `\$` alone, in braces also in `\}`: values are lines
 * of a list, and nobody has to quote them.
 * @throws ExpansionProblem
 */
export function expand(text: string, valueOf: (name: string) => string | undefined): string {
  let position = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position
    const [found] = pattern.exec(text) ?? []
    if (found !== undefined) position += found.length
    return found
  }

  return words(false)

  /** Reads to the end, or over the brace that closes. */
  function words(isInBraces: boolean): string {
    let result = ''
    while (position < text.length) {
      const escaped = match(isInBraces ? /\\[$}]/y : /\\\$/y)
      if (escaped !== undefined) result += escaped.slice(1)
      else if (isInBraces && match(/\}/y) !== undefined) return result
      else if (match(/\$\{/y) !== undefined) result += braces()
      else if (match(/\$/y) !== undefined) result += plain()
      else result += match(/[^]/y) ?? ''
    }
    if (isInBraces) throw new ExpansionProblem('a ${ is not closed')
    return result
  }

  function plain(): string {
    const found = match(name)
    if (found !== undefined) return valueOf(found) ?? ''
    const [sign] = /^[\d@*#?$!-]/.exec(text.slice(position)) ?? []
    if (sign === undefined) return '$'
    throw new ExpansionProblem(`'$${sign}' names no variable; write \\$ for a dollar`)
  }

  function braces(): string {
    const found = match(name)
    if (found === undefined) throw new ExpansionProblem('a ${ has no name behind it')
    const value = valueOf(found)
    if (match(/\}/y) !== undefined) return value ?? ''
    const sign = match(operator)
    if (sign === undefined && position === text.length) throw new ExpansionProblem('a ${ is not closed')
    if (sign === undefined) {
      throw new ExpansionProblem(`what follows \${${found} is not understood; there are :- :+ :? - + ?`)
    }
    const word = words(true)
    const isSet = value !== undefined && !(sign.startsWith(':') && value === '')
    if (sign.endsWith('+')) return isSet ? word : ''
    if (isSet) return value
    if (sign.endsWith('-')) return word
    throw new ExpansionProblem(`${found}: ${word || 'it is not set'}`)
  }
}

/** Whether anything in the text stands for a variable. */
export function refersToVariables(text: string): boolean {
  let refers = false
  expand(text, () => {
    refers = true
    return 'x'
  })
  return refers
}
