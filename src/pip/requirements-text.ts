import type { PipLine } from '../environment/read.ts'
import { canonicalName } from '../environment/read.ts'

type Requirement = Pick<PipLine, 'text' | 'line'>

/**
 * The text that pip reads in place of the environment file: each requirement at its own line, so that pip's messages name it. One that
 * stands in several lines moves those behind it down, if there is no room.
 */
export function requirementsText(requirements: readonly Requirement[]): string {
  let lines: string[] = []
  for (const { text, line } of requirements) {
    lines = [...lines, ...Array<string>(Math.max(0, line - 1 - lines.length)).fill(''), ...text.split('\n')]
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** A place in a file that pip names: `-r FILE (line N)`, `from line N of FILE`. */
export function placeIn(text: string): { file: string; line: number } | undefined {
  const [, file, line] = /(?:^|[\s>])-[rc] (.+?) \(line (\d+)\)/.exec(text) ?? []
  if (file !== undefined) return { file, line: Number(line) }
  const [, other, otherFile] = /\(?from line (\d+) of ([^\n]+?)\)?(?:\n|$)/.exec(text) ?? []
  return otherFile === undefined ? undefined : { file: otherFile, line: Number(other) }
}

/**
 * The line that a message of pip's is about when it names none: the longest that it quotes, else the one that asks for a project that it
 * names, or for what requires that one.
 */
export function lineNamedIn(said: string, requirements: readonly Requirement[]): number | undefined {
  const written = requirements.map(({ text, line }) => ({
    text: text.replace(/(^|\s)#.*$/s, '').trim(),
    line,
  }))
  const quoted = written
    // A bare name stands in too many places.
    .filter(({ text }) => /[^\w.-]/.test(text) && (said.includes(text) || said.includes(fileNameIn(text))))
    .sort((a, b) => b.text.length - a.text.length)
  if (quoted[0]) return quoted[0].line
  const [, file] = /Could not open .*'([^']+)'/.exec(said) ?? []
  if (file !== undefined) return written.find(({ text }) => file.endsWith(lastWord(text)))?.line
  const [, name, parent] = /requirement ([\w.-]+)(?:.*?\(from ([\w.-]+))?/.exec(said) ?? []
  const asking = (project: string | undefined) =>
    project === undefined
      ? undefined
      : written.find(({ text }) => canonicalName(/^[\w.-]+/.exec(text)?.[0] ?? '') === canonicalName(project))
  return (asking(name) ?? asking(parent))?.line
}

function lastWord(text: string): string {
  return /\S+$/.exec(text)?.[0].replace(/^\.\//, '') ?? '\0'
}

/** The file that an address or a path leads to. */
function fileNameIn(text: string): string {
  return /\/([^/#?]+\.[^/#?]+)(?:[#?].*)?$/.exec(text)?.[1] ?? '\0'
}
