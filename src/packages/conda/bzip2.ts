/**
 * A streaming bzip2 decoder for `.tar.bz2` packages. It holds one block (at most 900 kB of output before runs are
 * expanded) and the compressed bytes ahead of it, whatever the archive's size, and checks every checksum.
 *
 * The format has no specification of its own; this follows what bzip2 1.0.8 writes: a stream header, blocks (run
 * lengths, Burrows-Wheeler transform, move to front, up to six Huffman tables), a trailer, and possibly more streams.
 */

/** The bytes are not bzip2, or not all of them are there. */
export class Bzip2Error extends Error {
  override readonly name = 'Bzip2Error'
}

const outputChunk = 256 * 1024
const maxSymbols = 258
const maxCodeLength = 20
const groupSize = 50
/** Codes up to this length are decoded by one table look-up. */
const quickBits = 10

/**
 * Decompresses one or more concatenated bzip2 streams.
 * @throws Bzip2Error when the input is damaged or ends early
 */
export async function* bunzip2(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bits = new BitReader(input)
  try {
    do {
      await bits.require(14)
      yield* stream(bits)
      await bits.require(1)
    } while (bits.available > 0)
  } finally {
    await bits.close()
  }
}

async function* stream(bits: BitReader): AsyncGenerator<Uint8Array> {
  const block = new Block(streamHeader(bits) * 100_000)
  let streamCrc = 0
  for (;;) {
    await bits.require(block.longestCompressed)
    const magic = bits.read(24) * 0x1000000 + bits.read(24)
    if (magic === 0x177245385090) break // the square root of pi ends a stream
    if (magic !== 0x314159265359) throw new Bzip2Error('no block begins where one should') // pi begins a block
    const expected = readCrc(bits)
    const start = block.decode(bits)
    const crc = yield* block.output(start)
    if (crc !== expected) throw new Bzip2Error('the checksum of a block is wrong')
    streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ crc
  }
  if (readCrc(bits) !== streamCrc) throw new Bzip2Error('the checksum of the stream is wrong')
  bits.align()
}

/** Returns the block size in units of 100 kB. */
function streamHeader(bits: BitReader): number {
  const magic = bits.read(24)
  const level = bits.read(8) - 0x30
  if (magic !== 0x425a68 || level < 1 || level > 9) throw new Bzip2Error('this is not bzip2 data')
  return level
}

/** 32 bits as a signed integer, the form in which checksums are computed. */
function readCrc(bits: BitReader): number {
  const high = bits.read(16)
  return (high << 16) | bits.read(16)
}

/** An index known to be within the array's bounds. */
function at(array: Uint8Array | Uint16Array | Int32Array, index: number): number {
  return array[index] as number // the callers' loops are bounded by the array's length; a check here costs a tenth
}

/** Bits, most significant first, from chunks of bytes. */
class BitReader {
  readonly #input: AsyncIterator<Uint8Array>
  #ended = false
  bytes: Uint8Array = new Uint8Array(0)
  /** The next byte to move to `window`. */
  position = 0
  /** The low `count` bits are still to be read. */
  window = 0
  count = 0

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input[Symbol.asyncIterator]()
  }

  /** Whole bytes that can be read without waiting. */
  get available(): number {
    return this.bytes.length - this.position + (this.count >> 3)
  }

  /** Waits until `length` bytes are there, or the input has ended. */
  async require(length: number): Promise<void> {
    if (this.#ended || this.available >= length) return
    const chunks = [this.bytes.subarray(this.position)]
    let available = this.available
    while (available < length) {
      const next = await this.#input.next()
      if (next.done) {
        this.#ended = true
        break
      }
      chunks.push(next.value)
      available += next.value.length
    }
    this.bytes = Buffer.concat(chunks)
    this.position = 0
  }

  /** Lets go of the input, wherever reading has come to. */
  async close(): Promise<void> {
    await this.#input.return?.()
  }

  /** The next `length` bits, at most 24. */
  read(length: number): number {
    while (this.count < length) {
      if (this.position >= this.bytes.length) throw new Bzip2Error('it ends too early')
      this.window = (this.window << 8) | at(this.bytes, this.position++)
      this.count += 8
    }
    this.count -= length
    return (this.window >>> this.count) & ((1 << length) - 1)
  }

  /** Skips to the next whole byte. */
  align(): void {
    this.count -= this.count & 7
  }
}

