import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { UserError } from '../../../src/common/errors.ts'
import { openArchive, type ArchiveEntry, type PackageArchive } from '../../../src/packages/conda/archive.ts'
import {
  infoItems,
  makeConda,
  makeTar,
  makeZip,
  metadata,
  temporaryFile,
  type PackageParts,
  type TarItem,
} from '../make-package.ts'

const channel = join(import.meta.dirname, '../../data/link/channel')

/** Entries in order, with their content where they are files and `read` says so. */
async function entriesOf(
  archive: PackageArchive,
  read: (entry: ArchiveEntry) => boolean = () => true,
): Promise<unknown[]> {
  const entries: unknown[] = []
  for await (const entry of archive.entries()) {
    if (entry.type !== 'file') {
      entries.push([entry.type, entry.path, entry.target])
    } else if (read(entry)) {
      const chunks: Uint8Array[] = []
      for await (const chunk of entry.content) chunks.push(chunk)
      entries.push([entry.type, entry.path, entry.mode, Buffer.concat(chunks).toString()])
    } else {
      entries.push([entry.type, entry.path, entry.mode])
    }
  }
  return entries
}

/** Opens a package and reads all of it. */
async function readWhole(file: string, format: 'conda' | 'tar.bz2' = 'conda'): Promise<unknown[]> {
  return entriesOf(await openArchive(file, format))
}

async function errorOf(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(UserError)
  return error as UserError // just checked
}

test('a .conda package: metadata first, then files and links in the order of the archive', async () => {
  const file = await makeConda({
    index: { noarch: 'python', python_site_packages_path: 'lib/x' },
    info: { 'link.json': '{"noarch": {"type": "python", "entry_points": ["run = demo.cli:main"]}}' },
    paths: [
      { _path: 'b', path_type: 'hardlink', sha256: 'a'.repeat(64), size_in_bytes: 3, no_link: true },
      { _path: 'a/link', path_type: 'softlink', sha256: 'b'.repeat(64), size_in_bytes: 9 },
      { _path: 'a/text', path_type: 'hardlink', prefix_placeholder: '/old', file_mode: 'text' },
      { _path: 'a/bin', path_type: 'hardlink', prefix_placeholder: '/old', file_mode: 'binary' },
      { _path: 'empty', path_type: 'directory' },
      { _path: 'unsaid' },
    ],
    items: [
      { name: './', type: 'directory' },
      { name: 'b', content: 'bbb', mode: 0o6755 },
      { name: 'a', type: 'directory' },
      { name: './a//link', type: 'symlink', linkname: '../../anywhere' },
      { name: 'a/hard', type: 'link', linkname: './b' },
      { name: 'a/hard-2', type: 'link', linkname: 'a/hard' },
      { name: 'a/hard-link', type: 'link', linkname: 'a/link' },
      { name: 'a/empty', mode: 0o1 },
      { name: 'info/late', content: 'not a file of the package' },
    ],
  })
  const archive = await openArchive(file, 'conda')
  expect(archive.info).toMatchObject({
    dist: 'demo-1.0-0',
    index: { name: 'demo', noarch: 'python', pythonSitePackagesPath: 'lib/x' },
    entryPoints: [{ command: 'run', module: 'demo.cli', callable: 'main' }],
  })
  expect(archive.info.files).toEqual([
    { path: 'b', type: 'file', sha256: 'a'.repeat(64), size: 3, noLink: true },
    { path: 'a/link', type: 'softlink', size: 9, noLink: false },
    { path: 'a/text', type: 'file', size: 0, noLink: false, placeholder: { prefix: '/old', mode: 'text' } },
    { path: 'a/bin', type: 'file', size: 0, noLink: false, placeholder: { prefix: '/old', mode: 'binary' } },
    { path: 'empty', type: 'directory', size: 0, noLink: false },
    { path: 'unsaid', size: 0, noLink: false },
  ])
  const expected = [
    ['file', 'b', 0o755, 'bbb'],
    ['symlink', 'a/link', '../../anywhere'],
    ['hardlink', 'a/hard', 'b'],
    ['hardlink', 'a/hard-2', 'b'],
    ['symlink', 'a/hard-link', '../../anywhere'],
    ['file', 'a/empty', 0o1, ''],
  ]
  expect(await entriesOf(archive)).toEqual(expected)
  expect(await entriesOf(archive)).toEqual(expected) // each call reads anew
})

test('content may be left alone, wherever it ends', async () => {
  const items = [0, 1, 511, 512, 513, 70_000, 1_500_000].flatMap((size) => [
    { name: `read-${size}`, content: 'r'.repeat(size) },
    { name: `skip-${size}`, content: 's'.repeat(size) },
  ])
  const archive = await openArchive(await makeConda({ paths: [], items }), 'conda')
  expect(await entriesOf(archive, ({ path }) => path.startsWith('read'))).toEqual(
    items.map(({ name, content }) => ['file', name, 0o644, ...(name.startsWith('read') ? [content] : [])]),
  )
})

