import { splitLines } from './csv.ts'

/**
 * The headers of a METADATA or WHEEL file (core metadata, written as those of an e-mail), as far as the first empty line.
 * @returns the first value of each, by its name in lower case; a value that is continued is put on one line
 */
export function parseHeaders(text: string): Map<string, string> {
  const headers = new Map<string, string>()
  let name: string | undefined
  for (const line of splitLines(text)) {
    if (line === '') break
    if (/^[ \t]/.test(line)) {
      if (name !== undefined) headers.set(name, `${headers.get(name) ?? ''} ${line.trim()}`)
      continue
    }
    const colon = line.indexOf(':')
    const key = line.slice(0, Math.max(colon, 0)).toLowerCase()
    name = headers.has(key) ? undefined : key
    if (name !== undefined) headers.set(name, line.slice(colon + 1).trim())
  }
  return headers
}
