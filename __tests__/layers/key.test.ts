import { expect, test } from '@jest/globals'
import { digestOf, isDigest } from '../../src/common/digest.ts'
import { layerKey, type LayerInputs } from '../../src/layers/key.ts'

const keyed = (subdir: string, name: string, hex: string, channel = 'c') => ({
  url: `https://${channel}.example/${subdir}/${name}-1-0.conda`,
  checksum: hex,
})
const python = keyed('linux-64', 'python', 'cc')
const arch = keyed('linux-64', 'a', 'aa')
const pure = keyed('noarch', 'b', 'bb')
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
  ['rule for bytecode', { bytecode: 3 }],
  ['python', { python: keyed('linux-64', 'python', 'cd') }],
  ["a package's bytes", { packages: [keyed('linux-64', 'a', 'ab'), pure] }],
  ["a package's address", { packages: [keyed('linux-64', 'a', 'aa', 'd'), pure] }],
  ['the order of packages', { packages: [pure, arch] }],
  ['a package less', { packages: [arch] }],
])('the key of a layer is another one with another %s', (_, change) => {
  expect(layerKey({ ...inputs, ...change })).not.toBe(layerKey(inputs))
})

test('the key is the same for the same inputs', () => {
  expect(layerKey(structuredClone(inputs))).toBe(layerKey(inputs))
  expect(isDigest(layerKey(inputs))).toBe(true)
})

test('of patterns the key knows what they leave out of the layer', () => {
  const leftOut = digestOf('lib/z.a')
  expect(layerKey(inputs, leftOut)).not.toBe(layerKey(inputs))
  expect(layerKey(inputs, leftOut)).not.toBe(layerKey(inputs, digestOf('lib/y.a')))
  expect(layerKey(inputs, leftOut)).toBe(layerKey(structuredClone(inputs), leftOut))
})
