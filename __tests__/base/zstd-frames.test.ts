import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdDecompress, zstdCompressSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ZstdFrames } from '../../src/base/zstd-frames.ts'

/** Decompresses bytes that come in about as many chunks of one size. */
async function decompressed(bytes: Buffer, chunkCount: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  const chunkSize = Math.ceil(bytes.length / chunkCount)
  const count = Math.ceil(bytes.length / chunkSize)
  await pipeline(
    Readable.from(
      Array.from({ length: count }, (_, index) => bytes.subarray(index * chunkSize, (index + 1) * chunkSize)),
      { objectMode: false },
    ),
    new ZstdFrames(),
    createZstdDecompress(),
    async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) chunks.push(chunk)
    },
  )
  return Buffer.concat(chunks)
}

function skippable(content: Buffer, number: number): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(0x184d2a50 + number, 0)
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, content])
}

/** Content, and a frame of it; skippable ones have no content. */
const frame = fc.oneof(
  fc.record({
    content: fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      // Blocks of one repeated byte, several blocks, blocks that were not worth compressing.
      fc.integer({ min: 0, max: 400_000 }).map((length) => Buffer.alloc(length, 'x')),
      fc
        .integer({ min: 0, max: 300_000 })
        .map((length) =>
          Buffer.from(Uint32Array.from({ length: length / 4 }, (_, i) => i * 2654435761).buffer),
        ),
    ),
    checksum: fc.boolean(),
  }),
  fc.record({ skipped: fc.uint8Array({ maxLength: 300 }), number: fc.nat(15) }),
)

test('all frames are decompressed, however many there are and however they come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 300 }),
      async (frames, chunkCount) => {
        const bytes = frames.map((one) =>
          'skipped' in one
            ? skippable(Buffer.from(one.skipped), one.number)
            : zstdCompressSync(one.content, {
                params: { [constants.ZSTD_c_checksumFlag]: one.checksum ? 1 : 0 },
              }),
        )
        const content = frames.flatMap((one) => ('skipped' in one ? [] : [one.content]))
        const actual = await decompressed(Buffer.concat(bytes), chunkCount)
        expect(actual.equals(Buffer.concat(content))).toBe(true)
      },
    ),
    { numRuns: 40 },
  )
})

test('what is not zstd is refused by the decoder', async () => {
  await expect(decompressed(Buffer.from('this is not zstd at all'), 5)).rejects.toThrow(/unknown frame/i)
})

test('a frame that ends early is refused by the decoder', async () => {
  const whole = zstdCompressSync(Buffer.alloc(1000, 'x'))
  await expect(decompressed(whole.subarray(0, -2), 3)).rejects.toThrow()
})