/** Canonical Huffman codes of one table. */
class Codes {
  /** For every value of the next `quickBits` bits: symbol × 32 + code length, or 0 when the code is longer. */
  readonly quick = new Uint16Array(1 << quickBits)
  readonly limit = new Int32Array(maxCodeLength + 2)
  readonly base = new Int32Array(maxCodeLength + 2)
  readonly symbols = new Uint16Array(maxSymbols)
  longest = 0

  build(lengths: Uint8Array, symbolCount: number): void {
    const perLength = new Int32Array(maxCodeLength + 2)
    this.longest = 0
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      const length = at(lengths, symbol)
      perLength[length] = at(perLength, length) + 1
      if (length > this.longest) this.longest = length
    }
    this.quick.fill(0)
    let code = 0
    let index = 0
    for (let length = 1; length <= this.longest; length++) {
      this.base[length] = index - code
      for (let symbol = 0; symbol < symbolCount; symbol++) {
        if (at(lengths, symbol) !== length) continue
        this.symbols[index++] = symbol
        if (length <= quickBits) {
          const first = code << (quickBits - length)
          this.quick.fill((symbol << 5) | length, first, first + (1 << (quickBits - length)))
        }
        code++
      }
      if (code > 1 << length) throw new Bzip2Error('a Huffman table is over-full')
      this.limit[length] = code - 1
      code <<= 1
    }
  }
}

/** One block at a time, in arrays that are used again. */
class Block {
  readonly #size: number
  /** While decoding, the block's bytes in the order of the transform; then also, from bit 8 on, who follows whom. */
  readonly #chain: Int32Array
  #length = 0
  readonly #tables = Array.from({ length: 6 }, () => new Codes())
  readonly #selectors = new Uint8Array(32768)
  readonly #lengths = new Uint8Array(maxSymbols)
  readonly #used = new Uint8Array(256)
  readonly #counts = new Int32Array(256)

  constructor(size: number) {
    this.#size = size
    this.#chain = new Int32Array(size)
  }

