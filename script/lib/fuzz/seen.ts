import type { Input } from './target.ts'

const places = 2 ** 26

/** Which inputs there were already: now and then one that is new is taken for one of them, never one of them for new. */
export class Seen {
  readonly #bits = new Uint8Array(places / 8)

  isNew(input: Input): boolean {
    const place = hash(input) % places
    const bit = 1 << (place & 7)
    const byte = this.#bits[place >> 3] ?? 0
    this.#bits[place >> 3] = byte | bit
    return (byte & bit) === 0
  }
}

/** FNV-1a, its high bits mixed in once more. */
function hash(input: Input): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < input.length; at++) {
    hash = Math.imul(hash ^ (typeof input === 'string' ? input.charCodeAt(at) : (input[at] ?? 0)), 0x01000193)
  }
  return (hash ^ (hash >>> 15)) >>> 0
}
