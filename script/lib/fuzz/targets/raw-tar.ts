import fc from 'fast-check'

/** An entry of a tar with every field as it is given, right or not. */
export interface RawEntry {
  readonly name: string
  readonly type: string
  readonly linkname?: string
  readonly prefix?: string
  readonly content?: Buffer
  /** Octal digits or anything else; the content's length where it is left out. */
  readonly size?: string | Buffer
  readonly mode?: string
  readonly mtime?: string | Buffer
  readonly uid?: string
  readonly magic?: string
}

const block = 512

/** A tar of such entries, their checksums right. */
export function rawTar(entries: readonly RawEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const { name, type, linkname = '', prefix = '', content = Buffer.alloc(0), magic = 'ustar\x0000' } = entry
    const header = Buffer.alloc(block)
    const put = (value: string | Buffer, at: number, length: number) => {
      header.set(Buffer.from(value).subarray(0, length), at)
    }
    put(name, 0, 100)
    put(entry.mode ?? '000644 ', 100, 8)
    put(entry.uid ?? '000000 ', 108, 8)
    put('000000 ', 116, 8)
    put(entry.size ?? content.length.toString(8).padStart(11, '0'), 124, 12)
    put(entry.mtime ?? '00000000000', 136, 12)
    put(type, 156, 1)
    put(linkname, 157, 100)
    put(magic, 257, 8)
    put(prefix, 345, 155)
    withChecksum(header, 0)
    return [header, content, Buffer.alloc((block - (content.length % block)) % block)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(2 * block)])
}

function withChecksum(tar: Buffer, at: number): void {
  tar.fill(' ', at + 148, at + 156)
  let sum = 0
  for (let index = at; index < at + block; index++) sum += tar[index] ?? 0
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
}

/** Puts the checksums of the headers right, wherever they stand once the sizes are what they say now. */
export function mendTar(tar: Buffer): Buffer {
  const mended = Buffer.from(tar)
  for (let at = 0; at + block <= mended.length;) {
    if (mended[at] === 0) {
      at += block
      continue
    }
    withChecksum(mended, at)
    const size = Number.parseInt(mended.toString('latin1', at + 124, at + 135), 8)
    at += block + (size > 0 && size < mended.length ? Math.ceil(size / block) * block : 0)
  }
  return mended
}

const name = fc.oneof(
  fc.array(fc.constantFrom('a', 'b', 'etc', '..', '.', '', 'passwd', '.wh.a', '.wh..wh..opq', 'ü', '\u202e'), { minLength: 1, maxLength: 4 }).map((names) => names.join('/')),
  fc.string({ maxLength: 8 }),
) // prettier-ignore

const number = fc.constantFrom('0', '1', '777', '-1', '9', 'x', '', '77777777777', Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0]), Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe])) // prettier-ignore

const pax = fc
  .array(
    fc.tuple(
      fc.constantFrom('path', 'linkpath', 'size', 'uid', 'gid', 'mtime', 'SCHILY.xattr.a', '__proto__', 'GNU.sparse.name'),
      fc.oneof(name, fc.constantFrom('0', '5', '-5', '1e9', '99999999999999999999', '/etc/passwd', '../x')),
      fc.constantFrom(0, 0, 0, 1, -1, -100, 1e6),
    ),
    { maxLength: 3 },
  )
  .map((records) =>
    records
      .map(([key, value, off]) => {
        const rest = ` ${key}=${value}\n`
        const length = Buffer.byteLength(rest)
        return `${length + String(length + 2).length + off}${rest}`
      })
      .join(''),
  ) // prettier-ignore

const entry: fc.Arbitrary<RawEntry> = fc.record(
  {
    name,
    type: fc.constantFrom('0', '0', '0', '5', '1', '2', '2', '3', '4', '6', '7', 'S', 'V', '\0', 'M'),
    linkname: name,
    prefix: name,
    content: fc.constantFrom(Buffer.from('abc'), Buffer.alloc(600, 1), Buffer.alloc(0)),
    size: number,
    mode: fc.constantFrom('000644 ', '104755 ', 'x'),
    mtime: number,
    uid: fc.constantFrom('000000 ', '9999999', 'x'),
    magic: fc.constantFrom('ustar\x0000', 'ustar  \0', '', 'x'),
  },
  { requiredKeys: ['name', 'type'] },
)

const records: fc.Arbitrary<RawEntry> = fc.oneof(
  fc.record({ name: fc.constant('x'), type: fc.constantFrom('x', 'g'), content: pax.map((text) => Buffer.from(text)) }),
  fc.record({ name: fc.constant('././@LongLink'), type: fc.constantFrom('L', 'K', 'N'), content: name.map((text) => Buffer.from(text)) }),
) // prettier-ignore

/** Tars whose entries are right in most places. */
export const tars: fc.Arbitrary<Buffer> = fc
  .array(fc.oneof({ weight: 4, arbitrary: entry }, { weight: 1, arbitrary: records }), { maxLength: 6 })
  .map(rawTar)

/** One with an entry of each kind. */
export const plainTar = rawTar([
  { name: 'bin/', type: '5', mode: '000755 ' },
  { name: 'bin/a', type: '0', content: Buffer.from('content') },
  { name: 'bin/b', type: '1', linkname: 'bin/a' },
  { name: 'bin/c', type: '2', linkname: '../etc' },
  { name: 'x', type: 'x', content: Buffer.from('17 path=bin/long\n') },
  { name: 'bin/d', type: '0', content: Buffer.alloc(700, 0x61) },
])
