/** What the header of a tar entry says. */
export interface TarHeader {
  /** Relative, with `/`; that of a directory ends with one. */
  readonly path: string
  readonly type: 'file' | 'hardlink' | 'symlink' | 'directory' | 'character' | 'block'
  /** What a link leads to. */
  readonly target?: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes of content that follow. */
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
  /** The numbers of a device. */
  readonly major?: number
  readonly minor?: number
}

export const blockSize = 512

/** POSIX's values of `typeflag`; `x` is a header of records for the entry behind it. */
const typeFlags = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  pax: 'x',
} as const

/** Where the fields are, and how many bytes they have (POSIX.1-2017, pax, "ustar Interchange Format"). */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  target: [157, 100],
  magic: [257, 8],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const

/**
 * A header as blocks: one of ustar, and two of pax in front where something has no room in it: names that are long or not
 * ASCII, sizes from 8 GiB, numbers of users from 2 million.
 */
export function formatTarHeader(header: TarHeader): Buffer {
  const { path, target = '', type, major, minor, ...numbers } = header
  const records: [string, string | number][] = []

  const place = placeOf(path)
  if (!place) records.push(['path', path])
  if (!fits(target, 'target')) records.push(['linkpath', target])
  for (const name of ['uid', 'gid', 'size', 'mtime'] as const) {
    if (numbers[name] > largest(name)) records.push([name, numbers[name]])
  }

  // What a record says better is left as near as the field allows, for whoever does not read the records.
  const { name, prefix } = place ?? { name: clipped(path, 'name'), prefix: '' }
  const entry = ustar({ ...numbers, major, minor, name, prefix, target: clipped(target, 'target'), type })
  if (records.length === 0) return entry
  const body = Buffer.from(records.map(([key, value]) => paxRecord(key, value)).join(''))
  const pax = { ...numbers, mode: 0o644, size: body.length, name: 'PaxHeader', prefix: '', target: '' }
  return Buffer.concat([ustar({ ...pax, type: 'pax' }), body, padding(body.length), entry])
}

const zeros = Buffer.alloc(blockSize)

/** The zeros behind content of `size` bytes. */
export function padding(size: number): Buffer {
  return zeros.subarray(0, (blockSize - (size % blockSize)) % blockSize)
}

type Ustar = Pick<TarHeader, 'mode' | 'uid' | 'gid' | 'size' | 'mtime' | 'major' | 'minor'> & {
  readonly name: string
  readonly prefix: string
  readonly target: string
  readonly type: keyof typeof typeFlags
}

function ustar({ name, prefix, target, type, ...numbers }: Ustar): Buffer {
  // From Buffer's pool, which `alloc` does not take from: there are as many headers as files.
  const block = Buffer.allocUnsafe(blockSize).fill(0)
  const write = (field: keyof typeof fields, text: string) => {
    const [start, length] = fields[field]
    block.write(text, start, length, 'latin1')
  }
  write('name', name)
  for (const field of ['mode', 'uid', 'gid', 'size', 'mtime'] as const) {
    write(field, octal(Math.min(numbers[field], largest(field)), field))
  }
  for (const field of ['major', 'minor'] as const) {
    const number = numbers[field]
    if (number !== undefined) write(field, octal(number, field))
  }
  write('type', typeFlags[type])
  write('target', target)
  write('magic', 'ustar\x0000')
  write('prefix', prefix)
  // The sum of the header's bytes, with spaces where the sum will stand: six digits, NUL, space.
  write('checksum', '        ')
  let sum = 0
  // By index: an iterator makes an object for each of the bytes, kilobytes a header.
  for (let at = 0; at < blockSize; at++) sum += block[at] ?? 0
  write('checksum', `${sum.toString(8).padStart(6, '0')}\0 `)
  return block
}

/** Digits to the field's end but one, which stays NUL. */
function octal(value: number, field: keyof typeof fields): string {
  return value.toString(8).padStart(fields[field][1] - 1, '0')
}

function largest(field: keyof typeof fields): number {
  return 8 ** (fields[field][1] - 1) - 1
}

/** A path in the two fields there are for it, if it has room in them: they are read with a `/` in between. */
function placeOf(path: string): { name: string; prefix: string } | undefined {
  if (fits(path, 'name')) return { name: path, prefix: '' }
  // The earliest slash that leaves few enough bytes behind it; the last byte may be a directory's slash.
  const slash = path.indexOf('/', path.length - fields.name[1] - 1)
  if (slash <= 0 || slash === path.length - 1) return undefined
  const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)]
  return fits(prefix, 'prefix') && fits(name, 'name') ? { name, prefix } : undefined
}

function fits(text: string, field: keyof typeof fields): boolean {
  return text.length <= fields[field][1] && isAscii(text)
}

function clipped(text: string, field: keyof typeof fields): string {
  return text.replace(/[^\x20-\x7e]/gu, '_').slice(0, fields[field][1])
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** `<length> <key>=<value>\n`, where the length counts its own digits too. */
function paxRecord(key: string, value: string | number): string {
  const rest = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(rest)
  let length = bytes + String(bytes).length
  if (String(length).length > String(bytes).length) length = bytes + String(length).length
  return `${length}${rest}`
}
