import type { Input } from './target.ts'
import type { Random } from './random.ts'

/** Longer inputs are cut: what matters is found in short ones, and many of these fit into a second. */
const longest = { bytes: 64 * 1024, text: 16 * 1024 }

/** What lengths, offsets and counts are off by. */
const numbers = [
  0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
]

/** What texts of all kinds trip over. */
const strangeTexts = [
  '\0', '\n', '\r', '\r\n', '\t', ' ', '"', "'", '\\', '/', '//', '../', './', '.', ':', ';', ',', '=', '#', '@', '%',
  '%00', '%2e%2e%2f', '$', '${{', '$(', '`', '[', ']', '{', '}', '<', '>', '*', '&', '!', '|', '-', '0', '-1', '1e9',
  '99999999999999999999', '\u202e', '\u2028', '\u0085', '\ufeff', '\ufffd', '\ud800', 'ß', 'İ', '\u{1f40d}', '__proto__', 'null', '::add-mask::', '##[',
] // prettier-ignore

/** An input a little different. @param other another one, of which some may come in */
export function mutate<I extends Input>(input: I, other: I, random: Random, tokens: readonly string[]): I {
  let changed: Input = input
  for (let times = 1 + random.below(4); times > 0; times--) {
    changed =
      typeof changed === 'string'
        ? changeText(changed, String(other), random, tokens)
        : changeBytes(changed, other as Buffer, random, tokens)
  }
  return changed as I // of the same kind as it was
}

function changeText(text: string, other: string, random: Random, tokens: readonly string[]): string {
  const at = random.below(text.length + 1)
  const end = Math.min(text.length, at + 1 + random.below(random.below(8) === 0 ? text.length : 8))
  const joined = (middle: string, to = at) => text.slice(0, at) + middle + text.slice(to)
  const changed = () => {
    switch (random.below(8)) {
      case 0:
        return joined('', end)
      case 1:
        return joined(text.slice(at, end).repeat(1 + random.below(4)))
      case 2:
        return text.slice(0, at) + other.slice(random.below(other.length + 1))
      case 3:
        return joined(String.fromCharCode(random.below(random.below(4) === 0 ? 0x10000 : 0x80)), at + 1)
      case 4:
      case 5:
        return joined(
          random.pick(tokens.length > 0 ? tokens : strangeTexts),
          random.below(2) === 0 ? at : end,
        )
      default:
        return joined(random.pick(strangeTexts), random.below(2) === 0 ? at : end)
    }
  }
  return changed().slice(0, longest.text)
}

function changeBytes(bytes: Buffer, other: Buffer, random: Random, tokens: readonly string[]): Buffer {
  const at = random.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + random.below(random.below(8) === 0 ? bytes.length : 16))
  const joined = (middle: Uint8Array, to: number) =>
    Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(to)])
  const changed = () => {
    switch (random.below(9)) {
      case 0:
        return joined(Buffer.alloc(0), end)
      case 1:
        return joined(bytes.subarray(at, end), at)
      case 2:
        return joined(other.subarray(random.below(other.length + 1)), bytes.length)
      case 3:
        return joined(Buffer.from(random.pick(tokens.length > 0 ? tokens : strangeTexts), 'latin1'), end)
      case 4:
      case 5: {
        const number = Buffer.alloc(random.pick([1, 2, 4, 8]))
        const value = random.pick(numbers)
        if (number.length < 4) number.writeUIntLE(value % 256 ** number.length, 0, number.length)
        else if (random.below(4) === 0) number.writeUInt32BE(value, number.length - 4)
        else number.writeUInt32LE(value, 0)
        return joined(number, at + number.length)
      }
      case 6:
        return bytes.subarray(0, at)
      default: {
        const copy = Buffer.from(bytes)
        if (copy.length > 0) {
          const place = random.below(copy.length)
          copy[place] = (copy[place] ?? 0) ^ (1 << random.below(8))
        }
        return copy
      }
    }
  }
  return changed().subarray(0, longest.bytes)
}
