/** A line, and where it stands. */
export interface TextLine {
  readonly text: string
  readonly line: number
}

/** What python's `str.splitlines` takes for the end of a line. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/

/** The lines of a text, counted from `first`. */
export function physicalLines(text: string, first = 1): TextLine[] {
  return text.split(lineEnd).map((part, index) => ({ text: part, line: first + index }))
}

/**
 * The lines of a requirements file as pip reads them (pip's req_file.py, `preprocess`): those that end in `\` are joined with the next,
 * comments are taken off, and what is empty then is left out. A joined line is where its first part stands.
 */
export function logicalLines(lines: readonly TextLine[]): TextLine[] {
  const joined: TextLine[] = []
  let open: TextLine | undefined
  for (const { text, line } of lines) {
    const isComment = /^\s*#/.test(text)
    const isContinued = text.endsWith('\\') && !isComment
    const part = isContinued ? text.replace(/^\\+|\\+$/g, '') : isComment ? ` ${text}` : text
    const whole: TextLine = open ? { text: open.text + part, line: open.line } : { text: part, line }
    open = isContinued ? whole : undefined
    if (!isContinued) joined.push(whole)
  }
  return [...joined, ...(open ? [open] : [])]
    .map(({ text, line }) => ({ text: text.replace(/(^|\s)#.*$/, '').trim(), line }))
    .filter(({ text }) => text !== '')
}
