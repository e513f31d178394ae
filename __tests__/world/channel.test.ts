import { createHash } from 'node:crypto'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { buildChannel } from './channel/build.ts'
import { installPlainly, readArchive, type ArchiveEntry } from './channel/install.ts'
import { buildPrefix } from './channel/recipe.ts'
import { startChannel, type Channel } from './channel/server.ts'
import { run } from './command.ts'

// The first time, the channel is built, and what it is made of downloaded.
jest.setTimeout(300_000)

const subdirs = ['linux-64', 'linux-aarch64', 'noarch']

interface Repodata {
  readonly packages: Record<string, Record<string, unknown>>
  readonly 'packages.conda': Record<string, Record<string, unknown>>
}

let folder: string
/** Path below the channel, and its record. */
let records: [path: string, record: Record<string, unknown>][]
let scratch: string

beforeAll(async () => {
  folder = await buildChannel()
  scratch = await mkdtemp(join(tmpdir(), 'channel-'))
  records = []
  for (const subdir of subdirs) {
    const text = await readFile(join(folder, subdir, 'repodata.json'), 'utf8')
    const { packages, 'packages.conda': conda } = JSON.parse(text) as Repodata
    for (const [name, record] of Object.entries({ ...packages, ...conda }))
      records.push([`${subdir}/${name}`, record])
  }
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

test('built elsewhere, at another hour, it is the same bytes', async () => {
  const again = join(scratch, 'again')
  await mkdir(again)
  const builder = join(import.meta.dirname, 'channel/build.ts')
  const program = `const { writeChannel } = await import(${JSON.stringify(builder)}); await writeChannel(process.argv[1])`
  await run('sh', ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, '--eval', program, again], {
    env: { ...process.env, TZ: 'Pacific/Kiritimati', LC_ALL: 'C', NODE_OPTIONS: '' },
  })
  const digests = async (root: string) => {
    const files = (await readdir(root, { recursive: true })).filter((file) => /\.\w+$/.test(file)).sort()
    return Promise.all(files.map(async (file) => `${file} ${sha256(await readFile(join(root, file)))}`))
  }
  expect(await digests(again)).toEqual(await digests(folder))
})

test('repodata tells of every archive, and of its bytes', async () => {
  const files = await Promise.all(
    subdirs.map(async (subdir) => (await readdir(join(folder, subdir))).map((file) => `${subdir}/${file}`)),
  )
  const archives = files.flat().filter((file) => !file.endsWith('.json'))
  expect(records.map(([path]) => path).sort()).toEqual(archives.sort())
  for (const [path, record] of records) {
    const bytes = await readFile(join(folder, path))
    const md5 = createHash('md5').update(bytes).digest('hex')
    expect(record).toMatchObject({ size: bytes.length, sha256: sha256(bytes), md5 })
  }
})

interface PathsJson {
  readonly paths: readonly {
    readonly _path: string
    readonly path_type: string
    readonly sha256: string
    readonly size_in_bytes: number
    readonly prefix_placeholder?: string
  }[]
}

test('metadata of every package tells what is in it', async () => {
  for (const [path, record] of records) {
    const entries = await readArchive(join(folder, path))
    const byName = new Map(entries.map((entry) => [entry.name, entry]))
    const json = (name: string) => JSON.parse(byName.get(name)?.content.toString() ?? 'null') as unknown
    expect(record).toMatchObject(json('info/index.json') as object)
    const files = entries.filter(({ name, type }) => !name.startsWith('info/') && type !== 'directory')
    const listed = byName.get('info/files')?.content.toString().split('\n').filter(Boolean)
    expect(listed?.sort()).toEqual(files.map(({ name }) => name).sort())
    if (path.includes('oldest-bz2')) expect(json('info/paths.json')).toBeNull()
    else expectPaths(json('info/paths.json') as PathsJson, files)
  }
})

function expectPaths({ paths }: PathsJson, files: readonly ArchiveEntry[]): void {
  const types = { file: 'hardlink', link: 'hardlink', symlink: 'softlink' }
  const described = new Map(paths.map((item) => [item._path, item]))
  expect([...described.keys()].sort()).toEqual(files.map(({ name }) => name).sort())
  for (const { name, type, content } of files) {
    const item = described.get(name)
    expect(item?.path_type).toBe(types[type as keyof typeof types])
    if (type === 'file') {
      expect(item).toMatchObject({ sha256: sha256(content), size_in_bytes: content.length })
      expect(item?.prefix_placeholder).toBe(content.includes(buildPrefix) ? buildPrefix : undefined)
    }
  }
}

test('build prefixes are as long as those of conda-build', () => {
  expect(Buffer.byteLength(buildPrefix)).toBe(255)
})

test('packages of aarch64 are for aarch64', async () => {
  const archives = records.flatMap(([path]) => (path.startsWith('linux-aarch64/') ? [path] : []))
  const programs = (await Promise.all(archives.map((path) => readArchive(join(folder, path)))))
    .flat()
    .filter(({ content }) => content.subarray(0, 4).toString('latin1') === '\x7fELF')
  expect(programs.map(({ name }) => name)).toContain('bin/python3.11')
  expect(new Set(programs.map(({ content }) => content.readUInt16LE(18)))).toEqual(new Set([183]))
})

const onThisMachine = process.arch === 'arm64' ? 'linux-aarch64' : 'linux-64'

describe('installed', () => {
  let prefix: string

  beforeAll(async () => {
    prefix = join(scratch, 'conda')
    // Of several versions and builds the last is the newest.
    const newest = new Map(
      records
        .filter(([path]) => path.startsWith(onThisMachine) || path.startsWith('noarch'))
        .map(([path, { name }]) => [name, join(folder, path)]),
    )
    await installPlainly([...newest.values()], prefix)
  })

  const output = async (program: string, ...args: string[]) => {
    const result = await run(join(prefix, 'bin', program), args, { env: {} })
    return result.toString().trimEnd()
  }

  test("python runs, of itself and of the prefix's libraries", async () => {
    const program = `
import sys, site, sysconfig
import bz2, ctypes, curses, hashlib, lzma, readline, sqlite3, ssl, uuid, zlib, zoneinfo, xml.parsers.expat
import certifi, idna, jinja2, markupsafe._speedups, requests, six, urllib3
assert sys.prefix == sys.exec_prefix == sysconfig.get_config_var("prefix") == ${JSON.stringify(prefix)}
packages = sys.prefix + "/lib/python3.11/site-packages"
assert packages == site.getsitepackages()[0] == sysconfig.get_path("purelib") and packages in sys.path
assert zoneinfo.ZoneInfo("Europe/Berlin") and ssl.create_default_context(cafile=certifi.where())
libraries = {line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}
print(*sorted(path.rsplit("/", 1)[-1] for path in libraries if not path.startswith(sys.prefix)))
`
    // Nothing but glibc is the machine's.
    expect((await output('python', '-W', 'error', '-c', program)).replaceAll(/ld-linux\S+/g, 'ld')).toBe(
      'ld libc.so.6 libm.so.6',
    )
  })

  test.each([
    ['hello', [], /^Hello, world! I am hello 1\.1\.0 on Python 3\.11\.2 in \/.*\/conda\.$/],
    ['hello-app', ['Ada'], /^Hello, Ada!/],
    [
      'pip',
      ['--version'],
      /^pip 24\.0 from \/.*\/conda\/lib\/python3\.11\/site-packages\/pip \(python 3\.11\)$/,
    ],
    ['pip', ['list'], /^MarkupSafe 2\.1\.2\n(.*\n)*hello 1\.1\.0\n/],
    // Finds its libraries by a prefix that was replaced in a binary.
    ['sqlite3', [':memory:', "select 'it runs'"], /^it runs$/],
    ['openssl', ['version'], /^OpenSSL 3\./],
    ['esbuild', ['--version'], /^0\.25\.0$/],
    ['where-am-i', [], /\/conda$/],
    ['oldest-bz2', [], /\/conda\/share\/oldest-bz2$/],
    ['names with space', [], /\/conda$/],
  ])('%s %j', async (program, args, expected) => {
    expect(await output(program, ...args)).toMatch(expected)
  })

  test('a prefix in a binary is made shorter where it stands', async () => {
    const archive = join(folder, onThisMachine, 'binary-prefix-1.0-h0_0.conda')
    const packaged = (await readArchive(archive)).find(
      ({ name }) => name === 'lib/binary-prefix.bin',
    )?.content
    const content = await readFile(join(prefix, 'lib/binary-prefix.bin'))
    const runs = (bytes?: Buffer) => bytes?.toString('latin1').split(/\0+/)
    expect(content.length).toBe(packaged?.length)
    expect(runs(packaged)).toContain(`${buildPrefix}/a:${buildPrefix}/b`)
    expect(runs(content)).toEqual([
      '\x7fBIN',
      `${prefix}/share/one`,
      'between',
      `${prefix}/a:${prefix}/b`,
      'end',
    ])
  })

  test('files of more than one name are one file', async () => {
    const inode = async (path: string) => (await stat(join(prefix, path))).ino
    expect(await inode('bin/bzcat')).toBe(await inode('bin/bzip2'))
    expect(await inode('bin/links-hard')).toBe(await inode('share/links/original.txt'))
  })

  test('the later of two packages with the same path', async () => {
    expect(await readFile(join(prefix, 'share/clobber/both.txt'), 'utf8')).toMatch(/^from clobber-b/)
    expect((await lstat(join(prefix, 'share/clobber/file-then-link'))).isSymbolicLink()).toBe(true)
    expect((await lstat(join(prefix, 'share/clobber/link-then-file'))).isFile()).toBe(true)
  })
})

describe('startChannel', () => {
  let channel: Channel | undefined
  afterEach(() => channel?.stop())

  const status = async (url: string, headers = {}) => (await fetch(url, { headers })).status

  test('serves the channel, and nothing beside it', async () => {
    channel = await startChannel()
    expect(channel.sourceUrl).toBe(channel.url)
    const response = await fetch(`${channel.url}/noarch/repodata.json`)
    expect(await response.text()).toBe(await readFile(join(folder, 'noarch/repodata.json'), 'utf8'))
    expect(await status(`${channel.url}/noarch/..%2f..%2fpackage.json`)).toBe(404)
    expect(await status(`${channel.url}/noarch`)).toBe(404)
  })

  test('to those who log in', async () => {
    channel = await startChannel({ login: { user: 'ada', password: 'p/w' } })
    expect(channel.sourceUrl).toMatch(/^http:\/\/ada:p%2Fw@127\.0\.0\.1:\d+$/)
    const url = `${channel.url}/noarch/repodata.json`
    const login = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    expect([
      await status(url),
      await status(url, login('ada:no')),
      await status(url, login('ada:p/w')),
    ]).toEqual([401, 401, 200])
  })

  test('to those who know the token', async () => {
    channel = await startChannel({ token: 'tk-1' })
    expect(channel.sourceUrl).toBe(`${channel.url}/t/tk-1`)
    const file = 'noarch/repodata.json'
    const urls = [`${channel.url}/${file}`, `${channel.url}/t/other/${file}`, `${channel.sourceUrl}/${file}`]
    expect(await Promise.all(urls.map((url) => status(url)))).toEqual([404, 404, 200])
  })
})