test('reading may be given up in the middle', async () => {
  const items = [
    { name: 'big', content: 'x'.repeat(3_000_000) },
    { name: 'after', content: 'y' },
  ]
  const archive = await openArchive(await makeConda({ paths: [], items }), 'conda')
  for await (const entry of archive.entries()) {
    if (entry.type === 'file') for await (const chunk of entry.content) if (chunk.length > 0) break
    break
  }
  expect(await entriesOf(archive, () => false)).toHaveLength(2)
})

test('files beside the metadata, in the first tar', async () => {
  const file = await makeConda({
    paths: [],
    infoItems: [{ name: 'early', content: '1' }],
    items: [{ name: 'late', content: '2' }],
  })
  expect(await readWhole(file)).toEqual([
    ['file', 'early', 0o644, '1'],
    ['file', 'late', 0o644, '2'],
  ])
})

test('a tar of several zstd frames', async () => {
  const tar = await makeTar([
    { name: 'one', content: '1'.repeat(2000) },
    { name: 'two', content: '2'.repeat(2000) },
  ])
  const frames = [tar.subarray(0, 700), tar.subarray(700, 3000), tar.subarray(3000)].map((part) =>
    zstdCompressSync(part),
  )
  const bytes = makeZip({
    'metadata.json': metadata,
    'info-demo-1.0-0.tar.zst': zstdCompressSync(await makeTar(infoItems({ paths: [] }))),
    'pkg-demo-1.0-0.tar.zst': Buffer.concat(frames),
  })
  expect(await readWhole(temporaryFile('frames.conda', bytes))).toEqual([
    ['file', 'one', 0o644, '1'.repeat(2000)],
    ['file', 'two', 0o644, '2'.repeat(2000)],
  ])
})

describe('.tar.bz2 packages', () => {
  test('with paths.json', async () => {
    const archive = await openArchive(join(channel, 'linux-64/modern-bz2-1.0-0.tar.bz2'), 'tar.bz2')
    expect(archive.info.files.map(({ path, type }) => [path, type])).toEqual([
      ['share/bz2/link', 'softlink'],
      ['share/bz2/text', 'file'],
    ])
    expect(await entriesOf(archive, () => false)).toEqual([
      ['file', 'share/bz2/text', 0o644],
      ['symlink', 'share/bz2/link', 'text'],
    ])
  })

  test('from before paths.json', async () => {
    const { info } = await openArchive(join(channel, 'linux-64/legacy-bz2-0.3-1.tar.bz2'), 'tar.bz2')
    expect(info.files.map(({ path, type, placeholder }) => [path, type, placeholder?.mode])).toEqual([
      ['bin/legacy', undefined, 'text'],
      ['lib/legacy.bin', undefined, 'binary'],
      ['share/legacy.conf', undefined, 'text'],
      ['lib/legacy.link', undefined, undefined],
      ['share/plain', undefined, undefined],
    ])
  })

  const whole = readFileSync(join(channel, 'linux-64/modern-bz2-1.0-0.tar.bz2'))
  test.each([0, 3, 4, 40, 300, whole.length - 1])('cut after %i bytes', async (length) => {
    const error = await errorOf(
      readWhole(temporaryFile('demo.tar.bz2', whole.subarray(0, length)), 'tar.bz2'),
    )
    expect(error.message).toMatch(/damaged or ends early|info\/index\.json/)
  })

  test('with a byte changed', async () => {
    const bytes = Buffer.from(whole)
    bytes[400] = (bytes[400] ?? 0) ^ 0x10
    const error = await errorOf(readWhole(temporaryFile('demo.tar.bz2', bytes), 'tar.bz2'))
    expect(error.message).toMatch(/damaged/)
  })
})

