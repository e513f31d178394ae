import type { Command } from 'unbash'
import type { ShellOutput } from './shell-output.ts'
import { UnknownEffect } from './shell-words.ts'

type Printer = 'echo' | 'printf' | 'cat'

export function isPrinter(name: string): name is Printer {
  return name === 'echo' || name === 'printf' || name === 'cat'
}

/**
 * Runs a command that prints, as bash has them, and as coreutils has `cat`.
 * @param input the text of a here-document
 * @throws UnknownEffect for what it would read elsewhere, and for options and formats that few scripts have
 */
export function print(
  name: Printer,
  args: readonly string[],
  input: string | undefined,
  output: ShellOutput,
  command: Command,
): void {
  output.write(name === 'echo' ? echo(args, command) : name === 'printf' ? printf(args, command) : cat())

  function cat(): string {
    if (input === undefined || args.length > 0) throw new UnknownEffect("'cat' of a file", command)
    return input
  }
}

function echo(args: readonly string[], command: Command): string {
  const first = args.findIndex((arg) => !/^-[neE]+$/.test(arg))
  const words = first === -1 ? [] : args.slice(first)
  const options = args.slice(0, first === -1 ? args.length : first).join('')
  const isEscaped = options.lastIndexOf('e') > options.lastIndexOf('E')
  const text = words.join(' ')
  return (isEscaped ? unescape(text, command) : text) + (options.includes('n') ? '' : '\n')
}

/** The format is used again while there are arguments for it. */
function printf(args: readonly string[], command: Command): string {
  const [format, ...values] = args[0] === '--' ? args.slice(1) : args
  if (format === undefined || format.startsWith('-'))
    throw new UnknownEffect("'printf' with options", command)
  const pieces = format.split(/(%.?)/s)
  const count = pieces.filter((piece) => piece === '%s').length
  let text = ''
  do {
    for (const [index, piece] of pieces.entries()) {
      if (index % 2 === 0) text += unescape(piece, command, { ...escapes, '"': '"' })
      else if (piece === '%%') text += '%'
      else if (piece === '%s') text += values.shift() ?? ''
      else throw new UnknownEffect(`'printf' of '${piece}'`, command)
    }
  } while (count > 0 && values.length > 0)
  return text
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '\\': '\\',
  e: '\u001b',
  '033': '\u001b',
}

/** The escapes that `echo -e` and `printf` have in common. */
function unescape(text: string, command: Command, known = escapes): string {
  return text.replace(/\\(033(?![0-7])|.|$)/gs, (escape, name: string) => {
    const character = known[name]
    if (character === undefined) throw new UnknownEffect(`the escape '${escape}'`, command)
    return character
  })
}
