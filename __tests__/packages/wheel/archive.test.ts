import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { openWheel, type WheelArchive } from '../../../src/packages/wheel/archive.ts'
import { temporaryFile } from '../make-package.ts'
import { makeWheel, type WheelParts } from '../make-wheel.ts'

const label = 'demo-1.0-py3-none-any.whl'

async function open(bytes: Uint8Array): Promise<WheelArchive> {
  return openWheel(temporaryFile('demo.whl', bytes), label)
}

/** Opens a wheel and reads all of it. */
async function readWhole(bytes: Uint8Array): Promise<Record<string, string>> {
  const contents: Record<string, string> = {}
  for await (const { file, content } of (await open(bytes)).entries()) {
    const chunks: Uint8Array[] = []
    for await (const chunk of content) chunks.push(chunk)
    contents[file.name] = Buffer.concat(chunks).toString('latin1')
  }
  return contents
}

const wheelOf = (parts: WheelParts) => makeWheel(parts).bytes
const module = 'demo.py'
const good: WheelParts = { files: { [module]: 'a = 1\n', 'demo/data.bin': 'x'.repeat(2_000_000) } }

/** Other bytes in the place of some, as many. All of them: a name stands in a zip twice. */
function replaced(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1')
}

const localSignature = 'PK\x03\x04'
const centralSignature = 'PK\x01\x02'

/** A wheel with a field of a header of `demo.py` changed: central, or the one before the content. */
function withField(signature: string, offset: number, change: (bytes: Buffer, at: number) => void): Buffer {
  const bytes = Buffer.from(wheelOf(good))
  const nameOffset = signature === localSignature ? 30 : 46
  let header = -1
  do header = bytes.indexOf(signature, header + 1, 'latin1')
  while (bytes.toString('latin1', header + nameOffset, header + nameOffset + module.length) !== module)
  change(bytes, header + offset)
  return bytes
}

describe('a wheel', () => {
  test('says what it is, and gives its files in their order', async () => {
    const wheel = makeWheel({
      name: 'Some.Demo',
      version: '2.0+local',
      files: {
        'some/': '',
        'some/tool.sh': { content: '#!/bin/sh\n', mode: 0o100755 },
        'Some.Demo-2.0+local.data/scripts/run': '#!python\n',
        'Some.Demo-2.0+local.data/headers/a/b.h': 'b',
      },
      entryPoints: '[console_scripts]\nDemo = some:main [x]\n[gui_scripts]\nwin=some.gui:main\n[a.b]\nc=d\n',
    })
    const { info } = await open(wheel.bytes)
    expect(info).toMatchObject({
      wheel: label,
      name: 'Some.Demo',
      version: '2.0+local',
      distInfo: 'Some.Demo-2.0+local.dist-info',
      entryPoints: {
        console: new Map([['Demo', 'some:main [x]']]),
        gui: new Map([['win', 'some.gui:main']]),
      },
    })
    expect(
      info.files.map(({ scheme, path, isExecutable, size }) => [scheme, path, isExecutable, size]),
    ).toEqual([
      ['root', 'some/tool.sh', true, 10],
      ['scripts', 'run', false, 9],
      ['headers', 'a/b.h', false, 1],
      ['root', 'Some.Demo-2.0+local.dist-info/METADATA', false, expect.any(Number)],
      ['root', 'Some.Demo-2.0+local.dist-info/WHEEL', false, expect.any(Number)],
      ['root', 'Some.Demo-2.0+local.dist-info/entry_points.txt', false, expect.any(Number)],
      ['root', 'Some.Demo-2.0+local.dist-info/RECORD', false, expect.any(Number)],
    ])
  })

  test('is read from its beginning as often as it is asked for, wholly or not', async () => {
    const archive = await open(wheelOf(good))
    for await (const { file } of archive.entries()) {
      expect(file.name).toBe(module)
      break
    }
    for (let round = 0; round < 2; round++) {
      const sizes: number[] = []
      for await (const { content } of archive.entries()) {
        let size = 0
        for await (const chunk of content) size += chunk.length
        sizes.push(size)
      }
      expect(sizes.slice(0, 2)).toEqual([6, 2_000_000])
    }
  })

  test('holds files stored and packed, small and large, as they were', async () => {
    const large = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 7919) % 251))
    const files = {
      'empty-stored': { content: '', isStored: true },
      empty: '',
      'small-stored': { content: 'abc', isStored: true },
      small: 'abc',
      'large-stored': { content: large, isStored: true },
      large,
      zeros: Buffer.alloc(3_000_000),
    }
    const contents = await readWhole(wheelOf({ files }))
    expect(contents).toMatchObject({
      'empty-stored': '',
      empty: '',
      'small-stored': 'abc',
      small: 'abc',
      'large-stored': large.toString('latin1'),
      large: large.toString('latin1'),
      zeros: '\0'.repeat(3_000_000),
    })
  })

  test('may have a RECORD with signatures, rows without files, hashes of other kinds or none', async () => {
    const bytes = wheelOf({
      files: {
        'a.py': 'a',
        'b.py': 'b',
        'demo-1.0.dist-info/RECORD.jws': '{}',
        'demo-1.0.dist-info/RECORD.p7s': 'p',
      },
      record: (rows) => [
        ...rows
          .filter(([path]) => !path?.includes('/RECORD.'))
          .map(([path = '', hash = '', size = '']) =>
            path === 'a.py'
              ? [path, `sha512=${createHash('sha512').update('a').digest('base64url')}==`, '1']
              : path === 'b.py'
                ? [path]
                : [path, hash, size],
          ),
        ['gone.py', 'sha256=abc', '1'],
        ['directory/', '', ''],
      ],
    })
    expect(Object.keys(await readWhole(bytes))).toContain('a.py')
  })
})