describe('damaged .conda files', () => {
  const parts: PackageParts = {
    paths: [],
    items: [{ name: 'a', content: 'a'.repeat(100_000) + Math.PI.toString().repeat(1000) }],
  }

  test.each([0, 10, 500])('cut after %i bytes', async (length) => {
    const whole = readFileSync(await makeConda(parts))
    const error = await errorOf(readWhole(temporaryFile('demo-1.0-0.conda', whole.subarray(0, length))))
    expect(error.message).toMatch(
      /package .*demo-1\.0-0 is not a readable \.conda file: the zip cannot be read/,
    )
  })

  const withPkg = async (pkg: Uint8Array) =>
    temporaryFile(
      'demo.conda',
      makeZip({
        'metadata.json': metadata,
        'info-demo-1.0-0.tar.zst': zstdCompressSync(await makeTar(infoItems(parts))),
        'pkg-demo-1.0-0.tar.zst': pkg,
      }),
    )

  test('the compressed tar is cut', async () => {
    const pkg = zstdCompressSync(await makeTar(parts.items ?? []))
    for (const length of [1, 10, pkg.length >> 1, pkg.length - 1]) {
      const error = await errorOf(readWhole(await withPkg(pkg.subarray(0, length))))
      expect(error.message).toMatch(/the archive is damaged or ends early/)
    }
  })

  test('the tar is cut', async () => {
    const tar = await makeTar(parts.items ?? [])
    for (const length of [100, 512, 1000, 100_000]) {
      const error = await errorOf(readWhole(await withPkg(zstdCompressSync(tar.subarray(0, length)))))
      expect(error.message).toMatch(/the archive is damaged or ends early: Unexpected end of data/)
    }
  })

  test('a header of the tar is wrong', async () => {
    const tar = await makeTar(parts.items ?? [])
    tar[0] = 0x7a
    expect((await errorOf(readWhole(await withPkg(zstdCompressSync(tar))))).message).toMatch(
      /Invalid tar header/,
    )
  })

  test('it is not zstd, or something follows it', async () => {
    const pkg = zstdCompressSync(await makeTar(parts.items ?? []))
    const junk = Buffer.from('no frame of zstd')
    for (const bytes of [junk, Buffer.concat([pkg, junk])]) {
      expect((await errorOf(readWhole(await withPkg(bytes)))).message).toMatch(/the archive is damaged/)
    }
  })

  test.each<[string, Record<string, string>, RegExp]>([
    ['no metadata', {}, /has no metadata\.json/],
    ['metadata that is not JSON', { 'metadata.json': '{' }, /metadata\.json is not JSON/],
    ['no version', { 'metadata.json': '{}' }, /format version is missing/],
    ['another version', { 'metadata.json': '{"conda_pkg_format_version": 3}' }, /format version is 3/],
    ['huge metadata', { 'metadata.json': ' '.repeat(70_000) }, /too large/],
    ['no tars', { 'metadata.json': metadata }, /0 members 'info-….tar\.zst'/],
    ['an empty member', { 'metadata.json': metadata, 'info-a.tar.zst': '' }, /info-a\.tar\.zst is empty/],
    ['two tars', { 'metadata.json': metadata, 'info-a.tar.zst': 'x', 'info-b.tar.zst': 'x' }, /2 members/],
  ])('%s', async (_, members, message) => {
    expect((await errorOf(readWhole(temporaryFile('demo.conda', makeZip(members))))).message).toMatch(message)
  })

  test('a member that is compressed by the zip', async () => {
    const bytes = makeZip({ 'metadata.json': ' '.repeat(1000) + metadata }, { level: 9 })
    expect((await errorOf(readWhole(temporaryFile('demo.conda', bytes)))).message).toMatch(
      /not stored as it is/,
    )
  })
})

describe('what no package may hold', () => {
  test.each<[string, TarItem[], RegExp]>([
    ['a path upwards', [{ name: '../evil' }], /'\.\.' in it/],
    ['a path upwards inside', [{ name: 'a/../../evil' }], /'\.\.' in it/],
    ['a path that ends upwards', [{ name: 'a/..' }], /'\.\.' in it/],
    ['an absolute path', [{ name: '/etc/evil' }], /is absolute/],
    ['a directory upwards', [{ name: 'a/../../b/', type: 'directory' }], /'\.\.' in it/],
    ['a hard link upwards', [{ name: 'a', type: 'link', linkname: '../../etc/shadow' }], /'\.\.' in it/],
    ['an absolute hard link', [{ name: 'a', type: 'link', linkname: '/etc/shadow' }], /is absolute/],
    ['a hard link to nothing', [{ name: 'a', type: 'link', linkname: 'b' }], /which it has not/],
    [
      'a hard link to what comes later',
      [{ name: 'a', type: 'link', linkname: 'b' }, { name: 'b' }],
      /which it has not/,
    ],
    [
      'a file below a soft link',
      [{ name: 'a', type: 'symlink', linkname: '/etc' }, { name: 'a/passwd' }],
      /'a\/passwd' below its soft link 'a'/,
    ],
    [
      'a file far below a soft link',
      [{ name: 'a/b', type: 'symlink', linkname: '../..' }, { name: 'a/b/c/d/e' }],
      /below its soft link 'a\/b'/,
    ],
    [
      'a soft link in the place of a directory',
      [{ name: 'a/passwd' }, { name: 'a', type: 'symlink', linkname: '/etc' }],
      /as a directory and as something else/,
    ],
    ['a file below a file', [{ name: 'a' }, { name: 'a/b' }], /below its file 'a'/],
    ['a path twice', [{ name: 'a' }, { name: './a' }], /holds 'a' twice/],
    ['a block device', [{ name: 'a', type: 'block-device' }], /'a' is a block-device/],
    ['a character device', [{ name: 'a', type: 'character-device' }], /'a' is a character-device/],
    ['a pipe', [{ name: 'a', type: 'fifo' }], /'a' is a fifo/],
  ])('%s', async (_, items, message) => {
    const error = await errorOf(readWhole(await makeConda({ paths: [], items })))
    expect(error.message).toMatch(/^package \S*demo-1\.0-0: /)
    expect(error.message).toMatch(message)
  })

  test('a NUL in a path', async () => {
    const name = `pax-${'x'.repeat(120)}`
    const tar = await makeTar([{ name, content: '' }])
    tar[tar.indexOf(name) + 8] = 0
    const bytes = makeZip({
      'metadata.json': metadata,
      'info-demo-1.0-0.tar.zst': zstdCompressSync(await makeTar(infoItems({ paths: [] }))),
      'pkg-demo-1.0-0.tar.zst': zstdCompressSync(tar),
    })
    expect((await errorOf(readWhole(temporaryFile('demo-1.0-0.conda', bytes)))).message).toMatch(
      /holds a NUL/,
    )
  })
})

