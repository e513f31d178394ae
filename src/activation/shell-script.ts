import {
  type Assignment,
  type AndOr,
  type Command,
  type CommandArgument,
  type If,
  type PipelineNode,
  type Redirection,
  type Statement,
} from 'unbash'
import { isPrinter, print } from './shell-printing.ts'
import type { ShellOutput } from './shell-output.ts'
import { parseScript } from './shell-syntax.ts'
import { evaluateArguments, evaluateTest, type TestContext } from './shell-tests.ts'
import { assign, expandArgument, expandText, isIdentifier, UnknownEffect } from './shell-words.ts'

/** What a script is run on. */
export interface ScriptContext extends TestContext {
  /** Where what it prints goes; without one it may print nothing. */
  readonly output?: ShellOutput
}

/**
 * Runs a script on the variables of a shell, in the part of bash whose effects can be known: assignments, `export`,
 * `unset`, `:`, `test`, `[`, `[[`, `if`, `&&`, `||`, `!`, `{ … }`, and the output of these to /dev/null; where it may print,
 * also `echo`, `printf`, `cat` with a here-document, and `exit 0`. Only the way that is taken has to be in that part. Options
 * of the shell are taken to be those of a script's beginning.
 * @returns whether the status is 0
 * @throws UnknownEffect naming what it comes upon besides; the variables may have been changed by then
 */
export function evaluateScript(script: string, context: ScriptContext): boolean {
  try {
    return evaluateList(parseScript(script), context)
  } catch (error) {
    if (error instanceof Exit) return true
    throw error
  }
}

/** Thrown by `exit 0`, for nothing behind it is run. */
class Exit extends Error {}

/** Like the functions below, gives whether the status is 0. */
function evaluateList(statements: readonly Statement[], context: ScriptContext): boolean {
  let isSuccess = true
  for (const statement of statements) {
    if (statement.background) throw new UnknownEffect('a command in the background', statement)
    isSuccess = evaluateNode(statement.command, context)
  }
  return isSuccess
}

function evaluateNode(node: PipelineNode | AndOr, context: ScriptContext): boolean {
  switch (node.type) {
    case 'Command':
      return evaluateCommand(node, context)
    case 'TestCommand':
      return evaluateTest(node.expression, context)
    case 'AndOr':
      return evaluateAndOr(node, context)
    case 'If':
      return evaluateIf(node, context)
    case 'BraceGroup':
      return evaluateList(node.body.commands, context)
    case 'Redirected': {
      const redirected = redirect(node.redirects, context)
      if (redirected.input !== undefined)
        throw new UnknownEffect('a here-document for several commands', node)
      return evaluateNode(node.command, redirected)
    }
    case 'Pipeline': {
      const [command, second] = node.commands
      if (!command || second) throw new UnknownEffect('a pipeline', node)
      if (node.prefixes.some(({ type }) => type === 'Time')) throw new UnknownEffect("'time'", node)
      return evaluateNode(command, context) === (node.prefixes.length % 2 === 0)
    }
    case 'For':
    case 'ArithmeticFor':
    case 'Select':
    case 'While':
    case 'Subshell':
    case 'Case':
    case 'ArithmeticCommand':
    case 'Function':
    case 'Coproc':
      throw new UnknownEffect(constructs[node.type], node)
  }
}

const constructs = {
  For: "a 'for' loop",
  ArithmeticFor: "a 'for' loop",
  Select: "a 'select' loop",
  While: 'a loop',
  Subshell: 'a subshell',
  Case: "'case'",
  ArithmeticCommand: 'arithmetic',
  Function: 'a function',
  Coproc: 'a coprocess',
} as const

function evaluateAndOr({ commands, operators }: AndOr, context: ScriptContext): boolean {
  return commands.reduce((isSuccess, command, position) => {
    const isNext = position === 0 || isSuccess === (operators[position - 1] === '&&')
    return isNext ? evaluateNode(command, context) : isSuccess
  }, true)
}

function evaluateIf(node: If, context: ScriptContext): boolean {
  for (const { clause, then } of [node, ...node.elif]) {
    if (evaluateList(clause.commands, context)) return evaluateList(then.commands, context)
  }
  return evaluateList(node.else?.commands ?? [], context)
}

