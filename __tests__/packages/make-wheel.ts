import { createHash } from 'node:crypto'
import { zipSync, type Zippable } from 'fflate'
import { formatCsvRow } from '../../src/packages/wheel/csv.ts'

/** A file of a wheel: its content, or that with the mode that the zip has for it, the type's bits included. */
export type WheelItem =
  string | Buffer | { readonly content: string | Buffer; readonly mode?: number; readonly isStored?: boolean }

/** The parts of a wheel. What is left out is as a build backend would have it. */
export interface WheelParts {
  readonly name?: string
  readonly version?: string
  /** Default: `py3-none-any`. */
  readonly tag?: string
  /** Below the root of the archive, in their order. A name with a slash at its end is a directory. */
  readonly files?: Readonly<Record<string, WheelItem>>
  readonly entryPoints?: string
  readonly requires?: readonly string[]
  /** Other texts for files of the `.dist-info`; `undefined` leaves one out. */
  readonly info?: Readonly<Record<string, string | undefined>>
  /** Changes the rows of RECORD, each a path, a hash and a size. */
  readonly record?: (rows: string[][]) => readonly (readonly string[])[]
}

export interface MadeWheel {
  readonly fileName: string
  readonly name: string
  readonly version: string
  readonly bytes: Buffer
  /** Hex digits. */
  readonly sha256: string
}

const regular = 0o100644

/** Makes a wheel, of the same parts the same bytes. */
export function makeWheel(parts: WheelParts): MadeWheel {
  const {
    name = 'demo',
    version = '1.0',
    tag = 'py3-none-any',
    files = {},
    entryPoints,
    requires = [],
  } = parts
  const stem = `${name.replaceAll('-', '_')}-${version}`
  const info: Record<string, string | undefined> = {
    METADATA: [
      'Metadata-Version: 2.1',
      `Name: ${name}`,
      `Version: ${version}`,
      ...requires.map((one) => `Requires-Dist: ${one}`),
      '',
      'Name: not a header\n',
    ].join('\n'),
    WHEEL: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: ${String(tag.endsWith('-any'))}\nTag: ${tag}\n`,
    ...(entryPoints !== undefined && { 'entry_points.txt': entryPoints }),
    ...parts.info,
  }
  const items = new Map<string, WheelItem>(Object.entries(files))
  for (const [file, text] of Object.entries(info)) {
    if (text !== undefined && file !== 'RECORD') items.set(`${stem}.dist-info/${file}`, text)
  }
  const recordName = `${stem}.dist-info/RECORD`
  const rows = [...items]
    .filter(([path]) => !path.endsWith('/'))
    .map(([path, item]) => [path, ...recorded(contentOf(item))])
  const record = (parts.record?.([...rows, [recordName, '', '']]) ?? [...rows, [recordName, '', '']])
    .map((row) => formatCsvRow(row).replace('\r\n', '\n'))
    .join('')
  if (!('RECORD' in info)) items.set(recordName, record)
  else if (info['RECORD'] !== undefined) items.set(recordName, info['RECORD'])
  const bytes = zip(items)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { fileName: `${stem}-${tag}.whl`, name, version, bytes, sha256 }
}

function contentOf(item: WheelItem): Buffer {
  return Buffer.from(typeof item === 'string' || Buffer.isBuffer(item) ? item : item.content)
}

function recorded(content: Buffer): [string, string] {
  return [`sha256=${createHash('sha256').update(content).digest('base64url')}`, String(content.length)]
}

/** 1980, in whatever zone this runs: zips hold local times. */
const mtime = new Date(1980, 0, 2)

function zip(items: ReadonlyMap<string, WheelItem>): Buffer {
  const members: Zippable = {}
  for (const [path, item] of items) {
    const { mode = regular, isStored = false } = typeof item === 'string' || Buffer.isBuffer(item) ? {} : item
    members[path] = [contentOf(item), { level: isStored ? 0 : 6, mtime, os: 3, attrs: (mode << 16) >>> 0 }]
  }
  return Buffer.from(zipSync(members))
}
