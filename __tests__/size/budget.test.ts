import { expect, test } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { checkBudget } from '../../src/size/budget.ts'
import { imageOf, layer } from '../action/sample.ts'
import { packageLayer, size } from './samples.ts'

const shared = (bytes: number) =>
  packageLayer(
    'packages 7/32',
    bytes,
    ['zlib', 'xz', 'tk', 'bzip2'].map((name, index) => size(name, 10 * index)),
  )
const earlier = imageOf([
  layer('the rootfs', 30_000_000, 'base'),
  layer('python', 20_000_000),
  shared(1_000_000),
  layer('gone', 9_000_000),
])
const image = imageOf([
  layer('another rootfs', 31_000_000, 'base'),
  layer('python', 20_000_000),
  packageLayer('pytorch', 80_000_000, [size('pytorch', 1)]),
  packageLayer('packages 9/32', 10_000_000, [size('sqlite', 1)]),
  shared(3_000_000),
])

function refusal(budget: number, before?: typeof earlier): string {
  try {
    checkBudget(image, budget, before)
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return (error as UserError).message
  }
  return ''
}

test('an image within its budget is let pass, to the byte', () => {
  expect(refusal(144_000_000, earlier)).toBe('')
  expect(refusal(143_999_999, earlier)).not.toBe('')
})

test('a larger one is refused, naming what has grown the most since the earlier image', () => {
  expect(refusal(100_000_000, earlier).split('\n')).toEqual([
    "input 'max-size': the image for linux/amd64 has 144 MB compressed, 44 MB more than 100 MB, and the earlier one has 60 MB",
    'The biggest steps since the earlier image:',
    '  pytorch: 80 MB, new',
    '  packages 9/32 (sqlite): 10 MB, new',
    '  packages 7/32 (bzip2, tk, xz, …): 3 MB, +2 MB',
    '  the base: 31 MB, +1 MB',
    "No tag has moved. Leave packages out, use a smaller base, or raise 'max-size'; script/size says what asked for each package.",
  ])
})

test.each([
  ['nothing has grown', image],
  ['there is no earlier image', undefined],
])('where %s, the biggest layers are named', (_, before) => {
  expect(refusal(100_000_000, before).split('\n').slice(1, 5)).toEqual([
    'The biggest of its layers:',
    '  pytorch: 80 MB',
    '  the base: 31 MB',
    '  python: 20 MB',
  ])
})
