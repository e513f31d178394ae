import type { SyntaxNode, TestExpression } from 'unbash'
import type { ShellVariables } from './shell-variables.ts'
import { expandPattern, expandText, UnknownEffect } from './shell-words.ts'

/** What is at an absolute path of an image, links followed; `unknown` where nobody can say. */
export type PathKind = 'file' | 'directory' | 'absent' | 'unknown'

/** What tests are answered from. */
export interface TestContext {
  readonly shell: ShellVariables
  readonly kindOf: (path: string) => PathKind
}

/** Evaluates what stands in `[[ … ]]`. */
export function evaluateTest(test: TestExpression, context: TestContext): boolean {
  const { shell } = context
  switch (test.type) {
    case 'TestUnary':
      return unary(test.operator, expandText(test.operand, shell), test, context)
    case 'TestBinary':
      return binary(test.operator, expandText(test.left, shell), expandPattern(test.right, shell), test)
    case 'TestLogical':
      return test.operator === '&&'
        ? test.operands.every((operand) => evaluateTest(operand, context))
        : test.operands.some((operand) => evaluateTest(operand, context))
    case 'TestNot':
      return evaluateTest(test.operand, context) === (test.negations.length % 2 === 0)
    case 'TestGroup':
      return evaluateTest(test.expression, context)
  }
}

/**
 * Evaluates the arguments of `test` and of `[`, whose number decides what they mean (POSIX, "test").
 * @throws UnknownEffect for operators other than those of text and of what is at a path
 */
export function evaluateArguments(args: readonly string[], node: SyntaxNode, context: TestContext): boolean {
  const [first = '', second = '', third = ''] = args
  switch (args.length) {
    case 0:
      return false
    case 1:
      return first !== ''
    case 2:
      return first === '!' ? second === '' : unary(first, second, node, context)
    case 3:
      if (isComparison(second)) return binary(second, first, third, node)
  }
  if (first === '!' && args.length <= 4) return !evaluateArguments(args.slice(1), node, context)
  throw new UnknownEffect(`the test '${args.join(' ')}'`, node)
}

function isComparison(operator: string): boolean {
  return operator === '=' || operator === '==' || operator === '!='
}

function binary(operator: string, left: string, right: string, node: SyntaxNode): boolean {
  if (!isComparison(operator)) throw new UnknownEffect(`the test '${operator}'`, node)
  return (left === right) === (operator !== '!=')
}

function unary(operator: string, operand: string, node: SyntaxNode, { kindOf }: TestContext): boolean {
  switch (operator) {
    case '-n':
      return operand !== ''
    case '-z':
      return operand === ''
    case '-e':
      return lookUp(operand, node, kindOf) !== 'absent'
    case '-f':
      return lookUp(operand, node, kindOf) === 'file'
    case '-d':
      return lookUp(operand, node, kindOf) === 'directory'
    default:
      throw new UnknownEffect(`the test '${operator}'`, node)
  }
}

function lookUp(path: string, node: SyntaxNode, kindOf: TestContext['kindOf']): PathKind {
  if (path === '') return 'absent'
  const place = path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')
  const isPlain = place.startsWith('/') && !/\/\.\.?(\/|$)/.test(place)
  const kind = isPlain ? kindOf(place) : 'unknown'
  if (kind === 'unknown') throw new UnknownEffect(`whether '${path}' is there`, node)
  // A slash at the end asks for a directory.
  return kind === 'file' && path.endsWith('/') ? 'absent' : kind
}
