import { code, plainLine } from '../../common/markdown.ts'

/** More characters than any honest name, version or licence has; longer ones would take the place of all else. */
const longest = 200

/** What others wrote, as a code span. */
export function showCode(text: string): string {
  return code(short(text))
}

/** What others wrote, as plain text. */
export function showPlain(text: string): string {
  return plainLine(short(text))
}

function short(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
