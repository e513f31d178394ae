/** The bytes in front of a .pyc's code (PEP 552). */
const headerLength = 16

/** How python writes code, by its version. */
interface CodeForm {
  /** Bytes of a code object's numbers, which stand first. */
  readonly numbers: number
  /** How many objects stand behind its line number. */
  readonly behind: number
}

/** The magic number of the first python that is compiled with, a beta of 3.7. */
const oldest = 3390

/**
 * The form of code by the magic number of the versions up to it (CPython, Include/internal/pycore_magic_number.h): of python 3.7, of 3.8
 * to 3.10, of 3.11 to 3.14. Of what comes after nothing is known.
 */
const forms: readonly [below: number, form: CodeForm][] = [
  [3400, { numbers: 20, behind: 1 }],
  [3450, { numbers: 24, behind: 1 }],
  [3650, { numbers: 20, behind: 2 }],
]

/** What marshal calls its objects (CPython, Python/marshal.c). */
const kind = {
  str: byteOf('u'),
  bytes: byteOf('s'),
  tuple: byteOf('('),
  frozenset: byteOf('>'),
  code: byteOf('c'),
  long: byteOf('l'),
  slice: byteOf(':'),
  smallTuple: byteOf(')'),
  reference: byteOf('r'),
  shortName: byteOf('Z'),
  shortAscii: byteOf('z'),
  name: byteOf('A'),
  ascii: byteOf('a'),
}

/** The bytes of objects of one size: None, False, True, Ellipsis, an int of 32 bits, a float, a complex. */
const sizes = new Map(
  Object.entries({ N: 1, F: 1, T: 1, '.': 1, i: 5, g: 9, y: 17 }).map(([name, size]) => [byteOf(name), size]),
)

function byteOf(character: string): number {
  return character.charCodeAt(0)
}

/** A str or bytes somewhere in the code, or the head of a small tuple. */
interface Piece {
  readonly start: number
  readonly end: number
  /** Of a string; absent of a tuple. */
  readonly text?: Text
}

/** All strings that are the same. */
interface Text {
  count: number
  reference?: number
}

/**
 * Writes what stands several times in bytecode once, and refers to it, as python does: it takes less room, and importing is faster by a
 * quarter. Python goes by what the interpreter at that moment has more than one reference to; this by what is written, so it varies with
 * nothing.
 * @param pyc with code marshalled in version 2, which has no references
 * @returns a copy; of the same bytes where its code is of a python that is not known, or not as it is known
 */
export function withReferences(pyc: Buffer): Buffer {
  const magic = pyc.readUInt16LE(0)
  const form = magic >= oldest ? forms.find(([below]) => magic < below)?.[1] : undefined
  const pieces = form && findPieces(pyc, form)
  return pieces ? rewritten(pyc, pieces) : Buffer.from(pyc)
}

/** @returns in their order; undefined for what cannot be read to its end */
function findPieces(pyc: Buffer, { numbers, behind }: CodeForm): Piece[] | undefined {
  const pieces: Piece[] = []
  const texts = new Map<string, Text>()
  let at = headerLength

  /** @returns whether they could be read */
  const skip = (count: number): boolean => {
    for (let index = 0; index < count; index++) {
      if (!skipOne()) return false
    }
    return true
  }
  const skipOne = (): boolean => {
    const start = at
    const what = pyc[start] ?? 0
    const size = sizes.get(what)
    if (size !== undefined) {
      at += size
      return true
    }
    if (start + 5 > pyc.length) return false
    switch (what) {
      case kind.str:
      case kind.bytes: {
        at += 5 + pyc.readUInt32LE(start + 1)
        const key = pyc.toString('latin1', start, at)
        const text = texts.get(key) ?? { count: 0 }
        text.count++
        texts.set(key, text)
        pieces.push({ start, end: at, text })
        return true
      }
      case kind.tuple:
      case kind.frozenset: {
        const length = pyc.readUInt32LE(start + 1)
        at += 5
        if (what === kind.tuple && length < 256) pieces.push({ start, end: at })
        return skip(length)
      }
      case kind.code: {
        at += 1 + numbers
        if (!skip(8)) return false
        at += 4
        return skip(behind)
      }
      case kind.long:
        at += 5 + 2 * Math.abs(pyc.readInt32LE(start + 1))
        return true
      case kind.slice:
        at += 1
        return skip(3)
      default:
        return false
    }
  }
  return skipOne() && at === pyc.length ? pieces : undefined
}

/** No piece becomes longer. */
function rewritten(pyc: Buffer, pieces: readonly Piece[]): Buffer {
  const result = Buffer.allocUnsafe(pyc.length)
  let read = 0
  let written = 0
  let references = 0
  const copy = (end: number) => {
    written += pyc.copy(result, written, read, end)
    read = end
  }
  for (const { start, end, text } of pieces) {
    copy(start)
    if (!text) {
      result[written++] = kind.smallTuple
      result[written++] = pyc[start + 1] ?? 0
      read = end
    } else if (text.reference !== undefined) {
      result[written++] = kind.reference
      written = result.writeUInt32LE(text.reference, written)
      read = end
    } else {
      const flag = text.count > 1 ? 0x80 : 0
      if (flag) text.reference = references++
      const { what, isShort } = stringKind(pyc, start, end)
      result[written++] = what | flag
      if (isShort) result[written++] = end - start - 5
      read = isShort ? start + 5 : start + 1
      copy(end)
    }
  }
  copy(pyc.length)
  return result.subarray(0, written)
}

/** As the compiler has it: what could be a name is interned. A str is short where its length takes one byte. */
function stringKind(pyc: Buffer, start: number, end: number): { what: number; isShort: boolean } {
  const what = pyc[start] ?? 0
  if (what !== kind.str) return { what, isShort: false }
  let isName = true
  for (let at = start + 5; at < end; at++) {
    const byte = pyc[at] ?? 0
    if (byte >= 0x80) return { what, isShort: false }
    isName &&= isNameByte(byte)
  }
  const isShort = end - start - 5 < 256
  if (isShort) return { what: isName ? kind.shortName : kind.shortAscii, isShort }
  return { what: isName ? kind.name : kind.ascii, isShort }
}

/** `[A-Za-z0-9_]` */
function isNameByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) || byte === 95 || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57)
  )
}
