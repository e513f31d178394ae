import { expect, test } from '@jest/globals'
import { headline } from '../../src/action/headline.ts'
import { resultOf } from './sample.ts'

test.each([
  [
    'some are new',
    'built built built base reused reused',
    { pushed: true, bytesPushed: 2_600_000 },
    '3 of 6 layers are new, 2.6 MB pushed, 3 reused, 6.3 s',
  ],
  [
    'one is',
    'built base',
    { pushed: true, bytesPushed: 1000 },
    '1 of 2 layers is new, 1 kB pushed, 1 reused, 6.3 s',
  ],
  ['all are', 'built built', { pushed: false }, '2 of 2 layers are new, 6.3 s'],
  ['none is', 'base reused', { pushed: true, bytesPushed: 0 }, 'None of 2 layers is new, 0 B pushed, 6.3 s'],
])('%s', (_, layers, more, line) => {
  expect(headline({ ...resultOf(layers), seconds: 6.28, ...more })).toBe(line)
})

test('a layer that several platforms have is one', () => {
  const result = resultOf('built')
  const image = 'layers' in result.artifact ? result.artifact : undefined
  if (!image) throw new Error('an image')
  const artifact = { index: image.manifest, images: [image, image] }
  expect(headline({ ...result, artifact })).toMatch(/^1 of 1 layers is new/)
})
