/**
 * Text that others wrote (names, versions and licences of a channel's packages, commits of people) where GitHub shows it. It is to be read,
 * never to be markup, a mention that notifies, a reference that links or closes, or a command to the runner.
 */

/** Line breaks, other control characters, and those that hide or turn text around. */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g

/** Nobody sees it, and `@`, `#` and the like mean nothing in front of it. */
const zeroWidthSpace = '\u200b'

/** Looks like a backslash. A real one in front of a `|` would take the escape's place, and the `|` would end the cell. */
const likeBackslash = '\u29f5'

/**
 * A code span: everything in it is shown letter by letter, and neither mentions nor references are looked for in it. For running text
 * and for cells of tables, which are the only place where a `|` can be in one: elsewhere it is shown as `\|`.
 */
export function code(text: string): string {
  const line = printable(text)
    .replace(/\\+(?=\|)/g, (all) => likeBackslash.repeat(all.length))
    .replaceAll('|', '\\|')
  if (line.trim() === '') return ''
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** The same for blocks of HTML, such as a `<summary>`, in which Markdown means nothing. */
export function htmlCode(text: string): string {
  return `<code>${escapeHtml(printable(text))}</code>`
}

/** The text as a part of a sentence, in Markdown. */
export function escapeMarkdown(text: string): string {
  return withoutReferences(printable(text).replace(/[!-/:-@[-`{-~]/g, '\\$&'))
}

/**
 * The text as a part of a line that is not Markdown: a title, a commit's message, the log. In a title and a message GitHub looks for mentions,
 * references and words that close issues or skip checks; in the log the runner looks for commands.
 */
export function plainLine(text: string): string {
  return withoutReferences(printable(text))
}

function printable(text: string): string {
  return text.replace(unprintable, ' ').replace(/^ +| +$/g, '')
}

/** `@name`, `#12`, `GH-12`, `:emoji:`, `::command`, `##[command]`, `[skip ci]` */
function withoutReferences(text: string): string {
  return text
    .replace(/[@#:[](?=\\?[\w#:+-]|\\?\[|$)/g, `$&${zeroWidthSpace}`)
    .replace(/\bgh(?=\\?-\d)/gi, `$&${zeroWidthSpace}`)
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('|', '&#124;')
}
