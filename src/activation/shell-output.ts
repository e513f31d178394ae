import type { HereDoc, Redirect, Redirection } from 'unbash'
import type { ShellVariables } from './shell-variables.ts'
import { expandArgument, expandHereDocument, UnknownEffect } from './shell-words.ts'

/** What a script has printed, by where it went. */
export interface Printed {
  stdout: string
  stderr: string
  /** What is in the one file that it may write. */
  file: string
}

type Destination = keyof Printed | 'nowhere'

/** How the file is open, in this command or one around it. */
type FileUse = 'closed' | 'appending' | 'overwriting'

/** Where the output of a command goes: to the script's own, to /dev/null, or to the one file that it may write. */
export class ShellOutput {
  readonly printed: Printed
  readonly #file: string
  readonly #use: FileUse
  readonly #descriptors: readonly [stdout: Destination, stderr: Destination]

  private constructor(
    printed: Printed,
    file: string,
    use: FileUse,
    descriptors: readonly [Destination, Destination],
  ) {
    this.printed = printed
    this.#file = file
    this.#use = use
    this.#descriptors = descriptors
  }

  /** That of a script. @param file absolute */
  static ofScript(file: string): ShellOutput {
    return new ShellOutput({ stdout: '', stderr: '', file: '' }, file, 'closed', ['stdout', 'stderr'])
  }

  /** Prints to file descriptor 1. */
  write(text: string): void {
    const [stdout] = this.#descriptors
    if (stdout !== 'nowhere') this.printed[stdout] += text
  }

  /**
   * The output behind some redirections, one after the other as the shell makes them, and the text of the last
   * here-document among them.
   * @throws UnknownEffect for what leads elsewhere
   */
  redirect(
    redirections: readonly Redirection[],
    shell: ShellVariables,
  ): { readonly output: ShellOutput; readonly input?: string } {
    let use = this.#use
    let [stdout, stderr] = this.#descriptors
    let input: string | undefined
    for (const redirection of redirections) {
      if (redirection.type === 'HereDoc') {
        input = textOf(redirection, shell)
        continue
      }
      if (redirection.type === 'HereString') throw new UnknownEffect('a here-string', redirection)
      const { operator, target } = redirection
      let to: Destination
      if (operator === '>&') {
        to = target?.text === '1' ? stdout : target?.text === '2' ? stderr : refuse(redirection)
      } else {
        to = this.#opened(redirection, shell)
        if (to === 'file') use = usedAs(operator, use, redirection)
        if (use === 'overwriting' && to === 'file') this.printed.file = ''
      }
      const descriptor = descriptorOf(redirection)
      if (descriptor !== 2) stdout = to
      if (descriptor !== 1) stderr = to
    }
    const output = new ShellOutput(this.printed, this.#file, use, [stdout, stderr])
    return { output, ...(input !== undefined && { input }) }
  }

  #opened(redirection: Redirect, shell: ShellVariables): Destination {
    const { operator, target } = redirection
    if (!operator.includes('>') || operator === '<>' || !target) return refuse(redirection)
    // Words are expanded before redirections, so none of these may set a variable.
    if (target.text.includes('=')) return refuse(redirection)
    const path = expandArgument(target, shell)?.replace(/\/+/g, '/')
    if (path === this.#file) return 'file'
    return path === '/dev/null' ? 'nowhere' : refuse(redirection)
  }
}

/** Who overwrites does so from where they are, whatever others have written there in the meantime. */
function usedAs(operator: string, before: FileUse, redirection: Redirect): FileUse {
  const use = operator.endsWith('>>') ? 'appending' : 'overwriting'
  if (before === 'closed' || (before === 'appending' && use === 'appending')) return use
  throw new UnknownEffect('a file that is opened twice', redirection)
}

function descriptorOf(redirection: Redirect): 1 | 2 | 'both' {
  const { operator, descriptor } = redirection
  if (operator.startsWith('&')) return descriptor === undefined ? 'both' : refuse(redirection)
  if (descriptor === undefined) return 1
  const value = descriptor.type === 'FileDescriptor' ? descriptor.value : undefined
  return value === 1 || value === 2 ? value : refuse(redirection)
}

function refuse(redirection: Redirect): never {
  throw new UnknownEffect('a redirection', redirection)
}

function textOf(document: HereDoc, shell: ShellVariables): string {
  const { operator, descriptor, delimiter, body, closing } = document
  if (descriptor) throw new UnknownEffect('a redirection', document)
  if (!closing || !delimiter || !/^(["']?)\w+\1$/.test(delimiter.text)) {
    throw new UnknownEffect('a here-document without a plain end', document)
  }
  const isIndented = operator === '<<-'
  if (!delimiter.quoted) return expandHereDocument(body, shell, isIndented)
  return isIndented ? body.text.replace(/^\t+/gm, '') : body.text
}
