import type { Placeholder } from '../packages/conda/archive.ts'
import { shortenShebang } from './shebang.ts'

/**
 * Puts the prefix where a file holds the prefix that its package was built with (libmamba 2.8, link.cpp:
 * `LinkPackage::link_path`).
 * @param content the whole file; may be overwritten
 * @returns the file for this prefix; in binary mode of the same size, or `undefined` when the prefix does not fit
 */
export function replacePlaceholder(
  content: Buffer,
  placeholder: Placeholder,
  prefix: string,
): Buffer | undefined {
  const from = Buffer.from(placeholder.prefix)
  const to = Buffer.from(prefix)
  if (placeholder.mode === 'text') return shortenShebang(replaceText(content, from, to))
  if (to.length > from.length && content.includes(from)) return undefined
  replaceBinary(content, from, to)
  return content
}

function replaceText(content: Buffer, from: Buffer, to: Buffer): Buffer {
  const pieces: Buffer[] = []
  let end = 0
  for (let at = content.indexOf(from); at >= 0; at = content.indexOf(from, end)) {
    pieces.push(content.subarray(end, at), to)
    end = at + from.length
  }
  return end === 0 ? content : Buffer.concat([...pieces, content.subarray(end)])
}

/**
 * In place: the rest of a string, up to its NUL, moves up behind the shorter prefix, and NULs fill what becomes free
 * at the string's end, so that nothing else in the file moves. A string may hold the placeholder several times.
 */
function replaceBinary(content: Buffer, from: Buffer, to: Buffer): void {
  let at = content.indexOf(from)
  while (at >= 0) {
    const nul = content.indexOf(0, at + from.length)
    const end = nul < 0 ? content.length : nul
    let written = at
    while (at >= 0 && at < end) {
      written += to.copy(content, written)
      const rest = at + from.length
      at = content.indexOf(from, rest)
      const restEnd = at >= 0 && at < end ? at : end
      content.copyWithin(written, rest, restEnd)
      written += restEnd - rest
    }
    content.fill(0, written, end)
  }
}
