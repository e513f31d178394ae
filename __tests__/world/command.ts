import { spawn } from 'node:child_process'
import { UserError } from '../../src/common/errors.ts'

/** How a command is run; `env` is the whole environment, default this process's. */
export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string | Uint8Array
}

/**
 * Runs a command to its end.
 * @returns what it wrote on stdout
 * @throws UserError with what it wrote on stderr when it fails; when it is not there, saying so
 */
export async function run(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Buffer> {
  const child = spawn(program, args, { cwd: options.cwd, env: options.env ?? process.env })
  const stdout: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // A program that does not read to the end says why on stderr.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => {
      reject(new UserError(`'${program}' cannot be run on this machine`, { cause }))
    })
    child.on('close', resolve)
  })
  if (code !== 0) {
    throw new UserError(`'${[program, ...args].join(' ')}' ended with ${code}:\n${stderr.trim()}`)
  }
  return Buffer.concat(stdout)
}
