import { describe, expect, test } from '@jest/globals'
import { parsePlatform } from '../../src/common/platform.ts'
import { baseVirtualPackages, isLibc } from '../../src/base/virtual-packages.ts'
import { baseOf, type Sample } from './samples.ts'

const amd64 = parsePlatform('linux/amd64')

/** A library that is nothing but its banner, which stands among bytes. */
function libc(banner: string): Sample {
  return { content: Buffer.concat([Buffer.from([0x7f, 0, 0xff]), Buffer.from(`\0${banner}\nCopyright`)]) }
}
const gnu = (distribution: string, version: string) =>
  libc(`GNU C Library (${distribution}) stable release version ${version}.`)

describe("glibc's version is what its library says", () => {
  test.each<[string, Record<string, Sample>, string | undefined]>([
    [
      'Debian 13',
      { lib: { link: 'usr/lib' }, 'usr/lib/x86_64-linux-gnu/libc.so.6': gnu('Debian GLIBC 2.41-12', '2.41') },
      '2.41',
    ],
    [
      'Debian 11, where libc.so.6 is a link',
      {
        'lib/x86_64-linux-gnu/libc.so.6': { link: 'libc-2.31.so' },
        'lib/x86_64-linux-gnu/libc-2.31.so': gnu('Debian GLIBC 2.31-13+deb11u11', '2.31'),
      },
      '2.31',
    ],
    [
      'Fedora, with the library of another processor beside',
      {
        'usr/lib/libc.so.6': gnu('GNU libc', '2.17'),
        lib64: { link: 'usr/lib64' },
        'usr/lib64/libc.so.6': gnu('GNU libc', '2.40'),
      },
      '2.40',
    ],
    [
      'a development version',
      { 'lib64/libc.so.6': libc('GNU C Library (GNU libc) development release version 2.39.9000.') },
      '2.39',
    ],
    ['Alpine with glibc', { 'usr/glibc-compat/lib/libc.so.6': gnu('GNU libc', '2.35') }, '2.35'],
    ['only one of another processor', { 'lib/aarch64-linux-gnu/libc.so.6': gnu('D', '2.41') }, undefined],
    ['a linker script of that name', { 'usr/lib/libc.so.6': 'GROUP ( /lib/libc.so.6 )' }, undefined],
    ['no library', {}, undefined],
  ])('%s', (_, files, version) => {
    expect(baseVirtualPackages(baseOf(files), new Map(), amd64).__glibc).toBe(version)
  })

  test('of the processor that the image is for', () => {
    const files = baseOf({
      'usr/lib/aarch64-linux-gnu/libc.so.6': gnu('Debian', '2.36'),
      'usr/lib/x86_64-linux-gnu/libc.so.6': gnu('Debian', '2.31'),
    })
    const arm64 = parsePlatform('linux/arm64')
    expect(baseVirtualPackages(files, new Map(), arm64)).toEqual({ __glibc: '2.36' })
  })
})

test.each([
  ['usr/lib64/libc.so.6', true],
  ['lib/x86_64-linux-gnu/libc-2.31.so', true],
  ['usr/lib/x86_64-linux-gnu/libc.so', false],
  ['usr/lib/libc.so.60', false],
  ['usr/lib/xlibc.so.6', false],
])('%s may be the library: %s', (path, expected) => {
  expect(isLibc(path)).toBe(expected)
})

describe('CUDA is what the ENV says', () => {
  test.each<[Record<string, string>, string | undefined]>([
    [{ CUDA_VERSION: '12.4.1' }, '12.4'],
    [{ CUDA_VERSION: '11.8', CONDA_OVERRIDE_CUDA: '' }, '11.8'],
    [{ CONDA_OVERRIDE_CUDA: '12.9' }, '12.9'],
    [{ CONDA_OVERRIDE_CUDA: '' }, undefined],
    [{ CUDA_VERSION: 'newest' }, undefined],
    [{}, undefined],
  ])('%j', (variables, version) => {
    const of = new Map(Object.entries(variables))
    expect(baseVirtualPackages(baseOf({}), of, amd64).__cuda).toBe(version)
  })
})
