import { expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { formatSummary, parseSummary } from '../../src/base/summary.ts'

const key = digestOf('what it was made from')
const summary = {
  user: { name: 'mambauser', uid: 57439, gid: 57439, home: '/home/mambauser' },
  hasMicromamba: true,
  hasBash: true,
}
const text = formatSummary(summary, key)

test('a summary comes back from its text', () => {
  expect(parseSummary(text, key)).toEqual(summary)
})

test('one of a base without bash, too', () => {
  const without = { ...summary, hasBash: false }
  expect(parseSummary(formatSummary(without, key), key)).toEqual(without)
})

test.each([
  ['of another base', text, digestOf('something else')],
  ['that is not there', undefined, key],
  ['that is not JSON', text.slice(1), key],
  ['with a user that is none', text.replace('57439,57439', '"x","y"'), key],
  ['with more to it', text.replace('{', '{"more":1,'), key],
])('one %s is not used', (_, other, wanted) => {
  expect(parseSummary(other, wanted)).toBeUndefined()
})
