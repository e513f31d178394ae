import { expect, test } from '@jest/globals'
import { environmentOf, withMore } from '../../src/environment/inputs.ts'

test('packages and channels without a file make an environment', () => {
  const environment = environmentOf(
    ['python >=3.11', 'numpy=2'],
    ['conda-forge', 'https://user:secret@example.com/private'],
  )
  expect(environment).toMatchObject({
    name: 'base',
    specs: [{ text: 'python >=3.11' }, { text: 'numpy=2' }],
    channels: [{ canonical: 'conda-forge' }, { canonical: 'https://example.com/private' }],
  })
  expect(environment.secrets).toContain('secret')
})

test('they are added to those of a file, channels once', () => {
  const file = environmentOf(['python'], ['conda-forge'])
  const both = withMore(file, environmentOf(['numpy'], ['bioconda', 'conda-forge']))
  expect(both.specs.map(({ text }) => text)).toEqual(['python', 'numpy'])
  expect(both.channels.map(({ canonical }) => canonical)).toEqual(['conda-forge', 'bioconda'])
})

test('what is wrong is said of the inputs', () => {
  expect(() => environmentOf(['python'], ['$NOT_SET_ANYWHERE/channel'], {})).toThrow(
    "the inputs 'packages' and 'channels'",
  )
})
