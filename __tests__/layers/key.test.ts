import { expect, test } from '@jest/globals'
import { isDigest } from '../../src/common/digest.ts'
import { layerKey, type LayerInputs } from '../../src/layers/key.ts'

const python = {
  version: '3.12',
  executable: 'bin/python3.12',
  sitePackages: 'lib/python3.12/site-packages',
}
const arch = { url: 'https://c.example/linux-64/a-1-0.conda', checksum: 'aa', subdir: 'linux-64' }
const pure = { url: 'https://c.example/noarch/b-1-0.conda', checksum: 'bb', subdir: 'noarch' }
const owner = { uid: 57439, gid: 57439 }
const inputs: LayerInputs = {
  prefix: '/opt/conda',
  rootPrefix: '/opt/conda',
  owner,
  python,
  compression: 'zstd',
  packages: [arch, pure],
}

test.each<[string, Partial<LayerInputs>]>([
  ['prefix', { prefix: '/opt/conda/envs/x' }],
  ['root prefix', { rootPrefix: '/srv/conda' }],
  ['user', { owner: { uid: 1, gid: 57439 } }],
  ['group', { owner: { uid: 57439, gid: 1 } }],
  ['rule for the group', { owner: { ...owner, groupWritable: true } }],
  ['compression', { compression: 'gzip' }],
  ['python', { python: { ...python, version: '3.13' } }],
  ['rule for bytecode', { bytecode: true }],
  ['site-packages', { python: { ...python, sitePackages: 'lib/other' } }],
  ["a package's bytes", { packages: [{ ...arch, checksum: 'ab' }, pure] }],
  ["a package's address", { packages: [{ ...arch, url: 'https://d.example/linux-64/a-1-0.conda' }, pure] }],
  ['the order of packages', { packages: [pure, arch] }],
  ['a package less', { packages: [arch] }],
])('the key of a layer is another one with another %s', (_, change) => {
  expect(layerKey({ ...inputs, ...change })).not.toBe(layerKey(inputs))
})

test('the key is the same for the same inputs, in whatever order they are written', () => {
  const { packages, ...rest } = inputs
  expect(layerKey({ packages, ...rest })).toBe(layerKey(structuredClone(inputs)))
  expect(isDigest(layerKey(inputs))).toBe(true)
})

test('python is no part of it for packages that do not depend on python, nor is bytecode', () => {
  const packages = [arch]
  const other = { ...python, version: '3.13' }
  expect(layerKey({ ...inputs, packages, python: other, bytecode: true })).toBe(
    layerKey({ ...inputs, packages }),
  )
})
