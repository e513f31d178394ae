import { Readable } from 'node:stream'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import { BaseFiles, readBaseFiles } from '../../src/base/base-files.ts'
import { verified } from '../../src/registry/registry.ts'
import { compressedLayer, layerOf, tarOf } from './samples.ts'

const etc = (path: string) => path.startsWith('etc/')

async function sampleTar(): Promise<Buffer> {
  return tarOf([
    { name: './', type: 'directory' },
    { name: './etc/', type: 'directory', mode: 0o755 },
    { name: './etc/passwd', mode: 0o640, uid: 7, gid: 200_000, content: 'root\n' },
    { name: './etc/passwd-', type: 'link', linkname: './etc/passwd' },
    { name: './usr/lib/os-release', content: 'ID=debian\n' },
    { name: './etc/os-release', type: 'symlink', linkname: '../usr/lib/os-release' },
    { name: './tmp/', type: 'directory', mode: 0o1777 },
    { name: './dev/null', type: 'character-device' },
    { name: './etc/large', content: 'x'.repeat(4 * 1024 * 1024 + 1) },
    { name: `./opt/${'long/'.repeat(60)}name`, content: 'far' },
  ])
}

describe('a layer is read', () => {
  test.each(['none', 'gzip', 'zstd'] as const)('compression %s', async (compression) => {
    const files = await readBaseFiles([layerOf(await sampleTar(), compression)], etc)
    expect(files.get('etc/passwd')).toEqual({
      type: 'file',
      mode: 0o640,
      uid: 7,
      gid: 200_000,
      content: Buffer.from('root\n'),
    })
    expect(files.text('etc/passwd-')).toBe('root\n')
    expect(files.get('tmp')).toMatchObject({ type: 'directory', mode: 0o1777 })
    expect(files.get('dev/null')?.type).toBe('other')
    expect(files.get(`opt/${'long/'.repeat(60)}name`)?.type).toBe('file')
    expect(files.some((path) => path === '' || path.startsWith('.'))).toBe(false)
  })

  test('content is kept of what is wanted, unless it is large; a link gives that of its target', async () => {
    const wanted = (path: string) => etc(path) || path === 'usr/lib/os-release'
    const files = await readBaseFiles([layerOf(await sampleTar())], wanted)
    expect(files.text('etc/os-release')).toBe('ID=debian\n')
    expect(files.get('etc/large')?.type).toBe('file')
    // What is edited would be replaced by the edit alone.
    expect(() => files.text('etc/large')).toThrow(
      "input 'base-image': its /etc/large cannot be read: it is too large",
    )
    expect(() => files.text(`opt/${'long/'.repeat(60)}name`)).toThrow(UserError)
    expect(files.text('etc/nothing')).toBeUndefined()
  })

  test('zstd in several frames, with others between them that are to be skipped', async () => {
    const tar = await sampleTar()
    const skipped = Buffer.from('502a4d1804000000deadbeef', 'hex')
    const frames = [0, 1, 2, 3].flatMap((quarter) => {
      const part = tar.subarray((quarter * tar.length) / 4, ((quarter + 1) * tar.length) / 4)
      return [skipped, zstdCompressSync(part)]
    })
    const layer = compressedLayer(Buffer.concat([...frames, skipped]), '+zstd', digestOf(tar))
    const files = await readBaseFiles([layer], etc)
    expect(files.text('etc/passwd')).toBe('root\n')
    expect(files.get(`opt/${'long/'.repeat(60)}name`)?.type).toBe('file')
  })
})

describe('layers are read', () => {
  test('in their order, whichever of them is read first', async () => {
    const layers = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map(async (content, index) => {
        const layer = layerOf(
          await tarOf([
            { name: 'etc/x', content },
            { name: `etc/${content}`, content },
          ]),
        )
        const open = async () => {
          await new Promise((resolve) => setTimeout(resolve, 40 - 10 * index))
          return layer.open()
        }
        return { ...layer, open }
      }),
    )
    const files = await readBaseFiles(layers, etc)
    expect(files.text('etc/x')).toBe('e')
    expect(files.below('etc').map(([path]) => path)).toEqual(['a', 'b', 'c', 'd', 'e', 'x'])
  })
})

