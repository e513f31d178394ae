import type { Outcome } from './binary.ts'
import { isRecord, parseJson } from './solved.ts'

/** A message of micromamba's own log. */
export interface LogEntry {
  readonly level: LogLevel
  /** Its lines, without the indentation of those after the first. */
  readonly lines: readonly string[]
}

export const logLevels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * What a run logged. Up to 2.8 that stands on stderr, `level    libmamba text` with the rest of a text indented on the lines
 * after it, and nothing of it with `--json` as long as the run comes to an answer. From 2.9 on a run with `--json` has it in
 * the answer's `log_history`, and leaves stderr empty. A message may hold a whole such log itself, with a backtrace around.
 */
export function readLog({ stdout, stderr }: Pick<Outcome, 'stdout' | 'stderr'>): LogEntry[] {
  return [...history(stdout), ...entriesIn(stderr, 'error')]
}

/** Whether an entry is at least as grave as a level. */
export function isAtLeast(level: LogLevel): (entry: LogEntry) => boolean {
  return (entry) => logLevels.indexOf(entry.level) >= logLevels.indexOf(level)
}

function history(stdout: string): LogEntry[] {
  const answer = parseJson(stdout)
  const logged = isRecord(answer) ? answer['log_history'] : undefined
  if (!Array.isArray(logged)) return []
  return logged.filter(isRecord).flatMap(({ level, message }) => {
    const known = logLevels.find((name) => name === level)
    return typeof message === 'string' ? entriesIn(message, known ?? 'error') : []
  })
}

/** @param level of what comes before the first line that names one */
function entriesIn(text: string, level: LogLevel): LogEntry[] {
  const entries: { level: LogLevel; lines: string[] }[] = []
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, name, start] = /^\s*(trace|debug|info|warning|error|critical)\s+libmamba (.*)$/.exec(line) ?? []
    const named = logLevels.find((known) => known === name)
    const last = entries.at(-1)
    if (named && start !== undefined) entries.push({ level: named, lines: [start] })
    else if (last) last.lines.push(line.replace(/^ {4}/, ''))
    else if (line.trim() !== '') entries.push({ level, lines: [line] })
  }
  return entries.map((entry) => ({ ...entry, lines: withoutBacktrace(entry.lines) }))
}

/** Where micromamba was when it failed is for its own programmers: markers, and frames as C++ and libunwind print them. */
const backtrace =
  /^\s*(\*{5,} Backtrace|(stack ?trace|backtrace)\b.*:\s*$|#?\d+#?:?\s+(0x[\da-f]+|.*\bat \S+:\d+))/i

function withoutBacktrace(lines: readonly string[]): string[] {
  return lines.filter((line) => !backtrace.test(line))
}
