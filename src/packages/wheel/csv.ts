/** What ends a line for python's `str.splitlines`, by which pip takes a RECORD apart. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/

/** The lines of a text as python's `str.splitlines` gives them. */
export function splitLines(text: string): string[] {
  const lines = text.split(lineEnd)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/**
 * Reads CSV as python's `csv.reader` does when it is given lines without their ends: a quote inside a field stands for
 * itself, a quoted field goes on in the next line.
 * @returns the fields of each row; an empty line is a row of none
 */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let state: 'start' | 'plain' | 'quoted' | 'quote' = 'start'
  for (const line of splitLines(text)) {
    for (const character of line) {
      if (state === 'quoted') {
        if (character === '"') state = 'quote'
        else field += character
      } else if (character === ',') {
        row.push(field)
        field = ''
        state = 'start'
      } else if (character === '"' && state !== 'plain') {
        if (state === 'quote') field += character
        state = 'quoted'
      } else {
        field += character
        state = 'plain'
      }
    }
    if (state === 'quoted') continue
    if (line !== '') row.push(field)
    rows.push(row)
    row = []
    field = ''
    state = 'start'
  }
  if (state === 'quoted') rows.push([...row, field])
  return rows
}

/** A row as python's `csv.writer` writes it: quotes only where they must be, CR and LF behind it. */
export function formatCsvRow(fields: readonly string[]): string {
  return `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\r\n`
}
