/**
 * Text from elsewhere, in our errors and our log: what a registry, a channel, a file or another program said. The runner
 * takes a line that begins with `::`, behind any blanks, for a command, and `##[` anywhere in a line
 * (actions/runner, ActionCommand.cs); so nobody else's text begins a line of ours.
 */

/** What ends a line or moves the cursor, in a terminal or for the runner. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

/** How much of one message is of use to a reader. */
const longest = 2000

/** Foreign text for a sentence of ours: one line, at most 2,000 characters of it. */
export function foreignText(text: string): string {
  return withoutCommands(shortened(text.replace(control, ' ').trim()))
}

/** Foreign text that needs its lines, such as an explanation by micromamba: each of them behind a bar. */
export function foreignLines(text: string): string {
  const lines = text.trimEnd().split(/\r\n|[\n\r\u2028\u2029]/)
  return lines
    .map((line) => `| ${line.replace(control, ' ')}`.trimEnd())
    .join('\n')
    .replaceAll('##[', '## [')
}

/**
 * The same text, whatever it holds, with nothing in it that the runner obeys: the last guard, for messages that are put
 * together of our text and that of others. It changes no text that is ours alone.
 */
export function withoutCommands(text: string): string {
  return text
    .replaceAll('##[', '## [')
    .replace(/(^|[\n\r\u2028\u2029])([^\S\n\r\u2028\u2029]*)::/g, '$1$2| ::')
}

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)} …` : text
}
