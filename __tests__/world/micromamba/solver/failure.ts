/** An end with exit code 1: what is then on stderr, and on stdout with `--json`. */
export class Failure extends Error {
  readonly stderr: string
  readonly problems?: readonly string[]

  constructor(stderr: string, problems?: readonly string[]) {
    super(stderr)
    this.stderr = stderr
    this.problems = problems
  }
}

/** A line of micromamba's log; further lines of the text are indented. */
export function logged(level: 'error' | 'critical', text: string): string {
  return `${level.padEnd(8)} libmamba ${text.trimEnd().replaceAll('\n', '\n    ')}\n`
}

/** How it ends when configuration or an environment file cannot be read: what it did until then is told as well. */
export function backtrace(error: string, critical: string): string {
  const steps = ['create_base', 'no_env', 'no_rc', 'rc_files', 'root_prefix', 'envs_dirs', 'file_specs']
  return [
    'info     libmamba ****************** Backtrace Start ******************\n',
    'debug    libmamba Loading configuration\n',
    ...steps.map((step) => `trace    libmamba Compute configurable '${step}'\n`),
    logged('error', error),
    logged('critical', critical),
    'info     libmamba ****************** Backtrace End ********************\n',
  ].join('')
}
