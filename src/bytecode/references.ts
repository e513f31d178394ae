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
 * to 3.10, of 3.11 to 3.15. Of what comes after nothing is known.
 */
const forms: readonly [below: number, form: CodeForm][] = [
  [3400, { numbers: 20, behind: 1 }],
  [3450, { numbers: 24, behind: 1 }],
  [3700, { numbers: 20, behind: 2 }],
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

/** How many lists the pieces are kept in, to find those that are the same: a power of two. */
const lists = 4096
/** Of a longer string as many bytes at either end tell which list it is in. */
const hashedBytes = 32

/**
 * The strs, bytes and heads of small tuples that stand in code, by their numbers, which are their order. All is numbers, and its room is
 * used for one file after the other: objects would be tens of millions, a third of all garbage of a thread that packs.
 */
class Pieces {
  count = 0
  /** Where each begins and ends. */
  starts = new Uint32Array()
  ends = new Uint32Array()
  /** The first piece that is the same string; of a tuple itself. */
  firsts = new Uint32Array()
  /** Of the first of the same, how many there are, 0 for a tuple; and its number among what is referred to, from 1. */
  uses = new Uint32Array()
  references = new Uint32Array()
  /** Of the first of the same, the one before it in its list; see `#latest`. */
  #before = new Uint32Array()
  /** By list, the one that was added last. Both hold numbers from 1, 0 for none. */
  readonly #latest = new Uint32Array(lists)
  #pyc: Buffer = Buffer.alloc(0)

  /** Begins anew with what is in a file. */
  begin(pyc: Buffer): void {
    this.#pyc = pyc
    this.count = 0
    this.#latest.fill(0)
    const most = Math.floor(pyc.length / 5) // the bytes of the smallest
    if (most <= this.starts.length) return
    const room = 2 * most
    this.starts = new Uint32Array(room)
    this.ends = new Uint32Array(room)
    this.firsts = new Uint32Array(room)
    this.uses = new Uint32Array(room)
    this.references = new Uint32Array(room)
    this.#before = new Uint32Array(room)
  }

  addTuple(start: number, end: number): void {
    this.#add(start, end)
  }

  addString(start: number, end: number): void {
    const list = this.#listOf(start, end)
    const latest = this.#latest[list] ?? 0
    for (let number = latest; number > 0; number = this.#before[number - 1] ?? 0) {
      const first = number - 1
      if (!this.#isSame(this.starts[first] ?? 0, this.ends[first] ?? 0, start, end)) continue
      this.firsts[this.#add(start, end)] = first
      this.uses[first] = (this.uses[first] ?? 0) + 1
      return
    }
    const piece = this.#add(start, end)
    this.uses[piece] = 1
    this.#before[piece] = latest
    this.#latest[list] = piece + 1
  }

  #add(start: number, end: number): number {
    const piece = this.count++
    this.starts[piece] = start
    this.ends[piece] = end
    this.firsts[piece] = piece
    this.uses[piece] = 0
    this.references[piece] = 0
    return piece
  }

  #listOf(start: number, end: number): number {
    const pyc = this.#pyc
    let hash = end - start
    const middle = Math.min(end, start + hashedBytes)
    for (let at = start; at < middle; at++) hash = Math.imul(hash ^ (pyc[at] ?? 0), 0x01000193)
    for (let at = Math.max(middle, end - hashedBytes); at < end; at++) {
      hash = Math.imul(hash ^ (pyc[at] ?? 0), 0x01000193)
    }
    return (hash ^ (hash >>> 16)) & (lists - 1)
  }

  #isSame(start: number, end: number, other: number, otherEnd: number): boolean {
    const pyc = this.#pyc
    const length = end - start
    if (length !== otherEnd - other) return false
    for (let at = 0; at < length; at++) {
      if (pyc[start + at] !== pyc[other + at]) return false
    }
    return true
  }
}

/** Of the file that is looked at now. */
const pieces = new Pieces()

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
  return form && findPieces(pyc, form) ? rewritten(pyc) : Buffer.from(pyc)
}

/** @returns false for what cannot be read to its end */
function findPieces(pyc: Buffer, { numbers, behind }: CodeForm): boolean {
  pieces.begin(pyc)
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
      case kind.bytes:
        at += 5 + pyc.readUInt32LE(start + 1)
        if (at > pyc.length) return false
        pieces.addString(start, at)
        return true
      case kind.tuple:
      case kind.frozenset: {
        const length = pyc.readUInt32LE(start + 1)
        at += 5
        if (what === kind.tuple && length < 256) pieces.addTuple(start, at)
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
  return skipOne() && at === pyc.length
}

/** No piece becomes longer. */
function rewritten(pyc: Buffer): Buffer {
  const { count, starts, ends, firsts, uses, references } = pieces
  const result = Buffer.allocUnsafe(pyc.length)
  let read = 0
  let written = 0
  let referred = 0
  const copy = (end: number) => {
    written += pyc.copy(result, written, read, end)
    read = end
  }
  for (let piece = 0; piece < count; piece++) {
    const [start, end, first] = [starts[piece] ?? 0, ends[piece] ?? 0, firsts[piece] ?? 0]
    const reference = references[first] ?? 0
    copy(start)
    if (uses[first] === 0) {
      result[written++] = kind.smallTuple
      result[written++] = pyc[start + 1] ?? 0
      read = end
    } else if (reference > 0) {
      result[written++] = kind.reference
      written = result.writeUInt32LE(reference - 1, written)
      read = end
    } else {
      const flag = (uses[first] ?? 0) > 1 ? 0x80 : 0
      if (flag) references[first] = ++referred
      const what = stringKind(pyc, start, end)
      const isShort = what === kind.shortName || what === kind.shortAscii
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
function stringKind(pyc: Buffer, start: number, end: number): number {
  if (pyc[start] !== kind.str) return kind.bytes
  let isName = true
  for (let at = start + 5; at < end; at++) {
    const byte = pyc[at] ?? 0
    if (byte >= 0x80) return kind.str
    isName &&= isNameByte(byte)
  }
  if (end - start - 5 < 256) return isName ? kind.shortName : kind.shortAscii
  return isName ? kind.name : kind.ascii
}

/** `[A-Za-z0-9_]` */
function isNameByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) || byte === 95 || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57)
  )
}
