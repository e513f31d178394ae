import { spawn } from 'node:child_process'

/** How a program ended that was asked something. */
export interface QuietOutcome {
  /** Absent when it could not be started, was ended by a signal, or was given up. */
  readonly exitCode?: number
  readonly stdout: string
  /** Why it could not be started is here too. */
  readonly stderr: string
}

/**
 * Runs a program that gets no input and is to be quick; never throws.
 * @param command the program and its arguments
 * @param seconds after which it is given up
 */
export async function runQuietly(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  seconds = 10,
): Promise<QuietOutcome> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  }
  return new Promise((resolve) => {
    const end = (more: { exitCode?: number; stderr?: string }) => {
      clearTimeout(timer)
      resolve({ ...output, ...more })
    }
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      // Root's is not ours to kill, and what it has started may hold its output: nobody waits for either.
      child.stdout.destroy()
      child.stderr.destroy()
      child.unref()
      end({ stderr: `${output.stderr}\nno answer within ${seconds} s` })
    }, seconds * 1000)
    child.on('error', (error) => {
      end({ stderr: error.message })
    })
    child.once('close', (code) => {
      end(code === null ? {} : { exitCode: code })
    })
  })
}
