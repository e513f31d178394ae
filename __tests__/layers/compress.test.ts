import { readFileSync } from 'node:fs'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, it, test } from '@jest/globals'
import fc from 'fast-check'
import { compress, compressorName, fflateVersion } from '../../src/layers/compress.ts'
import { chunkSize } from '../../src/layers/reproducible.ts'
import { collect, inPieces } from './collect.ts'

const compressions = ['zstd', 'gzip'] as const
const decompress = { zstd: zstdDecompressSync, gzip: gunzipSync }

/** Text of a kind that compresses, longer than two chunks. */
const sample = Buffer.from(
  Array.from({ length: 260_000 }, (_, index) => `${(index * index) % 9973},`).join(''),
)

describe.each(compressions)('compress with %s', (compression) => {
  it('gives what decompresses to the same', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('a'), sample, sample.subarray(0, chunkSize)]) {
      const compressed = await collect(compress(inPieces(bytes, [bytes.length]), compression))
      expect(decompress[compression](compressed).equals(bytes)).toBe(true)
    }
  })

  it('gives the same bytes however they come in', async () => {
    expect(sample.length).toBeGreaterThan(chunkSize)
    const reference = await collect(compress(inPieces(sample, [sample.length]), compression))
    const lengths = fc.array(fc.integer({ min: 1000, max: 2 * chunkSize }), { minLength: 1, maxLength: 5 })
    const end = fc.integer({ min: 0, max: 3 })
    await fc.assert(
      fc.asyncProperty(lengths, end, async (pieces, pauses) => {
        async function* late() {
          yield* inPieces(sample, pieces)
          for (let pause = 0; pause < pauses; pause++) await new Promise(setImmediate)
        }
        const compressed = await collect(compress(late(), compression))
        expect(compressed.equals(reference)).toBe(true)
      }),
      { numRuns: compression === 'zstd' ? 50 : 4 },
    )
  })

  it('fails with the error of its source, also in the middle', async () => {
    async function* broken() {
      yield sample
      await Promise.resolve()
      throw new Error('the source broke')
    }
    await expect(collect(compress(broken(), compression))).rejects.toThrow('the source broke')
  })

  it('lets its source go when nobody wants more', async () => {
    const closed = Promise.withResolvers<string>()
    async function* source() {
      try {
        for (;;) {
          await Promise.resolve()
          yield sample
        }
      } finally {
        closed.resolve('closed')
      }
    }
    for await (const chunk of compress(source(), compression)) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    // Not at once: the source is asked for one chunk in advance.
    expect(await closed.promise).toBe('closed')
  })
})

test('compressors are named with what their bytes depend on', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { version: string }>
  }
  expect(packages['node_modules/fflate']?.version).toBe(fflateVersion)
  expect(compressorName('gzip')).toBe(`fflate ${fflateVersion} gzip 6`)
  expect(compressorName('zstd')).toBe(`zstd ${process.versions.zstd ?? 'none'} {"100":3,"101":22,"201":1}`)
})
