import { UserError } from '../common/errors.ts'
import { formatBytes } from '../common/format.ts'

/** What people write has a few kilobytes, and what programs write, with a hash for each wheel of each package, not much more. */
const sizeLimit = 2 * 1024 * 1024

/**
 * The text of an environment file, which micromamba reads in UTF-8 and in UTF-16 (yaml-cpp, stream.cpp), as PowerShell's `>`
 * writes it. Line ends come out as `\n`, whichever of YAML's three they are.
 *
 * Other bytes do no harm in a comment, where yaml-cpp passes over them. Each of them comes out as a lone surrogate, U+DC80 to
 * U+DCFF, which no text has; so do, for their sake, all other bytes of that line that are not ASCII.
 * @throws UserError with the line of what is no text at all
 */
export function decodeText(bytes: Buffer, file: string): string {
  if (bytes.length > sizeLimit) {
    throw new UserError(`it has ${formatBytes(bytes.length)}, and ${formatBytes(sizeLimit)} are the most`, {
      at: { file },
      advice: 'Is it the right file?',
    })
  }
  const text = decodeBytes(bytes, file).replace(/\r\n?/g, '\n')
  const line = lineOf(text, text.indexOf('\0'))
  if (line === undefined) return text
  throw new UserError('it holds a NUL, so it is no text, or in an encoding that is not known', {
    at: { file, line },
    advice,
  })
}

/** Whether it holds bytes that stand for no character. */
export function isUndecoded(text: string): boolean {
  return /[\uDC80-\uDCFF]/u.test(text)
}

export const advice = 'Save the file as UTF-8.'

function decodeBytes(bytes: Buffer, file: string): string {
  const encoding = utf16Of(bytes)
  if (encoding !== undefined) {
    const text = new TextDecoder(encoding).decode(bytes)
    const line = lineOf(text, text.indexOf('\uFFFD'))
    if (line === undefined) return text
    throw new UserError(`it is ${encoding.toUpperCase()}, and damaged`, { at: { file, line }, advice })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Byte by byte; cutting at line ends cuts no character of UTF-8.
    return bytes
      .toString('latin1')
      .split(/(?<=[\r\n])/)
      .map((line) => decodeLine(Buffer.from(line, 'latin1')))
      .join('')
  }
}

function decodeLine(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes
      .toString('latin1')
      .replace(/[\x80-\xff]/g, (byte) => String.fromCharCode(0xdc00 + byte.charCodeAt(0)))
  }
}

/** By the byte order mark, or by the NUL in a first character of ASCII. */
function utf16Of([first, second]: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be'
  return undefined
}

function lineOf(text: string, position: number): number | undefined {
  return position < 0 ? undefined : text.slice(0, position).split(/\r\n?|\n/).length
}
