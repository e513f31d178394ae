/** A message of micromamba's log. */
export interface Message {
  readonly level: 'trace' | 'debug' | 'info' | 'warning' | 'error' | 'critical'
  readonly text: string
}

/** An end with exit code 1: what is logged then, and what an answer in JSON has besides. */
export class Failure extends Error {
  readonly log: readonly Message[]
  readonly answer: Readonly<Record<string, unknown>>

  constructor(log: readonly Message[], answer: Readonly<Record<string, unknown>> = {}) {
    super(log.map(({ text }) => text).join('\n'))
    this.log = log
    this.answer = answer
  }
}

/** Up to 2.8 the log is on stderr; from 2.9 on a run with `--json` has it in its answer. */
export function logsIntoAnswer(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 9)
}

/** A line of micromamba's log on stderr; further lines of the text are indented. */
export function logged({ level, text }: Message): string {
  return `${level.padEnd(8)} libmamba ${indented(text)}\n`
}

/** The log as an answer in JSON has it. */
export function logHistory(log: readonly Message[]): object[] {
  return log.map(({ level, text }) => ({ level, location: '', message: indented(text), source: 'libmamba' }))
}

function indented(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n    ')
}

const steps = ['create_base', 'no_env', 'no_rc', 'rc_files', 'root_prefix', 'envs_dirs', 'file_specs']

/** How it ends when configuration or an environment file cannot be read: what it did until then is told as well. */
export function backtrace(error: string, critical: string): Failure {
  return new Failure([
    { level: 'debug', text: 'Loading configuration' },
    ...steps.map((step): Message => ({ level: 'trace', text: `Compute configurable '${step}'` })),
    { level: 'error', text: error },
    { level: 'critical', text: critical },
  ])
}

/** The log on stderr, with the lines that stand around a backtrace. */
export function formatLog(log: readonly Message[]): string {
  const lines = log.map(logged).join('')
  if (!log.some(({ level }) => level === 'trace')) return lines
  const mark = (what: string) => `****************** Backtrace ${what}`
  return [
    logged({ level: 'info', text: mark('Start ******************') }),
    lines,
    logged({ level: 'info', text: mark('End ********************') }),
  ].join('')
}
