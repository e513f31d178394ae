import type { ContainerEngine, Outcome } from './engine.ts'

/** One row of the contract; the check gives what is wrong, or undefined. */
export interface Row {
  readonly row: string
  readonly check: () => Promise<string | undefined>
}

/** What the rows need to know of the image. */
export interface Subject {
  readonly engine: ContainerEngine
  readonly image: string
  /** Of the default environment. */
  readonly prefix: string
  readonly rootPrefix: string
  readonly user: string
  readonly uid: string
  /** The first word of the config's entrypoint; empty without one. */
  readonly firstWord: string
  /** Whether a process that the entrypoint started has the environment, and one that it did not start. */
  readonly active: { readonly started: boolean; readonly other: boolean }
}

export const entrypoint = '/usr/local/bin/_entrypoint.sh'

/**
 * What every start is asked for: a line that is easy to find among prompts and messages. An environment that is not in
 * PATH is none.
 */
export const question =
  'p="${CONDA_PREFIX-}"; case ":$PATH:" in *":$p/bin:"*) ;; *) p="${p:+$p without its PATH}" ;; esac; echo "<$p|$HOME|$(id -u)>"'

export function said(isActive: boolean): string {
  return isActive ? 'active' : 'not active'
}

export function run(
  { engine, image }: Subject,
  options: readonly string[],
  command: readonly string[],
): Promise<Outcome> {
  return engine(['run', '--rm', '--network=none', ...options, image, ...command])
}

export function answered(outcome: Outcome): string {
  const [, answer] = /<([^<>$]*)>/.exec(outcome.stdout) ?? []
  return answer ?? `no answer; exit ${outcome.code}: ${(outcome.stderr || outcome.stdout).trim().slice(-500)}`
}

/** `prefix` is what CONDA_PREFIX must be: the environment's or nothing. */
export function expectPrefix(outcome: Outcome, prefix: string): string | undefined {
  const [actual] = answered(outcome).split('|')
  return actual === prefix ? undefined : `CONDA_PREFIX is '${actual ?? ''}', not '${prefix}'`
}

export function expectAnswer(outcome: Outcome, answer: string): string | undefined {
  const actual = answered(outcome)
  return actual === answer ? undefined : `<CONDA_PREFIX|HOME|uid> is '${actual}', not '${answer}'`
}

/** Looks at a container while it runs. */
export async function whileRunning(
  { engine, image }: Subject,
  options: readonly string[],
  check: (id: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { stdout, stderr } = await engine([
    ...['run', '--detach', '--rm', '--network=none', ...options, image],
    ...['sleep', '60'],
  ])
  const id = stdout.trim()
  if (id === '') return stderr
  try {
    return await check(id)
  } finally {
    await engine(['rm', '--force', id])
  }
}
