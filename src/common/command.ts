import { EOL } from 'node:os'
import { Writable } from 'node:stream'
import { getExecOutput } from '@actions/exec'

/**
 * Who starts other programs, and how.
 *
 * - micromamba, pip, and a python that says its version: `runCommand`, by `@actions/exec`. A user sees the command line as other actions
 *   show theirs. What the program writes is not for the log: it is JSON, or somebody else's text.
 * - The container engine: `spawn`, since an image is streamed into it and `@actions/exec` feeds a program from memory only; its command
 *   line is shown in the same way.
 * - Credential helpers: `spawn`. A secret comes back, which nothing is to print, in debug mode neither.
 * - The python that compiles: `spawn`. It lives as long as the thread that sends it sources.
 * - The OCI runtime: `spawn`. Its standard input, output and error are those of the command in its container; secrets go in by the first.
 *
 * A cancelled job ends all of them, see `cancellation.ts`. None has a secret in its arguments, which any user of the machine can read.
 */

/** What a program left behind that ran to its end. */
export interface CommandOutcome {
  /** Absent when a signal ended it. */
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  /** All of its variables. */
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly cwd?: string
  /** Whether its command line is shown in the log. */
  readonly shown?: boolean
}

/**
 * Runs a program to its end. It gets no input, and must not wait for any.
 * @param program its path
 * @throws Error when it cannot be run; an exit code other than 0 is an outcome
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  { env, cwd, shown = false }: CommandOptions,
): Promise<CommandOutcome> {
  // It is a command line to @actions/exec, which splits it at spaces outside of quotes.
  const quoted = `"${program.replaceAll('"', '\\"')}"`
  const output = await getExecOutput(quoted, [...args], {
    env: withoutUndefined(env),
    ...(cwd !== undefined && { cwd }),
    silent: !shown,
    outStream: firstWrite(),
    ignoreReturnCode: true,
  })
  // Its type does not say that the code is null after a signal.
  const exitCode = (output.exitCode as number | null) ?? undefined
  return { ...output, exitCode }
}

/** Shows a command line in the log as `@actions/exec` does. Not by @actions/core, which the threads that pack need not load. */
export function showCommand(program: string, args: readonly string[]): void {
  process.stdout.write(`[command]${[program, ...args].join(' ')}${EOL}`)
}

/** What @actions/exec writes first is the command line, and what follows is what the program writes. */
function firstWrite(): Writable {
  let isFirst = true
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (isFirst) process.stdout.write(chunk)
      isFirst = false
      done()
    },
  })
}

function withoutUndefined(variables: Readonly<NodeJS.ProcessEnv>): Record<string, string> {
  const set = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(set)
}
