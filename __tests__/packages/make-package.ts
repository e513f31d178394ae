import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterAll } from '@jest/globals'
import { zipSync, type Zippable } from 'fflate'
import { pack, type Header } from 'tar-stream'

/** An entry of a tar. Fields that matter to no test have plain values. */
export type TarItem = Partial<Header> & { name: string; content?: string | Buffer }

const directory = mkdtempSync(join(tmpdir(), 'packages-'))
afterAll(() => {
  rmSync(directory, { recursive: true })
})
let serial = 0

/** A file of its own for every call, gone when the tests of the file have run. */
export function temporaryFile(name: string, bytes: Uint8Array): string {
  const file = join(directory, `${serial++}-${name}`)
  writeFileSync(file, bytes)
  return file
}

export async function makeTar(items: readonly TarItem[]): Promise<Buffer> {
  const tar = pack()
  for (const { content = '', ...header } of items) {
    const body = header.type === 'link' || header.type === 'symlink' ? '' : content
    tar.entry({ mode: 0o644, mtime: new Date(0), ...header }, Buffer.from(body))
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Members of a zip, as they are. */
export function makeZip(
  members: Record<string, Uint8Array | string>,
  options: { level?: 0 | 9 } = {},
): Buffer {
  const stored: Zippable = {}
  for (const [name, bytes] of Object.entries(members)) {
    stored[name] = [Buffer.from(bytes), { level: options.level ?? 0, mtime: '2000-01-01' }]
  }
  return Buffer.from(zipSync(stored))
}

export interface PackageParts {
  /** Merged into an index.json of `demo-1.0-0`. */
  readonly index?: Readonly<Record<string, unknown>>
  /** Entries of paths.json; `undefined` leaves the file out. */
  readonly paths?: readonly Readonly<Record<string, unknown>>[]
  /** Further files of `info/`, or other ones instead. */
  readonly info?: Readonly<Record<string, string>>
  readonly infoItems?: readonly TarItem[]
  readonly items?: readonly TarItem[]
}

export function infoItems({ index, paths, info = {}, infoItems = [] }: PackageParts): TarItem[] {
  const texts: Record<string, string> = {
    'index.json': JSON.stringify({
      name: 'demo',
      version: '1.0',
      build: '0',
      build_number: 0,
      depends: [],
      subdir: 'linux-64',
      ...index,
    }),
    ...(paths && { 'paths.json': JSON.stringify({ paths, paths_version: 1 }) }),
    ...info,
  }
  return [
    ...Object.entries(texts).map(([name, content]) => ({ name: `info/${name}`, content })),
    ...infoItems,
  ]
}

export const metadata = '{"conda_pkg_format_version": 2}'

/** A `.conda` file with the parts. */
export async function makeConda(parts: PackageParts): Promise<string> {
  const bytes = makeZip({
    'metadata.json': metadata,
    'info-demo-1.0-0.tar.zst': zstdCompressSync(await makeTar(infoItems(parts))),
    'pkg-demo-1.0-0.tar.zst': zstdCompressSync(await makeTar(parts.items ?? [])),
  })
  return temporaryFile('demo-1.0-0.conda', bytes)
}
