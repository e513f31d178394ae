import fc from 'fast-check'
import { expect, test } from '@jest/globals'
import { normalizeSpec, packageOfSpec } from '../../src/environment/read.ts'

test.each([
  ['python', 'python'],
  [' Python ', 'python'],
  ['Python >= 3.8', 'python>=3.8'],
  ['python>=3.8, <4', 'python>=3.8,<4'],
  ['python  3.12   *_cpython', 'python 3.12 *_cpython'],
  ['python =3.12', 'python=3.12'],
  ['numpy 1.8 | 1.9', 'numpy 1.8|1.9'],
  ['Conda-Forge::NumPy', 'Conda-Forge::numpy'],
  ['https://u:p@host/chan::NumPy=1', 'https://host/chan::numpy=1'],
  ['foo[version=">= 1", build=X]', 'foo[version=">= 1", build=X]'],
  ['Foo >=1 [md5=A]', 'foo>=1[md5=A]'],
  ['https://host/t/key/linux-64/Foo-1-0.conda', 'https://host/linux-64/Foo-1-0.conda'],
  ['*blas*', '*blas*'],
])('%j is %j', (text, expected) => {
  expect(normalizeSpec({ text })).toBe(expected)
})

test('a selector makes another spec', () => {
  expect(normalizeSpec({ text: 'Foo > 1', selector: 'linux' })).toBe('sel(linux): foo>1')
})

test('a normal form is normal', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abZ0.*_-=<>!,| []:/@'.split('')), minLength: 1 })
  fc.assert(
    fc.property(word, (text) => {
      const once = normalizeSpec({ text })
      expect(normalizeSpec({ text: once })).toBe(once)
    }),
  )
})

test.each([
  ['python=3.12', 'python'],
  ['Python >=3.12', 'python'],
  ['numpy[version=2]', 'numpy'],
  ['conda-forge::ca-certificates>=2024', 'ca-certificates'],
  ['https://host/channel::zlib 1.3.*', 'zlib'],
  ['sel(linux): _libgcc_mutex 0.1 conda_forge', '_libgcc_mutex'],
  ['https://host/c/linux-64/r-base-4.3-h1_0.conda', 'r-base'],
  ['libblas=*=*mkl', 'libblas'],
  ['__glibc >=2.17,<3.0.a0', '__glibc'],
])('%s is about %s', (spec, name) => {
  expect(packageOfSpec(spec)).toBe(name)
})
