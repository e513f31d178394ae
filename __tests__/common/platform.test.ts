import { expect, test } from '@jest/globals'
import { fileNameOf, formatPlatform, narrowed, parsePlatform } from '../../src/common/platform.ts'

test.each([
  ['linux/amd64', 'linux/amd64', 'linux-64'],
  ['linux/amd64/v1', 'linux/amd64', 'linux-64'],
  ['linux/amd64/v3', 'linux/amd64/v3', 'linux-64-v3'],
  ['linux/arm64/v8', 'linux/arm64', 'linux-aarch64'],
  ['linux/arm64/v9', 'linux/arm64/v9', 'linux-aarch64-v9'],
  [' linux/s390x ', 'linux/s390x', 'linux-s390x'],
])('%s', (text, name, file) => {
  const platform = parsePlatform(text)
  expect(formatPlatform(platform)).toBe(name)
  expect(fileNameOf(platform)).toBe(file)
  expect(parsePlatform(name)).toEqual(platform)
})

test.each([
  ['linux/riscv64', 'conda packages exist for'],
  ['linux/amd64/v5', 'Use linux/amd64, linux/amd64/v2, linux/amd64/v3, linux/amd64/v4.'],
  ['linux/ppc64le/v2', 'Use linux/ppc64le.'],
  ['linux/arm64/v', 'conda packages exist for'],
])('%s is refused', (text, message) => {
  expect(() => parsePlatform(text)).toThrow(message)
})

test.each([
  ['linux/amd64', undefined, 'linux/amd64'],
  ['linux/amd64', null, 'linux/amd64'],
  ['linux/amd64', 'v1', 'linux/amd64'],
  ['linux/amd64', 'v3', 'linux/amd64/v3'],
  ['linux/amd64/v3', 'v2', 'linux/amd64/v3'],
  ['linux/arm64', 'v8', 'linux/arm64'],
  ['linux/arm64', 'strange', 'linux/arm64'],
])('%s on a base of variant %s is %s', (text, variant, expected) => {
  expect(formatPlatform(narrowed(parsePlatform(text), variant))).toBe(expected)
})
