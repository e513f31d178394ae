import { crc32, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { rawTar } from '../../../script/lib/fuzz/targets/raw-tar.ts'
import { openArchive } from '../../../src/packages/conda/archive.ts'
import { EntryGuard } from '../../../src/packages/conda/tar-entries.ts'
import {
  infoItems,
  makeConda,
  makeTar,
  makeZip,
  metadata,
  temporaryFile,
  type TarItem,
} from '../make-package.ts'

async function read(file: string): Promise<string[]> {
  const paths: string[] = []
  for await (const { path } of (await openArchive(file, 'conda')).entries()) paths.push(path)
  return paths
}

async function members(): Promise<Record<string, Uint8Array>> {
  return {
    'metadata.json': Buffer.from(metadata),
    'info-demo-1.0-0.tar.zst': zstdCompressSync(await makeTar(infoItems({ paths: [] }))),
    'pkg-demo-1.0-0.tar.zst': zstdCompressSync(await makeTar([{ name: 'a' }])),
  }
}

/** A zip with a header in its directory changed. @param at of the header, from which on `change` counts */
function withDirectory(zip: Buffer, member: string, change: (bytes: Buffer, at: number) => void): Buffer {
  const name = zip.lastIndexOf(member)
  change(zip, name - 46)
  return zip
}

/** One stored member behind the other, whatever they are called, and what says of them what. */
function rawZip(list: readonly (readonly [local: string, central: string, content: Uint8Array])[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [local, central, content] of list) {
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt32LE(crc32(content), 14)
    header.writeUInt32LE(content.length, 18)
    header.writeUInt32LE(content.length, 22)
    header.writeUInt16LE(Buffer.byteLength(local), 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    header.copy(entry, 16, 14, 26)
    entry.writeUInt16LE(Buffer.byteLength(central), 28)
    entry.writeUInt32LE(at, 42)
    parts.push(header, Buffer.from(local), Buffer.from(content))
    directory.push(entry, Buffer.from(central))
    at += 30 + Buffer.byteLength(local) + content.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(list.length, 8)
  end.writeUInt16LE(list.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, ...directory, end])
}

describe('a .conda that is two packages, or none, is refused', () => {
  test.each<[string, () => Promise<Buffer>, RegExp]>([
    [
      'a member twice',
      async () => {
        const all = Object.entries(await members()).map(([name, content]) => [name, name, content] as const)
        return rawZip([...all, ...all.slice(0, 1)])
      },
      /it has the member metadata\.json twice/,
    ],
    [
      'another name before a member than in the directory',
      async () =>
        rawZip(
          Object.entries(await members()).map(([name, content]) => [
            name.replace('pkg', 'gkp'),
            name,
            content,
          ]),
        ),
      /its member pkg-demo-1\.0-0\.tar\.zst has two names/,
    ],
    [
      'members that overlap',
      async () => {
        const all = await members()
        const info = all['info-demo-1.0-0.tar.zst'] ?? Buffer.alloc(0)
        // The first member holds the second one, header and all.
        const inner = rawZip([['info-demo-1.0-0.tar.zst', '', info]])
        const zip = makeZip({ ...all, 'metadata.json': metadata, outer: inner })
        return withDirectory(zip, 'info-demo-1.0-0.tar.zst', (bytes, at) => {
          bytes.writeUInt32LE(bytes.indexOf(inner), at + 42)
        })
      },
      /its members overlap/,
    ],
    [
      'more members than a package has',
      () =>
        Promise.resolve(rawZip(Array.from({ length: 101 }, (_, at) => [`${at}`, `${at}`, Buffer.from('x')]))),
      /it has 101 members/,
    ],
    [
      'an offset that no file has',
      async () => {
        const zip = makeZip(await members())
        const end = Buffer.alloc(20)
        end.write('PK\x06\x07', 'latin1')
        end.writeBigUInt64LE(0x7262_6173_6470_6f69n, 8)
        const last = zip.subarray(zip.length - 22)
        last.fill(0xff, 8, 20)
        return Buffer.concat([zip.subarray(0, -22), end, last])
      },
      /the zip cannot be read/,
    ],
  ])('%s', async (_, make, message) => {
    const reading = read(temporaryFile('demo-1.0-0.conda', await make()))
    await expect(reading).rejects.toThrow(message)
    await expect(reading).rejects.toMatchObject({ name: 'UserError' })
  })
})

describe('names', () => {
  const long = 'n'.repeat(256)
  test.each<[string, TarItem[], RegExp]>([
    ['of more than 255 bytes', [{ name: `a/${long}` }], /has a name of more than 255 bytes/],
    [
      'of 4,096 bytes in all',
      [{ name: 'abcdefg/'.repeat(512) + 'x' }],
      /has 4097 bytes, and 3840 are the most/,
    ],
    [
      'that a hard link has',
      [{ name: 'a' }, { name: 'b', type: 'link', linkname: long }],
      /more than 255 bytes/,
    ],
  ])('%s are refused', async (_, items, message) => {
    const reading = read(await makeConda({ paths: [], items }))
    await expect(reading).rejects.toThrow(message)
    const { message: whole } = await reading.then(
      () => new Error('none'),
      (error: unknown) => error as Error,
    )
    expect(whole.length).toBeLessThan(3000)
  })

  test('of two million parts are refused', async () => {
    const long = Buffer.from(`${'a/'.repeat(2_000_000)}x`)
    const tar = rawTar([
      { name: 'x', type: 'L', content: long },
      { name: 'x', type: '0' },
    ])
    const all = { ...(await members()), 'pkg-demo-1.0-0.tar.zst': zstdCompressSync(tar) }
    const reading = read(temporaryFile('demo-1.0-0.conda', makeZip(all)))
    await expect(reading).rejects.toThrow('which has 4000001 bytes, and 3840 are the most')
  })

  test('that are no text are refused, as the metadata has them', async () => {
    const opening = openArchive(await makeConda({ paths: [{ _path: 'a\ud800' }] }), 'conda')
    await expect(opening).rejects.toThrow('names the path "a\\ud800", which is no text')
  })

  test('with line ends, marks and twins are names like others', async () => {
    const names = [
      'a\nb',
      'a\r::add-mask::b',
      'a\u202eb',
      'Twin',
      'twin',
      'a\\b',
      ' ',
      '-rf',
      'ü'.repeat(127),
    ]
    const file = await makeConda({ paths: [], items: names.map((name) => ({ name })) })
    expect(await read(file)).toEqual(names)
  })

  test('a path of theirs that is no path has none of its line ends in the error', async () => {
    const items = [{ name: '/etc\n::add-mask::x' }]
    await expect(read(await makeConda({ paths: [], items }))).rejects.toThrow(
      /^package .*add-mask::x", which is absolute\n/,
    )
  })
})

describe('too much', () => {
  test('a million entries and one are refused', () => {
    const guard = new EntryGuard('demo-1.0-0')
    for (let index = 0; index < 1_000_000; index++)
      guard.admit({ type: 'symlink', path: `a/${index}`, target: 'b' })
    expect(() => guard.admit({ type: 'symlink', path: 'one more', target: 'b' })).toThrow(
      'package demo-1.0-0: the archive has more than 1000000 files',
    )
  })

  test('metadata of 65 MiB is refused before it is read', async () => {
    const info = rawTar([
      { name: 'info/paths.json', type: '0', content: Buffer.alloc(65 * 1024 * 1024, ' ') },
    ])
    const all = { ...(await members()), 'info-demo-1.0-0.tar.zst': zstdCompressSync(info) }
    const opening = openArchive(temporaryFile('demo-1.0-0.conda', makeZip(all)), 'conda')
    await expect(opening).rejects.toThrow('info/paths.json has 68157440 bytes')
  })

  test.each([
    [
      'a size below zero',
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]),
    ],
    ['a size beyond all files', Buffer.from([0x80, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['a size that is none', 'wxyz'],
    ['a size of too many bits', Buffer.from([0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['a size that is larger than the rest', '00000777777'],
  ])('%s in a tar is an error of the package', async (_, size) => {
    const pkg = zstdCompressSync(
      rawTar([
        { name: 'a', type: '0', size },
        { name: 'b', type: '0' },
      ]),
    )
    const all = { ...(await members()), 'pkg-demo-1.0-0.tar.zst': pkg }
    const reading = read(temporaryFile('demo-1.0-0.conda', makeZip(all)))
    await expect(reading).rejects.toThrow(/the archive is damaged or ends early/)
  })

  test('a PAX header of 100 MiB is refused', async () => {
    const tar = rawTar([{ name: 'x', type: 'x', size: (100 * 1024 * 1024).toString(8).padStart(11, '0') }])
    const all = { ...(await members()), 'pkg-demo-1.0-0.tar.zst': zstdCompressSync(tar) }
    await expect(read(temporaryFile('demo-1.0-0.conda', makeZip(all)))).rejects.toThrow(
      /Header exceeds max size/,
    )
  })
})