async function* breaking(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes
  await Promise.reject(new Error('connection lost'))
}

describe('a layer that cannot be read is an error that names it', () => {
  test.each([
    ['not what its media type says', () => compressedLayer(Buffer.from('junk, not gzip'), '+gzip')],
    ['zstd that is none', () => compressedLayer(Buffer.from('junk, not zstd'), '+zstd')],
    ['a tar that ends early', async () => layerOf((await sampleTar()).subarray(0, 2000), 'none')],
    [
      'gzip that ends early',
      async () => {
        const layer = layerOf(await sampleTar())
        const whole = (await layer.open()).read() as Buffer
        return compressedLayer(whole.subarray(0, whole.length / 2), '+gzip')
      },
    ],
  ])('%s', async (_, make) => {
    const layer = await make()
    const reading = readBaseFiles([layer], etc)
    await expect(reading).rejects.toThrow(UserError)
    await expect(reading).rejects.toThrow(layer.descriptor.digest)
  })

  test('a connection that breaks, at any time', async () => {
    const layer = layerOf(await sampleTar())
    const whole = (await layer.open()).read() as Buffer
    for (const bytes of [0, 100, whole.length - 1]) {
      const open = () =>
        Promise.resolve(Readable.from(breaking(whole.subarray(0, bytes)), { objectMode: false }))
      await expect(readBaseFiles([{ ...layer, open }], etc)).rejects.toThrow(/connection lost/)
    }
  })

  test('one that cannot be opened', async () => {
    const open = () => Promise.reject(new Error('gone'))
    await expect(readBaseFiles([{ ...layerOf(await sampleTar()), open }], etc)).rejects.toThrow(
      /sha256:.*gone/,
    )
  })

  test('bytes that are not those of the digest, though they are a whole tar', async () => {
    const right = layerOf(await sampleTar(), 'none')
    const wrong = await tarOf([{ name: 'etc/passwd', content: 'evil\n' }])
    const padded = Buffer.concat([wrong, Buffer.alloc(right.descriptor.size - wrong.length)])
    const open = () =>
      Promise.resolve(
        Readable.from(verified(right.descriptor, Readable.from([padded]), 'the blob'), { objectMode: false }),
      )
    await expect(readBaseFiles([{ ...right, open }], etc)).rejects.toThrow(/the blob/)
  })
})

describe('owners with large numbers', () => {
  const header = (uid: string) => {
    const block = Buffer.alloc(512)
    block.write('file', 0)
    block.write('0000644\0', 100)
    block.write(uid, 108, 'latin1')
    block.write('0000000\0', 116)
    block.write('00000000000\0', 124)
    block.write('00000000000\0', 136)
    block.write('        0', 148)
    block.write('ustar\x0000', 257)
    const sum = block.reduce((total, byte) => total + byte, 0)
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return block
  }

  test('as GNU tar writes them, base 256', async () => {
    const tar = Buffer.concat([header('\x80\0\0\0\x3b\xa4\xf4\x20'), Buffer.alloc(1024)])
    const files = await readBaseFiles([layerOf(tar)], etc)
    expect(files.get('file')?.uid).toBe(0x3ba4f420)
  })

  test("as Go's tar writes them, in a PAX header", async () => {
    const tar = await tarOf([{ name: 'file', pax: { uid: '1000660000', gid: '1000660001' } }])
    const files = await readBaseFiles([layerOf(tar)], etc)
    expect(files.get('file')).toMatchObject({ uid: 1000660000, gid: 1000660001 })
  })
})

test('what is known of a base can be made of plain data', () => {
  const files = new BaseFiles(
    new Map([
      ['usr', { type: 'directory', mode: 0o755, uid: 0, gid: 0 }],
      ['bin', { type: 'symlink', mode: 0o777, uid: 0, gid: 0, target: 'usr/bin' }],
    ]),
  )
  expect(files.place('bin/micromamba')).toBe('usr/bin/micromamba')
  expect(files.get('bin/micromamba')).toBeUndefined()
})
