import { UserError } from '../common/errors.ts'
import type { RunOptions } from './inputs.ts'

/**
 * The commands of the input `run`: a line each, as behind RUN in a Dockerfile. A line that ends with a backslash goes on in the next one;
 * blank lines and those that begin with `#` are left out, inside of a command too.
 * @throws UserError for a line that is an instruction of a Dockerfile
 */
export function parseRunLines(text: string): string[] {
  const commands: string[] = []
  let begun = ''
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(#|$)/.test(line)) continue
    const continued = /^(.*)\\\s*$/.exec(line)?.[1]
    if (continued !== undefined) begun += continued
    else {
      commands.push(begun + line)
      begun = ''
    }
  }
  if (begun !== '') commands.push(begun)
  return commands.map((command) => checked(command.trim())).filter((command) => command !== '')
}

function checked(command: string): string {
  const [, instruction, rest = ''] = /^(RUN|COPY|ADD|ENV|USER|WORKDIR)\s+(.*)/s.exec(command) ?? []
  if (instruction === undefined) return command
  throw new UserError(`'${command}' is an instruction of a Dockerfile, and here stand shell commands`, {
    at: { input: 'run' },
    advice:
      instruction === 'RUN'
        ? `Write '${rest}'.`
        : "The inputs 'copy', 'env', 'run-user' and 'workdir' do what other instructions do.",
  })
}

/** The commands of each layer. */
export function runGroups({ commands, squash }: RunOptions): (readonly string[])[] {
  if (commands.length === 0) return []
  return squash ? [commands] : commands.map((command) => [command])
}
