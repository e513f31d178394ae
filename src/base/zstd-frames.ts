import { Transform, type TransformCallback } from 'node:stream'

/** The fields of the format that say how long something is; everything else is passed on unseen. Bytes of each. */
const fieldSizes = { magic: 4, skippableSize: 4, descriptor: 1, blockHeader: 3 } as const

const frameMagic = 0xfd2fb528
const repeatedByte = 1

/**
 * Passes a zstd stream on with no chunk that holds bytes of two frames. Node's decoder takes what stands behind a
 * frame in the same chunk for garbage and ends there, without an error; images made for lazy pulling (zstd:chunked)
 * have a frame for each file. The format is RFC 8878's, section 3; what is not of it is left for the decoder to refuse.
 */
export class ZstdFrames extends Transform {
  #field: keyof typeof fieldSizes = 'magic'
  /** Those bytes of the field that have been there, the lowest first. */
  #bytes: number[] = []
  /** Bytes before the next field. */
  #unseen = 0
  #hasChecksum = false
  #isLast = false

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    let start = 0
    for (let at = 0; at < chunk.length;) {
      if (this.#unseen > 0) {
        const passed = Math.min(this.#unseen, chunk.length - at)
        this.#unseen -= passed
        at += passed
      } else {
        this.#bytes.push(chunk[at++] ?? 0)
        if (this.#bytes.length === fieldSizes[this.#field]) this.#readField()
      }
      if (this.#isLast && this.#unseen === 0) {
        this.push(chunk.subarray(start, at))
        start = at
        this.#field = 'magic'
        this.#isLast = false
      }
    }
    if (start < chunk.length) this.push(chunk.subarray(start))
    done()
  }

  #readField(): void {
    const value = this.#bytes.reduceRight((sum, byte) => sum * 256 + byte, 0)
    this.#bytes = []
    switch (this.#field) {
      case 'magic':
        if (value === frameMagic) this.#field = 'descriptor'
        else if (value >>> 4 === 0x184d2a5) this.#field = 'skippableSize'
        else this.#unseen = Infinity
        break
      case 'skippableSize':
        this.#unseen = value
        this.#isLast = true
        break
      case 'descriptor':
        this.#unseen = headerSize(value)
        this.#hasChecksum = (value & 4) !== 0
        this.#field = 'blockHeader'
        break
      case 'blockHeader':
        this.#unseen = ((value >> 1) & 3) === repeatedByte ? 1 : value >> 3
        this.#isLast = (value & 1) === 1
        if (this.#isLast && this.#hasChecksum) this.#unseen += 4
        break
    }
  }
}

/** Bytes of a frame's header behind its descriptor: window, dictionary, size of the content. */
function headerSize(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  return (isSingleSegment ? 0 : 1) + dictionary + contentSize
}