describe('malformed metadata', () => {
  const paths = (entry: Record<string, unknown>): PackageParts => ({ paths: [entry] })
  const linkJson = (entryPoints: unknown): PackageParts => ({
    index: { noarch: 'python' },
    info: { 'link.json': JSON.stringify({ noarch: { type: 'python', entry_points: entryPoints } }) },
    paths: [],
  })

  test('entry points that nobody can read are set aside', async () => {
    const { info } = await openArchive(await makeConda(linkJson(['a = b', 'c = d:e', 3])), 'conda')
    expect(info.entryPoints).toEqual([{ command: 'c', module: 'd', callable: 'e' }])
    expect(info.unreadable).toEqual([
      `the entry point "a = b" in info/link.json has no ':'`,
      'the entry point 3 in info/link.json is no string',
    ])
  })

  test.each<[string, PackageParts, RegExp]>([
    ['index.json is not JSON', { info: { 'index.json': '{' } }, /info\/index\.json is not JSON/],
    ['index.json is a list', { info: { 'index.json': '[]' } }, /info\/index\.json is not an object/],
    ['no name', { index: { name: undefined } }, /'name' in info\/index\.json is missing/],
    ['a name that is a path', { index: { name: '../x' } }, /'name' in info\/index\.json is "\.\.\/x"/],
    ['a version that is a number', { index: { version: 1 } }, /'version' in info\/index\.json is 1/],
    ['no list of files', {}, /neither info\/paths\.json nor info\/files/],
    ['paths.json is not JSON', { info: { 'paths.json': 'x' } }, /info\/paths\.json is not JSON/],
    [
      'paths.json is newer',
      { info: { 'paths.json': '{"paths_version": 2}' } },
      /version of info\/paths\.json is 2/,
    ],
    [
      'paths is no list',
      { info: { 'paths.json': '{"paths_version": 1}' } },
      /'paths' in info\/paths\.json is no list/,
    ],
    ['a path upwards', paths({ _path: '../x' }), /info\/paths\.json names the path "\.\.\/x"/],
    ['no path', paths({ path_type: 'hardlink' }), /has no '_path'/],
    ['an unknown type', paths({ _path: 'a', path_type: 'door' }), /'path_type' of 'a' .* is "door"/],
    ['a type of every object', paths({ _path: 'a', path_type: 'toString' }), /'path_type' of 'a'/],
    ['a size below zero', paths({ _path: 'a', size_in_bytes: -1 }), /'size_in_bytes' of 'a' .* is -1/],
    ['a hash that is none', paths({ _path: 'a', sha256: 'xyz' }), /'sha256' of 'a' .* is "xyz"/],
    [
      'an unknown mode',
      paths({ _path: 'a', prefix_placeholder: '/p', file_mode: 'x' }),
      /'file_mode' of 'a'/,
    ],
    ['a path twice', { paths: [{ _path: 'a' }, { _path: './a' }] }, /lists 'a' twice/],
    ['entry points that are no list', linkJson('x'), /'entry_points' in info\/link\.json is no list/],
    ['an entry point that is a path', linkJson(['../a = b:c']), /which is no file name/],
  ])('%s', async (_, parts, message) => {
    const error = await errorOf(openArchive(await makeConda(parts), 'conda'))
    expect(error.message).toMatch(/package \S*demo\S*/)
    expect(error.message).toMatch(message)
  })
})
