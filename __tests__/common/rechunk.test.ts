import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { rechunk } from '../../src/common/rechunk.ts'
import { inPieces } from '../layers/collect.ts'

/** Copies, since a chunk is good for a while only. */
async function chunksOf(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  chunks: Buffer[] = [],
): Promise<Buffer[]> {
  for await (const chunk of rechunk(bytes, size)) chunks.push(Buffer.from(chunk))
  return chunks
}

test('the bytes are kept, and chunks are full but for the last', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 20 }),
      async (bytes, pieces, size) => {
        const chunks = await chunksOf(inPieces(Buffer.from(bytes), pieces), size)
        expect(chunks.slice(0, -1).every(({ length }) => length === size)).toBe(true)
        expect(chunks.every(({ length }) => length > 0 && length <= size)).toBe(true)
        expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
      },
    ),
  )
})

test('what came before an error is given before it', async () => {
  // eslint-disable-next-line @typescript-eslint/require-await -- as a connection that breaks
  async function* broken() {
    yield Buffer.from('abcde')
    throw new Error('broken')
  }
  const chunks: Buffer[] = []
  await expect(chunksOf(broken(), 4, chunks)).rejects.toThrow('broken')
  expect(chunks.map(String)).toEqual(['abcd', 'e'])
})