  /** No block takes more bytes than this: the longest code for each symbol, and 64 kB of tables. */
  get longestCompressed(): number {
    return (this.#size * maxCodeLength) / 8 + 65536
  }

  /** Reads a block behind its checksum. Returns where in the chain the text begins. */
  decode(bits: BitReader): number {
    if (bits.read(1)) throw new Bzip2Error('randomised blocks (bzip2 before 0.9.5) are not supported')
    const origin = bits.read(24)
    const usedCount = this.#readUsed(bits)
    const selectorCount = this.#readTables(bits, usedCount + 2)
    this.#readSymbols(bits, usedCount, selectorCount)
    if (origin >= this.#length) throw new Bzip2Error('a block begins outside itself')
    this.#linkChain()
    return at(this.#chain, origin)
  }

  /** Which byte values occur: a bit for each sixteenth of them, then sixteen bits for each that has any. */
  #readUsed(bits: BitReader): number {
    const ranges = bits.read(16)
    let count = 0
    for (let range = 0; range < 16; range++) {
      if (!(ranges & (0x8000 >> range))) continue
      const values = bits.read(16)
      for (let value = 0; value < 16; value++) {
        if (values & (0x8000 >> value)) this.#used[count++] = range * 16 + value
      }
    }
    if (count === 0) throw new Bzip2Error('a block has no symbols')
    return count
  }

  #readTables(bits: BitReader, symbolCount: number): number {
    const tableCount = bits.read(3)
    const selectorCount = bits.read(15)
    if (tableCount < 2 || tableCount > 6 || selectorCount < 1) throw new Bzip2Error('a block has no tables')
    const recent = [0, 1, 2, 3, 4, 5]
    for (let index = 0; index < selectorCount; index++) {
      let back = 0
      while (bits.read(1)) {
        if (++back >= tableCount) throw new Bzip2Error('a block uses a table that it does not have')
      }
      const table = recent.splice(back, 1)[0] ?? 0
      recent.unshift(table)
      this.#selectors[index] = table
    }
    for (const table of this.#tables.slice(0, tableCount)) {
      let length = bits.read(5)
      for (let symbol = 0; symbol < symbolCount; symbol++) {
        for (;;) {
          if (length < 1 || length > maxCodeLength) throw new Bzip2Error('a Huffman code has no valid length')
          if (!bits.read(1)) break
          length += bits.read(1) ? -1 : 1
        }
        this.#lengths[symbol] = length
      }
      table.build(this.#lengths, symbolCount)
    }
    return selectorCount
  }

  /** Huffman codes, then runs of the front byte (symbols 0 and 1, a bijective base 2), then move to front. */
  #readSymbols(bits: BitReader, usedCount: number, selectorCount: number): void {
    const chain = this.#chain
    const size = this.#size
    const counts = this.#counts.fill(0)
    const front = this.#used.slice(0, usedCount)
    const end = usedCount + 1
    const { bytes } = bits
    let { position, window, count } = bits
    let length = 0
    let run = 0
    let runUnit = 1
    for (let group = 0; ; group++) {
      if (position > bytes.length + 4) throw new Bzip2Error('it ends too early')
      if (group >= selectorCount) throw new Bzip2Error('a block has no end')
      const table = this.#tables[at(this.#selectors, group)]
      if (!table) throw new Bzip2Error('a block uses a table that it does not have')
      const { quick, limit, base, symbols, longest } = table
      for (let left = groupSize; left > 0; left--) {
        while (count <= 24) {
          // Bits behind the input's end are zeros; whether they were needed is checked once a group.
          window = (window << 8) | (position < bytes.length ? at(bytes, position) : 0)
          position++
          count += 8
        }
        let symbol: number
        const found = at(quick, (window >>> (count - quickBits)) & ((1 << quickBits) - 1))
        if (found) {
          symbol = found >>> 5
          count -= found & 31
        } else {
          let bitCount = quickBits + 1
          let code = 0
          for (; bitCount <= longest; bitCount++) {
            code = (window >>> (count - bitCount)) & ((1 << bitCount) - 1)
            if (code <= at(limit, bitCount)) break
          }
          if (bitCount > longest) throw new Bzip2Error('a Huffman code is not in its table')
          symbol = at(symbols, at(base, bitCount) + code)
          count -= bitCount
        }

        if (symbol <= 1) {
          run += runUnit << symbol
          runUnit <<= 1
          if (run > size) throw new Bzip2Error('a block is larger than it may be')
          continue
        }
        if (run > 0) {
          if (length + run > size) throw new Bzip2Error('a block is larger than it may be')
          const value = at(front, 0)
          counts[value] = at(counts, value) + run
          chain.fill(value, length, length + run)
          length += run
          run = 0
          runUnit = 1
        }
        if (symbol === end) {
          this.#length = length
          bits.position = position - (count >> 3) // whole bytes that were looked at ahead are given back
          bits.count = count & 7
          bits.window = window >>> (count & 24)
          if (bits.position > bytes.length) throw new Bzip2Error('it ends too early')
          return
        }
        if (length >= size) throw new Bzip2Error('a block is larger than it may be')
        const place = symbol - 1
        const value = at(front, place)
        front.copyWithin(1, 0, place)
        front[0] = value
        counts[value] = at(counts, value) + 1
        chain[length++] = value
      }
    }
  }

  /** Turns the transform's last column into a chain that spells the text. */
  #linkChain(): void {
    const chain = this.#chain
    const next = this.#counts
    let sum = 0
    for (let value = 0; value < 256; value++) {
      const occurrences = at(next, value)
      next[value] = sum
      sum += occurrences
    }
    for (let index = 0; index < this.#length; index++) {
      const value = at(chain, index) & 0xff
      const place = at(next, value)
      next[value] = place + 1
      chain[place] = at(chain, place) | (index << 8)
    }
  }

  /** Follows the chain and expands runs: four equal bytes are followed by how many more there are. Returns the CRC. */
  *output(start: number): Generator<Uint8Array, number> {
    const chain = this.#chain
    let crc = -1
    let link = start
    let previous = -1
    let repeats = 0
    let chunk = new Uint8Array(outputChunk)
    let filled = 0
    for (let left = this.#length; left > 0; left--) {
      link = at(chain, link >>> 8)
      const value = link & 0xff
      if (filled + 256 > outputChunk) {
        yield chunk.subarray(0, filled)
        chunk = new Uint8Array(outputChunk)
        filled = 0
      }
      if (repeats === 4) {
        for (let copies = value; copies > 0; copies--) {
          chunk[filled++] = previous
          crc = (crc << 8) ^ at(crcTable, (crc >>> 24) ^ previous)
        }
        repeats = 0
        previous = -1
        continue
      }
      repeats = value === previous ? repeats + 1 : 1
      previous = value
      chunk[filled++] = value
      crc = (crc << 8) ^ at(crcTable, (crc >>> 24) ^ value)
    }
    if (filled > 0) yield chunk.subarray(0, filled)
    return ~crc
  }
}

/** CRC-32 of polynomial 0x04c11db7, most significant bit first, for each byte. */
const crcTable = Int32Array.from({ length: 256 }, (_, value) => {
  let crc = value << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})
