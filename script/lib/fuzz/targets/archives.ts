import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { crc32, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { makeWheel } from '../../../../__tests__/packages/make-wheel.ts'
import { digestOf } from '../../../../src/common/digest.ts'
import { UserError } from '../../../../src/common/errors.ts'
import { readBaseFiles } from '../../../../src/base/base-files.ts'
import { ZstdFrames } from '../../../../src/base/zstd-frames.ts'
import type { ImageLayer } from '../../../../src/oci/image.ts'
import { openArchive } from '../../../../src/packages/conda/archive.ts'
import { bunzip2, Bzip2Error } from '../../../../src/packages/conda/bzip2.ts'
import { EntryGuard, tarEntries } from '../../../../src/packages/conda/tar-entries.ts'
import { openWheel } from '../../../../src/packages/wheel/archive.ts'
import { acceptsLater, holds, type FuzzTarget } from '../target.ts'
import { scratch } from './scratch.ts'
import { mendTar, plainTar, rawTar, tars } from './raw-tar.ts'

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

/** How many bytes come. */
async function lengthOf(content: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0
  for await (const chunk of content) length += chunk.length
  return length
}

const tarTokens = [
  '../',
  '/etc/passwd',
  'ustar\0' + '00',
  'ustar  \0',
  '20 path=../evil\n',
  'x',
  'L',
  'S',
  '1',
  '2',
  '5',
  '00000001000',
  '.wh.a',
  '\x80\0\0\0',
]

export const tar: FuzzTarget<Buffer> = {
  name: 'tar of a package',
  share: 2,
  corpus: () => Promise.resolve([plainTar]),
  tokens: tarTokens,
  made: tars,
  mended: mendTar,
  run: (bytes) =>
    acceptsLater(async () => {
      for await (const entry of tarEntries(once(bytes), 'a-1-0', new EntryGuard('a-1-0'))) {
        const { path } = entry
        holds(!path.startsWith('/') && !path.split('/').includes('..'), `that ${JSON.stringify(path)} is below the prefix`)
        if (entry.type === 'file') holds((await lengthOf(entry.content)) === entry.size, `that ${path} is as long as it says`)
      }
    }, UserError),
} // prettier-ignore

function layer(bytes: Buffer, suffix: string, plain: Buffer): ImageLayer {
  return {
    descriptor: { mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}`, digest: digestOf(bytes), size: bytes.length },
    diffId: digestOf(plain),
    createdBy: '',
    from: 'base',
    open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })),
  }
} // prettier-ignore

const lower = rawTar([
  { name: 'etc/passwd', type: '0', content: Buffer.from('root:x:0:0::/root:/bin/sh\n') },
  { name: 'a', type: '2', linkname: 'etc' },
  { name: 'b/', type: '5' },
])

export const baseLayer: FuzzTarget<Buffer> = {
  name: 'layers of a base',
  share: 1,
  corpus: () => Promise.resolve([plainTar, lower]),
  tokens: tarTokens,
  made: tars,
  mended: mendTar,
  run: (bytes) =>
    acceptsLater(async () => {
      const files = await readBaseFiles([layer(lower, '', lower), layer(bytes, '', bytes)], () => true)
      files.get('etc/passwd')
      files.below('')
      files.place('a/b/c')
    }, UserError),
}

const directory = scratch()

/** An archive that is read by its name: one at a time. */
function inFile(bytes: Buffer, name: string): string {
  const file = join(directory, name)
  writeFileSync(file, bytes)
  return file
}

const wheel = makeWheel({
  files: {
    'demo/__init__.py': 'print()\n',
    'demo.data/scripts/run': { content: '#!python\n', mode: 0o100755 },
  },
  entryPoints: '[console_scripts]\nrun = demo:main\n',
}).bytes

const zipTokens = [
  'PK\x01\x02',
  'PK\x03\x04',
  'PK\x05\x06',
  'PK\x06\x06',
  'PK\x06\x07',
  'PK\x07\x08',
  '../x',
  '/x',
  '\xff\xff\xff\xff',
  '\x01\0\x18\0',
  'demo-1.0.dist-info/',
]

/** Zips of any members, in which the metadata of a wheel may be. */
const zips = fc
  .dictionary(
    fc.constantFrom('a.py', 'demo-1.0.dist-info/RECORD', 'demo-1.0.dist-info/WHEEL', 'demo-1.0.dist-info/METADATA', 'demo-1.0.data/scripts/x', '../a', '/a', 'a/', 'a\\b', 'metadata.json', 'info-a.tar.zst', 'pkg-a.tar.zst'),
    fc.tuple(fc.constantFrom('Wheel-Version: 1.0\n', 'Name: demo\nVersion: 1\n', 'a.py,,\n', '{"conda_pkg_format_version": 2}', ''), fc.constantFrom(0 as const, 6 as const)),
    { maxKeys: 6 },
  )
  .map((members) => Buffer.from(zipSync(Object.fromEntries(Object.entries(members).map(([name, [text, level]]) => [name, [Buffer.from(text), { level }]]))))) // prettier-ignore

/** Says in each header what the other says, and of what is stored its CRC. */
function mendZip(zip: Buffer): Buffer {
  const mended = Buffer.from(zip)
  for (let at = mended.indexOf('PK\x01\x02'); at >= 0 && at + 46 <= mended.length; at = mended.indexOf('PK\x01\x02', at + 4)) {
    const local = mended.readUInt32LE(at + 42)
    if (local + 30 > mended.length) continue
    if (mended.readUInt16LE(at + 10) === 0) {
      const start = local + 30 + mended.readUInt16LE(local + 26) + mended.readUInt16LE(local + 28)
      mended.writeUInt32LE(crc32(mended.subarray(start, start + mended.readUInt32LE(at + 20))), at + 16)
    }
    // From the method to the length of the name, which both have in the same order.
    mended.copy(mended, local + 8, at + 10, at + 28)
  }
  return mended
} // prettier-ignore

export const wheelZip: FuzzTarget<Buffer> = {
  name: 'wheel',
  share: 1,
  corpus: () => Promise.resolve([wheel]),
  tokens: zipTokens,
  made: zips,
  mended: mendZip,
  run: (bytes) =>
    acceptsLater(async () => {
      const archive = await openWheel(inFile(bytes, 'demo-1.0-py3-none-any.whl'))
      for await (const { file, content } of archive.entries()) {
        holds((await lengthOf(content)) === file.size, `that ${file.name} is as long as it says`)
      }
    }, UserError),
}

const info = rawTar([
  { name: 'info/index.json', type: '0', content: Buffer.from('{"name":"a","version":"1","build":"0"}') },
  {
    name: 'info/paths.json',
    type: '0',
    content: Buffer.from('{"paths_version":1,"paths":[{"_path":"bin/a"}]}'),
  },
])
const condaMembers = {
  'metadata.json': '{"conda_pkg_format_version": 2}',
  'info-a-1-0.tar.zst': zstdCompressSync(info),
  'pkg-a-1-0.tar.zst': zstdCompressSync(plainTar),
}
const conda = Buffer.from(
  zipSync(
    Object.fromEntries(
      Object.entries(condaMembers).map(([name, content]) => [name, [Buffer.from(content), { level: 0 }]]),
    ),
  ),
)

export const condaZip: FuzzTarget<Buffer> = {
  name: '.conda',
  share: 1,
  corpus: () => Promise.resolve([conda]),
  tokens: [...zipTokens, '\x28\xb5\x2f\xfd'],
  made: zips,
  mended: mendZip,
  run: (bytes) =>
    acceptsLater(async () => {
      const archive = await openArchive(inFile(bytes, 'a-1-0.conda'), 'conda')
      for await (const entry of archive.entries()) if (entry.type === 'file') await lengthOf(entry.content)
    }, UserError),
}

// printf 'hello hello hello' | bzip2 -1, and nothing: a larger block is not read otherwise, and takes longer to make
const bzipped = ['QlpoMTFBWSZTWfY5fTcAAAMBgAIAIkiAQCAAIgaaDRA0BxOuLuSKcKEh7HL6bg==', 'QlpoMRdyRThQkAAAAAA='].map((text) => Buffer.from(text, 'base64')) // prettier-ignore

export const bzip2: FuzzTarget<Buffer> = {
  name: 'bzip2',
  share: 1,
  corpus: () => Promise.resolve(bzipped),
  tokens: ['BZh1', 'BZh9', '1AY&SY', '\x17\x72\x45\x38\x50\x90', '\xff\xff', '\0\0\0'],
  made: fc.tuple(fc.constantFrom(...bzipped), fc.uint8Array({ maxLength: 60 })).map(([good, more]) => Buffer.concat([good.subarray(0, 14), more])), // prettier-ignore
  run: (bytes) => acceptsLater(() => lengthOf(bunzip2(once(bytes))), Bzip2Error),
}

const frames = [
  zstdCompressSync(Buffer.from('abc')),
  Buffer.concat([zstdCompressSync(Buffer.alloc(3000, 'ab')), Buffer.from('502a4d1803000000414243', 'hex'), zstdCompressSync('x')]),
] // prettier-ignore

export const zstd: FuzzTarget<Buffer> = {
  name: 'zstd frames',
  share: 4,
  corpus: () => Promise.resolve(frames),
  tokens: ['\x28\xb5\x2f\xfd', '\x50\x2a\x4d\x18', '\x01\0\0', '\xff\xff\xff\xff'],
  made: fc.array(fc.oneof(fc.constantFrom(...frames), fc.uint8Array({ maxLength: 20 })), { maxLength: 4 }).map((parts) => Buffer.concat(parts)), // prettier-ignore
  run: (bytes) => {
    const parts: Buffer[] = []
    const split = new ZstdFrames()
    split.on('data', (chunk: Buffer) => parts.push(chunk))
    split.write(bytes)
    split.read()
    holds(Buffer.concat(parts).equals(bytes), 'that all bytes are passed on')
    // A frame has to be one: what is whole for another reader of all of it is so in parts.
    for (const part of parts) if (part.length > 0 && parts.length > 1) attempt(part)
    return parts.length > 1
  },
}

function attempt(frame: Buffer): void {
  try {
    zstdDecompressSync(frame, { maxOutputLength: 1 << 20 })
  } catch {
    // It is for the decoder to refuse what is no frame.
  }
}

export const gzipLayer: FuzzTarget<Buffer> = {
  name: 'compressed layers of a base',
  share: 1,
  corpus: () => Promise.resolve([Buffer.concat([Buffer.from('g'), gzipSync(plainTar)]), Buffer.concat([Buffer.from('z'), zstdCompressSync(plainTar)])]),
  tokens: ['\x1f\x8b\x08', '\x28\xb5\x2f\xfd', 'g', 'z'],
  made: fc.tuple(tars, fc.boolean()).map(([bytes, isGzip]) => Buffer.concat([Buffer.from(isGzip ? 'g' : 'z'), isGzip ? gzipSync(bytes) : zstdCompressSync(bytes)])),
  run: (bytes) => {
    const packed = bytes.subarray(1)
    const isGzip = bytes[0] === 'g'.charCodeAt(0)
    return acceptsLater(() => readBaseFiles([layer(packed, isGzip ? '+gzip' : '+zstd', unpacked(packed, isGzip))], () => true), UserError)
  },
} // prettier-ignore

function unpacked(bytes: Buffer, isGzip: boolean): Buffer {
  try {
    return isGzip ? gunzipSync(bytes, { maxOutputLength: 1 << 24 }) : zstdDecompressSync(bytes, { maxOutputLength: 1 << 24 })
  } catch {
    return Buffer.alloc(0)
  }
} // prettier-ignore
