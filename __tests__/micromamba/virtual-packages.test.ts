import { expect, test } from '@jest/globals'
import { parsePlatform } from '../../src/common/platform.ts'
import {
  chooseVirtualPackages,
  listVirtualPackages,
  overrides,
  virtualPackagesOf,
} from '../../src/micromamba/virtual-packages.ts'

test('a solve goes by what the user says, else by what the base tells, else by defaults', () => {
  const ofBase = { __glibc: '2.36', __cuda: '12.4' }
  const chosen = chooseVirtualPackages('linux-64', ofBase, { __glibc: '2.31' })
  expect(listVirtualPackages(chosen)).toEqual([
    '__archspec=x86_64',
    '__cuda=12.4',
    '__glibc=2.31',
    '__linux=5.10',
  ])
  expect(listVirtualPackages(chooseVirtualPackages('linux-aarch64', {}, {}))).toEqual([
    '__archspec=aarch64',
    '__glibc=2.28',
    '__linux=5.10',
  ])
})

test('an empty version takes a package away, and micromamba is told so', () => {
  const chosen = chooseVirtualPackages('linux-64', { __cuda: '12.4' }, { __cuda: '', __archspec: '' })
  expect(listVirtualPackages(chosen)).toEqual(['__glibc=2.28', '__linux=5.10'])
  expect(overrides(chosen)).toMatchObject({ CONDA_OVERRIDE_CUDA: '', CONDA_OVERRIDE_ARCHSPEC: '' })
})

test.each([
  ['linux/amd64', {}],
  ['linux/amd64/v3', { __archspec: 'x86_64_v3' }],
  ['linux/arm64/v9', { __archspec: 'armv9.0a' }],
])('%s names the processor as archspec does', (name, expected) => {
  expect(virtualPackagesOf(parsePlatform(name))).toEqual(expected)
})
