import { describe, expect, test } from '@jest/globals'
import { checkBase } from '../../src/base/check.ts'
import { baseOf, debian } from './samples.ts'

const withoutLoader = Object.fromEntries(
  Object.entries(debian).filter(([path]) => !path.includes('ld-linux')),
)

describe('bases that are taken', () => {
  test.each([
    ['Debian', debian],
    ['upstream, with an empty root prefix', { ...debian, 'opt/conda/conda-meta': null }],
    [
      'Alpine with glibc',
      {
        ...withoutLoader,
        'usr/lib/ld-musl-x86_64.so.1': '',
        'usr/lib64/ld-linux-x86-64.so.2': { link: '/usr/glibc-compat/lib/ld-linux-x86-64.so.2' },
      },
    ],
    ['arm64', { ...withoutLoader, 'usr/lib/ld-linux-aarch64.so.1': '' }],
    ['ppc64le', { ...withoutLoader, 'lib64/ld64.so.2': '' }],
    ['s390x', { ...withoutLoader, 'lib/ld64.so.1': '' }],
    ['with a package cache', { ...debian, 'opt/conda/pkgs/zlib-1.0-0/info/index.json': '{}' }],
    ['without bash', { ...debian, 'usr/bin/bash': { link: 'gone' } }],
    ['/usr not merged', { 'bin/bash': '', 'lib64/ld-linux-x86-64.so.2': '' }],
  ])('%s', (_, files) => {
    expect(() => {
      checkBase(baseOf(files), '/opt/conda')
    }).not.toThrow()
  })
})

describe('bases that are refused, saying why', () => {
  test.each([
    ['musl', { ...withoutLoader, 'usr/lib/ld-musl-x86_64.so.1': '' }, 'musl'],
    ['no C library at all', withoutLoader, 'unknown, and conda packages need glibc'],
    [
      'the prefix is a link',
      { ...debian, 'opt/conda': { link: '/srv' } },
      '/opt/conda is, or lies behind, a soft link',
    ],
    ['a link above the prefix', { ...debian, opt: { link: '/srv' } }, 'soft link'],
    [
      'packages in the prefix',
      { ...debian, 'opt/conda/conda-meta/zlib-1.json': '' },
      'has packages at /opt/conda',
    ],
    [
      'packages in an environment',
      { ...debian, 'opt/conda/envs/other/conda-meta/zlib-1.json': '' },
      'the environment other with packages',
    ],
  ])('%s', (_, files, message) => {
    expect(() => {
      checkBase(baseOf(files), '/opt/conda')
    }).toThrow(message)
  })

  test('all that is wrong is said at once, with the input', () => {
    const check = () => {
      checkBase(baseOf({ 'usr/lib/ld-musl-x86_64.so.1': '', 'opt/conda': { link: '/srv' } }), '/opt/conda')
    }
    expect(check).toThrow(/input 'base-image'.*musl.*soft link/)
  })
})
