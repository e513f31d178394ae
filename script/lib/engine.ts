import { spawn } from 'node:child_process'

/** What a program did. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The command line of a container engine: docker, or one that speaks its language. */
export interface ContainerEngine {
  /** Runs one command; `input` goes to its standard input. */
  (args: readonly string[], options?: { input?: string }): Promise<Outcome>
  /** The same on a pseudo-terminal, with `input` typed. */
  typed(args: readonly string[], input: string): Promise<Outcome>
}

export function containerEngine(
  program: string = process.env['CONTAINER_ENGINE'] ?? 'docker',
  environment: NodeJS.ProcessEnv = process.env,
): ContainerEngine {
  return Object.assign(
    (args: readonly string[], options: { input?: string } = {}) =>
      heard(args, () => execute(program, args, environment, options.input ?? '')),
    {
      typed: (args: readonly string[], input: string) =>
        // `script` is what gives a program a terminal where there is none.
        heard(args, () =>
          execute(
            'script',
            ['-qec', [program, ...args].map(quoted).join(' '), '/dev/null'],
            environment,
            input,
          ),
        ),
    },
  )
}

/**
 * On a busy machine dockerd now and then loses what a container wrote that ended at once: it says nothing, and has its exit code. One that
 * had nothing to say is only run again.
 */
async function heard(args: readonly string[], attempt: () => Promise<Outcome>): Promise<Outcome> {
  let outcome = await attempt()
  for (let more = args[0] === 'run' ? 2 : 0; more > 0 && isLost(outcome); more--) outcome = await attempt()
  return outcome
}

/** What stands on stderr alone beside a 0 may be a warning of the engine's. */
function isLost({ code, stdout, stderr }: Outcome): boolean {
  return stdout === '' && (code === 0 || stderr === '')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** Runs a program to its end. */
export function execute(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  input: string,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: environment, stdio: 'pipe' })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
    }
    child.stdin.on('error', () => undefined) // the program may end without reading
    child.stdin.end(input)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({
        code: code ?? 128,
        ...output,
        ...(signal && { stderr: `${output.stderr}killed by ${signal}` }),
      })
    })
  })
}
