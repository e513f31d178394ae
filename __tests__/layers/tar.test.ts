import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it, test } from '@jest/globals'
import fc from 'fast-check'
import { extract } from 'tar-stream'
import { UserError } from '../../src/common/errors.ts'
import { fixedTime } from '../../src/layers/reproducible.ts'
import { formatTarHeader, type TarHeader } from '../../src/layers/tar-header.ts'
import { tarStream } from '../../src/layers/tar.ts'
import type { LayerEntry } from '../../src/layers/types.ts'
import { collect } from './collect.ts'

const directory = mkdtempSync(join(tmpdir(), 'tar-'))
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const owner = { uid: 57439, gid: 57439 }

function file(path: string, content = '', more: { mode?: number; mtime?: number } = {}): LayerEntry {
  const bytes = Buffer.from(content)
  return { type: 'file', path, ...owner, mode: 0o644, size: bytes.length, content: bytes, ...more }
}

interface Read {
  readonly name: string
  readonly type: string | null | undefined
  readonly mode: number | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly mtime: number
  readonly linkname: string | null | undefined
  readonly content: string
}

/** What another implementation finds in a tar. */
async function read(tar: Buffer): Promise<Read[]> {
  const found: Read[] = []
  for await (const entry of Readable.from([tar]).pipe(extract())) {
    const { name, type, mode, mtime, linkname, pax } = entry.header
    const numbers = { uid: entry.header.uid, gid: entry.header.gid, mtime: Number(mtime) / 1000 }
    // The library leaves it to its users to look at these.
    const records = new Map<string, unknown>(Object.entries(pax ?? {}))
    for (const key of ['uid', 'gid', 'mtime'] as const)
      numbers[key] = Number(records.get(key) ?? numbers[key])
    const content = (await collect(entry as AsyncIterable<Uint8Array>)).toString()
    found.push({ name, type, mode, ...numbers, linkname, content })
  }
  return found
}

/** What GNU tar lists: mode, owner, time, name, target. */
function list(tar: Buffer): string[] {
  const path = join(directory, 'layer.tar')
  writeFileSync(path, tar)
  const args = ['--list', '--verbose', '--numeric-owner', '--full-time', '--utc', '--quoting-style=literal']
  return execFileSync('tar', [...args, '--file', path], { env: { ...process.env, LC_ALL: 'C.UTF-8' } })
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/ +/g, ' '))
}

// Names as packages may have them: of any length, of any script, but not of what ends a name.
const name = fc
  .string({
    unit: fc.oneof(fc.constantFrom('a', ' ', '-', 'é', '日', '😀'), fc.string()),
    minLength: 1,
    maxLength: 40,
  })
  .map((text) => text.replace(/[/\0]/g, '_'))
  .map((text) => `n${Buffer.from(text).toString()}`) // as UTF-8 has it, without half characters
const path = fc.array(name, { minLength: 1, maxLength: 8 }).map((names) => names.join('/'))
const number = fc.oneof(fc.nat(0o777777), fc.nat(2 ** 31 - 1))
const time = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 40 }))
const mode = fc.nat(0o777)
const entry: fc.Arbitrary<LayerEntry> = fc.oneof(
  fc.record({ type: fc.constant('directory' as const), path, uid: number, gid: number, mode }),
  fc.record({ type: fc.constant('symlink' as const), path, uid: number, gid: number, target: path }),
  fc
    .record({ path, uid: number, gid: number, mode, mtime: time, text: fc.string({ maxLength: 2000 }) })
    .map(({ text, ...rest }) => {
      const content = Buffer.from(text)
      return { type: 'file' as const, ...rest, size: content.length, content }
    }),
)

