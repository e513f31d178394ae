import { forEachChild, parse, type Statement, type SyntaxNode } from 'unbash'
import { UnknownEffect } from './shell-words.ts'

/**
 * What bash has between the nodes below: blanks, comments, the words of its grammar, and what ends a command, which has
 * to follow a command on its line.
 */
const between =
  /(?<blank>[^\S\n]|\\\n|#.*)|(?<close>\}|fi\b)|(?<open>\n|[!{]|(?:if|then|elif|else|time)\b)|(?<end>&&?|\|\|?|;)/y

const whole = new Set<SyntaxNode['type']>([
  'Word',
  'Assignment',
  'Redirect',
  'HereString',
  'TestCommand',
  'For',
  'ArithmeticFor',
  'Select',
  'While',
  'Subshell',
  'Case',
  'ArithmeticCommand',
  'Function',
  'Coproc',
])

/**
 * Parses a script of bash.
 * @throws UnknownEffect when bash would not take it, or might not. The parser forgives more than bash, which runs nothing
 * of a command that it cannot parse, so whatever the parser has passed over has to be what may stand there.
 */
export function parseScript(script: string): readonly Statement[] {
  const strange = /[\0\r]/.exec(script)
  if (strange) throw new UnknownEffect('a control character', { pos: strange.index })
  // Bash joins lines before all else, the parser only where a name has ended.
  const joined = /\$\{?\w*\\\n/.exec(script)
  if (joined) throw new UnknownEffect('a name that goes on in the next line', { pos: joined.index })
  // Bash keeps it or drops it, depending on how the lines before it end.
  if (script.endsWith('\\'))
    throw new UnknownEffect('a backslash at the very end', { pos: script.length - 1 })
  const root = parse(script)
  const [error] = root.errors ?? []
  if (error) throw new UnknownEffect(`a syntax error: ${error.message}`, error)
  let at = 0
  for (const { pos, end } of [...wholeNodes(root, script), { pos: script.length, end: script.length }]) {
    checkBetween(script, at, pos)
    at = end
  }
  return root.commands
}

function checkBetween(script: string, start: number, end: number): void {
  let isAfterCommand = start > 0
  for (let at = start; at < end; at = between.lastIndex) {
    between.lastIndex = at
    const found = between.exec(script)?.groups ?? outOfPlace(`'${script.charAt(at)}'`, at)
    if (found['end'] !== undefined && !isAfterCommand) outOfPlace(`'${found['end']}'`, at)
    if (found['blank'] === undefined) isAfterCommand = found['close'] !== undefined
  }
}

/** Where the nodes are that are taken as they are, in the order of the script. */
function wholeNodes(root: SyntaxNode, script: string): Place[] {
  return placesIn(root, script).sort((a, b) => a.pos - b.pos)
}

function placesIn(node: SyntaxNode, script: string): Place[] {
  if (node.type === 'TestCommand') checkOperands(node, script)
  if (node.type === 'HereDoc') return [node, { pos: node.body.pos, end: node.closing?.end ?? node.body.end }]
  if (whole.has(node.type)) return [node]
  return childrenOf(node).flatMap((child) => placesIn(child, script))
}

interface Place {
  readonly pos: number
  readonly end: number
}

/** In `[[ … ]]` the parser takes parentheses and brackets for words, and the end of a line for a blank. */
function checkOperands(node: SyntaxNode, script: string): void {
  if (node.type === 'TestUnary' || node.type === 'TestBinary') {
    let at = node.pos
    for (const { pos, end } of childrenOf(node)) {
      const newline = /(?<!\\)\n/.exec(script.slice(at, pos))
      if (newline) outOfPlace('the end of the line', at + newline.index)
      at = end
    }
  }
  if (node.type !== 'Word') for (const child of childrenOf(node)) checkOperands(child, script)
  else if (/^(?:[()]|\[\[|\]\])$/.test(node.text)) outOfPlace(`'${node.text}'`, node.pos)
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  forEachChild(node, (child) => children.push(child))
  return children
}

function outOfPlace(text: string, pos: number): never {
  throw new UnknownEffect(`${text} out of place`, { pos })
}