function evaluateCommand(command: Command, context: ScriptContext): boolean {
  const { name, args, redirects } = command
  const redirected = redirect(redirects, context)
  const assignments = command.prefix.filter((part) => part.type === 'Assignment')
  if (name === undefined) {
    if (redirected.input !== undefined) throw new UnknownEffect('a here-document for nothing', command)
    // Their order is bash's own.
    if (context.output && redirects.length > 0 && assignments.length > 0) {
      throw new UnknownEffect('an assignment with a redirection', command)
    }
    for (const assignment of assignments) {
      assign(assignment.name, assignedValue(assignment, context), assignment, context.shell)
    }
    return true
  }
  if (name.parts !== undefined || name.text !== name.value) {
    throw new UnknownEffect(`the command '${name.text}'`, command)
  }
  if (assignments.length > 0) throw new UnknownEffect(`variables for '${name.value}' alone`, command)
  if (redirected.input !== undefined && name.value !== 'cat') {
    throw new UnknownEffect(`a here-document for '${name.value}'`, command)
  }
  if (isPrinter(name.value) && redirected.output) {
    print(name.value, expandAll(args, context), redirected.input, redirected.output, command)
    return true
  }
  switch (name.value) {
    case ':':
    case 'true':
    case 'false':
      expandAll(args, context)
      return name.value !== 'false'
    case 'test':
      return evaluateArguments(expandAll(args, context), command, context)
    case '[': {
      const tested = expandAll(args, context)
      if (tested.pop() !== ']') throw new UnknownEffect("a '[' without ']'", command)
      return evaluateArguments(tested, command, context)
    }
    case 'export':
      return exportAll(command, context)
    case 'unset':
      return unsetAll(command, context)
    case 'exit':
      if (context.output && expandAll(args, context).join() === '0') throw new Exit()
      throw new UnknownEffect(`the command '${name.value}'`, command)
    default:
      throw new UnknownEffect(`the command '${name.value}'`, command)
  }
}

/** `export NAME=value NAME …`. All words are expanded before the first is assigned. */
function exportAll(command: Command, context: ScriptContext): boolean {
  const exported = command.args.flatMap((arg): { name: string; value?: string }[] => {
    if (arg.type === 'Assignment') return [{ name: arg.name, value: assignedValue(arg, context) }]
    const text = expandArgument(arg, context.shell)
    if (text === undefined) return []
    const equals = text.indexOf('=')
    return [equals === -1 ? { name: text } : { name: text.slice(0, equals), value: text.slice(equals + 1) }]
  })
  // Without a name it lists what is exported.
  if (exported.length === 0) throw new UnknownEffect("'export' without a name", command)
  for (const { name, value } of exported) {
    checkName(name, command)
    if (value !== undefined) assign(name, value, command, context.shell)
    else if (!context.shell.isKnown(name, 'set')) throw new UnknownEffect(`the export of $${name}`, command)
    context.shell.export(name)
  }
  return true
}

function unsetAll(command: Command, context: ScriptContext): boolean {
  const [first, ...rest] = expandAll(command.args, context)
  const names = first === undefined || first === '-v' ? rest : [first, ...rest]
  for (const name of names) {
    checkName(name, command)
    if (!context.shell.isKnown(name, 'set')) throw new UnknownEffect(`a change of $${name}`, command)
    context.shell.unset(name)
  }
  return true
}

function checkName(name: string, command: Command): void {
  if (isIdentifier(name)) return
  throw new UnknownEffect(`'${command.name?.text ?? ''}' with '${name}'`, command)
}

function expandAll(args: readonly CommandArgument[], { shell }: ScriptContext): string[] {
  return args.flatMap((arg) => {
    if (arg.type === 'Assignment') throw new UnknownEffect(`the argument '${arg.text}'`, arg)
    return expandArgument(arg, shell) ?? []
  })
}

function assignedValue({ value, append, index, text, pos }: Assignment, { shell }: ScriptContext): string {
  if (value.type === 'ArrayValue' || index !== undefined) throw new UnknownEffect('an array', { pos })
  if (append) throw new UnknownEffect(`the assignment '${text}'`, { pos })
  return expandText(value, shell)
}

/** What stands behind redirections: the output that they lead to, and the text of a here-document. */
function redirect(
  redirections: readonly Redirection[],
  context: ScriptContext,
): ScriptContext & { readonly input?: string } {
  if (context.output) return { ...context, ...context.output.redirect(redirections, context.shell) }
  redirections.forEach(checkRedirection)
  return context
}

/** Refuses a redirection but those of output to /dev/null and to other output. */
function checkRedirection(redirection: Redirection): void {
  if (redirection.type === 'Redirect') {
    const { operator, descriptor, target } = redirection
    const isOutput =
      descriptor === undefined || (descriptor.type === 'FileDescriptor' && descriptor.value <= 2)
    const to = target?.parts === undefined ? target?.value : undefined
    if (isOutput && operator.includes('>') && to === '/dev/null') return
    if (isOutput && operator === '>&' && (to === '1' || to === '2')) return
  }
  throw new UnknownEffect('a redirection', redirection)
}