describe('tarStream', () => {
  it('is read back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (entries) => {
        const expected = entries.map((each) => ({
          name: each.path,
          type: each.type,
          mode: 'mode' in each ? each.mode : 0o777,
          uid: each.uid,
          gid: each.gid,
          mtime: (each.type === 'file' ? each.mtime : undefined) ?? fixedTime,
          linkname: each.type === 'symlink' ? each.target : null,
          content: each.type === 'file' ? Buffer.from(each.content as Uint8Array).toString() : '',
        }))
        const found = await read(await collect(tarStream(entries)))
        expect(found.map((each) => ({ ...each, name: each.name.replace(/\/$/, '') }))).toEqual(expected)
      }),
    )
  })

  it('is what GNU tar reads', async () => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(90)}`
    const longer = 'x'.repeat(180)
    const entries: LayerEntry[] = [
      { type: 'directory', path: 'opt/conda', ...owner, mode: 0o777 },
      file('opt/conda/run me', 'hi', { mode: 0o755, mtime: 1_700_000_000 }),
      { type: 'hardlink', path: 'opt/conda/again', target: 'opt/conda/run me', ...owner },
      { type: 'symlink', path: 'opt/conda/link', target: '../größe', ...owner },
      file(long, 'a'),
      file(longer, 'b', { mode: 0 }),
      { type: 'directory', path: `opt/${longer}`, ...owner, mode: 0o755 },
      { ...file('opt/日本', 'c'), uid: 3_000_000, gid: 300_000 },
    ]
    const fixed = '1980-01-02 00:00:00'
    expect(list(await collect(tarStream(entries)))).toEqual([
      `drwxrwxrwx 57439/57439 0 ${fixed} opt/conda/`,
      '-rwxr-xr-x 57439/57439 2 2023-11-14 22:13:20 opt/conda/run me',
      'hrwxr-xr-x 57439/57439 0 2023-11-14 22:13:20 opt/conda/again link to opt/conda/run me',
      `lrwxrwxrwx 57439/57439 0 ${fixed} opt/conda/link -> ../größe`,
      `-rw-r--r-- 57439/57439 1 ${fixed} ${long}`,
      `---------- 57439/57439 1 ${fixed} ${longer}`,
      `drwxr-xr-x 57439/57439 0 ${fixed} opt/${longer}/`,
      `-rw-r--r-- 3000000/300000 1 ${fixed} opt/日本`,
    ])
  })

  it('has no records of pax where ustar has room', async () => {
    const entries = [
      file('a'),
      file(`${'d'.repeat(150)}/${'f'.repeat(100)}`),
      file('b', 'c', { mtime: 2 ** 33 - 1 }),
    ]
    const tar = await collect(tarStream(entries))
    // A header each, one block of content, two blocks at the end.
    expect(tar.length).toBe((3 + 1 + 2) * 512)
  })

  it.each([
    ['fewer', 'abc', 4],
    ['more', 'abcde', 4],
  ])('refuses a file of %s bytes than it should have', async (_, content, size) => {
    const entries = [{ ...file('x', content), size }] as LayerEntry[]
    await expect(collect(tarStream(entries))).rejects.toThrow("'x' has 4 bytes")
  })

  it('says by a whiteout that something is removed', async () => {
    const entries: LayerEntry[] = [
      { type: 'whiteout', path: 'etc/x', ...owner },
      { type: 'whiteout', path: 'y', ...owner },
    ]
    const found = await read(await collect(tarStream(entries)))
    expect(found.map(({ name, type, content }) => [name, type, content])).toEqual([
      ['etc/.wh.x', 'file', ''],
      ['.wh.y', 'file', ''],
    ])
  })

  it.each<[string, LayerEntry]>([
    ['a file', file('share/t/.wh.foo')],
    ['an opaque directory', file('share/u/.wh..wh..opq')],
    ['a directory', { type: 'directory', path: 'opt/.wh.conda', ...owner, mode: 0o755 }],
    ['a link', { type: 'symlink', path: '.wh.etc', target: 'x', ...owner }],
    ['what is below such a name', file('opt/conda/envs/.wh.e/bin/x')],
  ])('refuses any other entry that would mean a removal: %s', async (_, entry) => {
    const packing = collect(tarStream([entry]))
    await expect(packing).rejects.toThrow(UserError)
    await expect(packing).rejects.toThrow(`'/${entry.path}' would mean in a layer`)
  })

  it('takes names that only look like one', async () => {
    const names = ['a.wh.b', '.wh', '.whx', 'x.wh./y']
    const found = await read(await collect(tarStream(names.map((name) => file(name)))))
    expect(found.map(({ name }) => name)).toEqual(names)
  })

  it('refuses a hard link to what is not before it', async () => {
    const entries: LayerEntry[] = [{ type: 'hardlink', path: 'a', target: 'b', ...owner }]
    await expect(collect(tarStream(entries))).rejects.toThrow("hard link 'a' to 'b'")
  })

  it('lets the source of the entries go when nobody wants more', async () => {
    let isOpen = true
    async function* entries(): AsyncGenerator<LayerEntry> {
      try {
        for (;;) {
          await Promise.resolve()
          yield file('a', 'b')
        }
      } finally {
        isOpen = false
      }
    }
    for await (const chunk of tarStream(entries())) {
      expect(chunk.length).toBe(512)
      break
    }
    expect(isOpen).toBe(false)
  })
})

test('a file of more than 8 GiB has its size in a record', async () => {
  const size = 9 * 1024 ** 3
  const header: TarHeader = { path: 'big', type: 'file', mode: 0o644, ...owner, size, mtime: fixedTime }
  // The content is left out: both programs read the header before they miss it.
  const tar = formatTarHeader(header)
  const path = join(directory, 'big.tar')
  writeFileSync(path, tar)
  let listed = ''
  try {
    execFileSync('tar', ['--list', '--verbose', '--file', path], { stdio: ['ignore', 'pipe', 'ignore'] })
  } catch (error) {
    listed = String((error as { stdout: Buffer }).stdout) // of a command that ended with an error
  }
  expect(listed).toContain(` ${size} `)
  const sizes: (number | undefined)[] = []
  const reader = extract().on('entry', ({ size: found }) => sizes.push(found))
  reader.write(tar)
  await new Promise(setImmediate)
  expect(sizes).toEqual([size])
})