describe('what is refused, with the name of the wheel and what is wrong', () => {
  const without = (row: string) => (rows: string[][]) => rows.filter(([path]) => path !== row)
  const row =
    (path: string, ...fields: string[]) =>
    (rows: string[][]) =>
      rows.map((fieldsBefore) => (fieldsBefore[0] === path ? [path, ...fields] : fieldsBefore))
  const files = good.files

  test.each<[title: string, bytes: () => Uint8Array, message: string]>([
    ['no zip', () => Buffer.from('<html>'), 'the zip is damaged: End of central directory record'],
    ['nothing', () => Buffer.alloc(0), 'the zip is damaged'],
    ['half a zip', () => wheelOf(good).subarray(0, -30), 'the zip is damaged'],
    [
      'a path above',
      () => replaced(wheelOf({ files: { 'aa/evil.py': '' } }), 'aa/evil.py', '../evil.py'.slice(0, 10)),
      'invalid relative path',
    ],
    [
      'an absolute path',
      () => replaced(wheelOf({ files: { 'aevil.py': '' } }), 'aevil.py', '/evil.py'),
      'absolute path',
    ],
    [
      'a backslash',
      () => replaced(wheelOf({ files: { 'a-b.py': '' } }), 'a-b.py', 'a\\b.py'),
      'invalid characters',
    ],
    ['a NUL', () => replaced(wheelOf({ files: { 'a-b.py': '' } }), 'a-b.py', 'a\0b.py'), 'holds a NUL'],
    ['a path in many words', () => wheelOf({ files: { 'a//b.py': '' } }), "it has the path 'a//b.py'"],
    [
      'a name twice',
      () => replaced(wheelOf({ files: { 'a1.py': '1', 'a2.py': '1' } }), 'a2.py', 'a1.py'),
      "it has 'a1.py' twice",
    ],
    [
      'a file as a directory',
      () => wheelOf({ files: { a: '1', 'a/b.py': '1' } }),
      "it has 'a' as a file and as a directory",
    ],
    [
      'a name that is not UTF-8',
      () => replaced(wheelOf({ files: { 'ü.py': '' } }), '\xc3\xbc.py', '\xc3\xff.py'),
      'is not UTF-8',
    ],
    [
      'an encrypted file',
      () => withField(centralSignature, 8, (bytes, at) => bytes.writeUInt16LE(1, at)),
      "'demo.py' is encrypted",
    ],
    [
      'another compression',
      () => withField(centralSignature, 10, (bytes, at) => bytes.writeUInt16LE(12, at)),
      'packed by method 12',
    ],
    [
      'another CRC',
      () => withField(centralSignature, 16, (bytes, at) => bytes.writeUInt32LE(7, at)),
      "two CRCs of 'demo.py'",
    ],
    [
      'another size',
      () => withField(centralSignature, 24, (bytes, at) => bytes.writeUInt32LE(7, at)),
      "RECORD says that 'demo.py' has 6 bytes, and it has 7",
    ],
    [
      'another packed size',
      () => withField(centralSignature, 20, (bytes, at) => bytes.writeUInt32LE(5, at)),
      "two sizes of 'demo.py'",
    ],
    [
      'another name before the content',
      () => withField(localSignature, 30, (bytes, at) => bytes.write('omed', at)),
      "two names of 'demo.py'",
    ],
    [
      'another method before the content',
      () => withField(localSignature, 8, (bytes, at) => bytes.writeUInt16LE(0, at)),
      "two compression methods of 'demo.py'",
    ],
    [
      'members that overlap',
      () => withField(centralSignature, 42, (bytes, at) => bytes.writeUInt32LE(40, at)),
      'members of its zip overlap',
    ],
    ['too many entries', () => tooMany(), 'it has 1000001 entries'],
    [
      'no .dist-info',
      () => replaced(wheelOf(good), '.dist-info', '.dist-inf0'),
      'it has no .dist-info directory',
    ],
    [
      'two .dist-info',
      () => wheelOf({ files: { 'b-1.0.dist-info/x': '' } }),
      "both 'b-1.0.dist-info' and 'demo-1.0.dist-info'",
    ],
    ['no WHEEL', () => wheelOf({ info: { WHEEL: undefined } }), "no 'demo-1.0.dist-info/WHEEL'"],
    ['no METADATA', () => wheelOf({ info: { METADATA: undefined } }), "no 'demo-1.0.dist-info/METADATA'"],
    ['no RECORD', () => wheelOf({ info: { RECORD: undefined } }), "no 'demo-1.0.dist-info/RECORD'"],
    ['no version of the format', () => wheelOf({ info: { WHEEL: 'Tag: x\n' } }), 'no Wheel-Version'],
    [
      'a version of the format that is none',
      () => wheelOf({ info: { WHEEL: 'Wheel-Version: one\n' } }),
      "the Wheel-Version 'one'",
    ],
    [
      'a newer format',
      () => wheelOf({ info: { WHEEL: 'Wheel-Version: 2.0\n' } }),
      'its format is of version 2.0, and only 1 is known',
    ],
    ['no name', () => wheelOf({ info: { METADATA: 'Version: 1\n' } }), 'no Name or no Version'],
    [
      'a name that is none',
      () => wheelOf({ info: { METADATA: 'Version: 1\nName: ../demo\n' } }),
      "the Name '../demo'",
    ],
    [
      'metadata that is not UTF-8',
      () => wheelOf({ files: { 'demo-1.0.dist-info/entry_points.txt': Buffer.from('\xff', 'latin1') } }),
      'is not UTF-8',
    ],
    [
      'an unknown key of .data',
      () => wheelOf({ files: { 'demo-1.0.data/stdlib/a': '' } }),
      "'demo-1.0.data/stdlib/a' is in none of the directories that demo-1.0.data may have",
    ],
    [
      'a file at the top of .data',
      () => wheelOf({ files: { 'demo-1.0.data/scripts': '' } }),
      'is in none of the directories',
    ],
    ['a file called .data', () => wheelOf({ files: { 'demo.data': '' } }), 'is in none of the directories'],
    [
      'an entry point that is none',
      () => wheelOf({ entryPoints: '[console_scripts]\n; a comment\n' }),
      'its entry_points.txt has the line',
    ],
    [
      'a file that RECORD does not list',
      () => wheelOf({ files, record: without(module) }),
      "its RECORD does not list 'demo.py'",
    ],
    [
      'a size that is not in RECORD',
      () => wheelOf({ files, record: row(module, '', '5') }),
      "RECORD says that 'demo.py' has 5 bytes, and it has 6",
    ],
    [
      'a hash that is not in RECORD',
      () => wheelOf({ files, record: row(module, 'sha256=AAAA', '6') }),
      "the hash of 'demo.py' is not what its RECORD says",
    ],
    [
      'a hash of an unknown kind',
      () => wheelOf({ files, record: row(module, 'crc7=AAAA', '6') }),
      "its RECORD has the hash 'crc7=AAAA' of 'demo.py'",
    ],
    [
      'an empty line in RECORD',
      () => wheelOf({ files, record: (rows) => [...rows, []] }),
      'its RECORD has an empty line',
    ],
    [
      'a row that leads out',
      () => wheelOf({ files, record: (rows) => [...rows, ['../../../bin/python', '', '']] }),
      "has a '..' in it",
    ],
  ])('%s', async (_title, bytes, message) => {
    const error = await readWhole(bytes()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ name: 'UserError', message: expect.stringContaining(message) as unknown })
    expect((error as Error).message).toContain(label)
  })

  /** A directory that says that it is long; what it lists does not matter. */
  function tooMany(): Buffer {
    const end64 = Buffer.alloc(56)
    end64.write('PK\x06\x06', 'latin1')
    end64.writeBigUInt64LE(44n, 4)
    end64.writeBigUInt64LE(1_000_001n, 24)
    end64.writeBigUInt64LE(1_000_001n, 32)
    const locator = Buffer.alloc(20)
    locator.write('PK\x06\x07', 'latin1')
    const end = Buffer.alloc(22)
    end.write('PK\x05\x06', 'latin1')
    end.writeUInt16LE(0xffff, 8)
    end.writeUInt16LE(0xffff, 10)
    return Buffer.concat([end64, locator, end])
  }

  test('bytes that were changed', async () => {
    const bytes = Buffer.from(
      makeWheel({ files: { 'demo.txt': { content: 'content', isStored: true } } }).bytes,
    )
    bytes.write('c0ntent', bytes.indexOf('content'))
    await expect(readWhole(bytes)).rejects.toThrow("the CRC of 'demo.txt' is not what the zip says")
  })

  test.each([
    [2_000_000, "'demo.txt' has not the size that the zip says"],
    [100, 'the zip is damaged'],
  ])('a file that unpacks to more than it says, %s bytes', async (claimed, message) => {
    const parts: WheelParts = {
      files: { 'demo.txt': 'x'.repeat(5_000_000) },
      record: (rows) => rows.map(([path = '']) => [path]),
    }
    const bytes = Buffer.from(makeWheel(parts).bytes)
    const size = Buffer.alloc(4)
    size.writeUInt32LE(5_000_000)
    // In both headers: only what is unpacked tells.
    for (let at = bytes.indexOf(size); at >= 0; at = bytes.indexOf(size, at + 1)) {
      bytes.writeUInt32LE(claimed, at)
    }
    await expect(readWhole(bytes)).rejects.toThrow(message)
  })
})
