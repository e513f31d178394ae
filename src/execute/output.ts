import type { Readable } from 'node:stream'

/** A program that ends no line is shown all the same, in pieces of this many code units. */
const longest = 64 * 1024

/** Gives what a program writes line by line as it comes, the last one also when nothing ends it. */
export async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = ''
  // A character that two chunks share comes whole.
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(shownOf(line))
    if (rest.length > longest) {
      onLine(rest)
      rest = ''
    }
  }
  if (rest !== '') onLine(shownOf(rest))
}

/** What a terminal would show in the end of a line that was written again and again, as progress is. */
function shownOf(line: string): string {
  const whole = line.replace(/\r+$/, '')
  return whole.slice(whole.lastIndexOf('\r') + 1)
}
