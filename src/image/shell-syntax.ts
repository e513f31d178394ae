import { forEachChild, parse, type Statement, type SyntaxNode } from 'unbash'
import { UnknownEffect } from './shell-words.ts'

/** What bash has between the nodes below: blanks, comments, separators, and the words of its grammar. */
const between = /^(?:\s|\\\n|[;&|!{}]|(?:if|then|elif|else|fi|time)\b|#.*)*/

const whole = new Set<SyntaxNode['type']>([
  'Word',
  'Assignment',
  'Redirect',
  'HereString',
  'HereDoc',
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
  const root = parse(script)
  const [error] = root.errors ?? []
  if (error) throw new UnknownEffect(`a syntax error: ${error.message}`, error)
  let at = 0
  for (const { pos, end } of [...wholeNodes(root), { pos: script.length, end: script.length }]) {
    const gap = script.slice(at, pos)
    const known = between.exec(gap)?.[0].length ?? 0
    if (known < gap.length) throw outOfPlace(gap.charAt(known), at + known)
    at = end
  }
  return root.commands
}

/** The nodes that are taken as they are, in their order. */
function wholeNodes(node: SyntaxNode): SyntaxNode[] {
  if (node.type === 'TestCommand') checkOperands(node)
  if (whole.has(node.type)) return [node]
  return childrenOf(node)
    .toSorted((a, b) => a.pos - b.pos)
    .flatMap(wholeNodes)
}

/** In `[[ … ]]` the parser takes a parenthesis for a word. */
function checkOperands(node: SyntaxNode): void {
  if (node.type !== 'Word') childrenOf(node).forEach(checkOperands)
  else if (/^[()]$/.test(node.text)) throw outOfPlace(node.text, node.pos)
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  forEachChild(node, (child) => children.push(child))
  return children
}

function outOfPlace(text: string, pos: number): UnknownEffect {
  return new UnknownEffect(`'${text}' out of place`, { pos })
}
