import type {
  HereDocBody,
  ParameterDefaultOperation,
  ParameterExpansionPart,
  SyntaxNode,
  Word,
  WordPart,
} from 'unbash'
import type { ShellVariables } from './shell-variables.ts'

/** Thrown where a script does what cannot be known without running it. Its message names the construct. */
export class UnknownEffect extends Error {
  /** Where in the script, in code units. */
  readonly pos: number

  constructor(what: string, { pos }: { readonly pos: number }) {
    super(what)
    this.pos = pos
  }
}

/**
 * A piece of a word after expansion. Bash splits `expanded` text into several words at blanks, and matches what is not
 * quoted with file names.
 */
interface Piece {
  readonly text: string
  readonly kind: 'quoted' | 'literal' | 'expanded'
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

export function isIdentifier(name: string): boolean {
  return identifier.test(name)
}

/** The text of a word where bash neither splits nor matches file names: in assignments and in `[[ … ]]`. */
export function expandText(word: Word, shell: ShellVariables): string {
  return joined(expand(word, shell))
}

/**
 * The text of a word among a command's arguments; nothing for one that vanishes since all of it expands to nothing.
 * @throws UnknownEffect when bash would make several words of it, or look for files
 */
export function expandArgument(word: Word, shell: ShellVariables): string | undefined {
  const pieces = expand(word, shell)
  if (pieces.some(({ kind, text }) => kind === 'expanded' && /[ \t\n*?[\]\\]/.test(text))) {
    throw new UnknownEffect(`'${word.text}' without quotes, which has blanks or wildcards in it`, word)
  }
  const text = joined(pieces)
  return text === '' && pieces.every(({ kind }) => kind === 'expanded') ? undefined : text
}

/** The text of the right side of a comparison in `[[ … ]]`, which is a pattern where it is not quoted. */
export function expandPattern(word: Word, shell: ShellVariables): string {
  const pieces = expand(word, shell)
  if (pieces.some(({ kind, text }) => kind === 'expanded' && /[*?[\\(]/.test(text))) {
    throw new UnknownEffect(`the pattern '${word.text}'`, word)
  }
  return joined(pieces)
}

/**
 * The text of a here-document whose end is not quoted: like text in quotes, but that quotes are text in it.
 * @param isIndented whether its lines lose their tabs, before anything is expanded
 */
export function expandHereDocument(body: HereDocBody, shell: ShellVariables, isIndented: boolean): string {
  // Bash looks for the end in lines that are joined by then.
  if (/\\\n/.test(body.text)) throw new UnknownEffect('a line that goes on in a here-document', body)
  const { pos, end, text } = body
  const parts: readonly WordPart[] = body.parts ?? [{ type: 'Literal', pos, end, value: text, text }]
  const expanded = parts.map((part) => {
    if (part.type === 'Literal') {
      const plain = plainText(part).text
      const tabs = part.pos === pos ? /^\t+/gm : /(?<=\n)\t+/g
      return (isIndented ? plain.replace(tabs, '') : plain).replace(/\\([$`\\])/g, '$1')
    }
    if (isIndented && part.text.includes('\n')) throw new UnknownEffect(`the expansion '${part.text}'`, part)
    return expandQuoted(part, shell)
  })
  return expanded.join('')
}

/** Sets a variable, as an assignment does. */
export function assign(name: string, value: string, node: SyntaxNode, shell: ShellVariables): void {
  if (!shell.isKnown(name, 'set')) throw new UnknownEffect(`a change of $${name}`, node)
  shell.set(name, value)
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('')
}

function expand(word: Word, shell: ShellVariables): Piece[] {
  // A word without parts is plain text.
  return word.parts ? word.parts.flatMap((part) => expandPart(part, shell)) : [literal(word)]
}

function expandPart(part: WordPart, shell: ShellVariables): Piece[] {
  switch (part.type) {
    case 'Literal':
      return [literal(part)]
    case 'SingleQuoted':
      return [{ text: part.value, kind: 'quoted' }]
    case 'DoubleQuoted':
      return [{ text: part.parts.map((child) => expandQuoted(child, shell)).join(''), kind: 'quoted' }]
    case 'SimpleExpansion':
      return [{ text: read(part.text.slice(1), part, shell) ?? '', kind: 'expanded' }]
    case 'ParameterExpansion':
      return expandParameter(part, shell, (operand) =>
        // What stands behind the operator is split like the value that it stands for, but for its quoted parts.
        expand(operand, shell).map(({ text, kind }) => ({
          text,
          kind: kind === 'literal' ? 'expanded' : kind,
        })),
      )
    case 'Glob':
    case 'AnsiCQuoted':
    case 'LocaleString':
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
    case 'ProcessSubstitution':
    case 'ExtendedGlob':
    case 'BraceExpansion':
      throw new UnknownEffect(constructs[part.type], part)
  }
}

/** The text of a part inside of double quotes. */
function expandQuoted(part: WordPart, shell: ShellVariables): string {
  if (part.type === 'Literal') return literalText(part)
  if (part.type !== 'ParameterExpansion') return joined(expandPart(part, shell))
  // Quotes inside of quotes have rules of their own, which also say where the expansion ends.
  if (/["'\\]/.test(part.text)) throw new UnknownEffect(`quotes inside of '${part.text}'`, part)
  return joined(
    expandParameter(part, shell, (operand) => {
      const text = operand.parts?.map((inner) => expandQuoted(inner, shell)).join('')
      return [{ text: text ?? operand.value, kind: 'quoted' }]
    }),
  )
}

const constructs = {
  Glob: 'a wildcard',
  AnsiCQuoted: "a $'…' string",
  LocaleString: 'a translated string',
  CommandExpansion: 'a command substitution',
  ArithmeticExpansion: 'arithmetic',
  ProcessSubstitution: 'a process substitution',
  ExtendedGlob: 'a wildcard',
  BraceExpansion: 'a brace expansion',
} as const

/** @param expandOperand expands what stands behind `:-` and the like */
function expandParameter(
  part: ParameterExpansionPart,
  shell: ShellVariables,
  expandOperand: (operand: Word) => Piece[],
): Piece[] {
  const { parameter, prefix, index, operation, text } = part
  if (prefix !== undefined || index !== undefined) throw new UnknownEffect(`the expansion '${text}'`, part)
  const value = read(parameter, part, shell)
  const expanded: Piece[] = [{ text: value ?? '', kind: 'expanded' }]
  if (operation === undefined) return expanded
  if (operation.type !== 'Default') throw new UnknownEffect(`the expansion '${text}'`, part)
  // Also where it is not expanded, the parser and bash have to agree where it ends.
  if (/\$(?![A-Za-z_({])/.test(operation.operand.text))
    throw new UnknownEffect(`the expansion '${text}'`, part)
  const isThere = value !== undefined && !(operation.operator.startsWith(':') && value === '')
  switch (kindOf(operation)) {
    case '-':
      return isThere ? expanded : expandOperand(operation.operand)
    case '+':
      return isThere ? expandOperand(operation.operand) : [{ text: '', kind: 'expanded' }]
    case '=': {
      if (isThere) return expanded
      const assigned = joined(expandOperand(operation.operand))
      assign(parameter, assigned, part, shell)
      return [{ text: assigned, kind: 'expanded' }]
    }
    case '?':
      if (isThere) return expanded
      throw new UnknownEffect(`the failure of '${text}'`, part)
  }
}

function kindOf({ operator }: ParameterDefaultOperation): '-' | '+' | '=' | '?' {
  switch (operator) {
    case '-':
    case ':-':
      return '-'
    case '+':
    case ':+':
      return '+'
    case '=':
    case ':=':
      return '='
    case '?':
    case ':?':
      return '?'
  }
}

function read(name: string, node: SyntaxNode, shell: ShellVariables): string | undefined {
  if (!isIdentifier(name)) throw new UnknownEffect(`the parameter $${name}`, node)
  if (!shell.isKnown(name, 'read')) throw new UnknownEffect(`$${name}, which only the container knows`, node)
  return shell.get(name)
}

function literal(part: PlainText): Piece {
  if (part.text.includes('~')) throw new UnknownEffect("a '~' without quotes", part)
  return { text: literalText(part), kind: 'literal' }
}

function literalText(part: PlainText): string {
  return plainText(part).value
}

interface PlainText {
  readonly value: string
  readonly text: string
  readonly pos: number
}

/** Text that has no quotes of its own. Where a `$` has no name behind it, shells and parsers differ. */
function plainText(part: PlainText): PlainText {
  if (/^(?:[^\\$]|\\.)*\$/s.test(part.text)) throw new UnknownEffect("a '$' without a name", part)
  return part
}
