import { describe, expect, test } from '@jest/globals'
import { knownChecksums } from '../../src/micromamba/known-checksums.ts'
import {
  binaryUrl,
  checksumUrl,
  machineSubdir,
  parseChecksum,
  releases,
  releaseSubdirs,
} from '../../src/micromamba/release.ts'

test.each([
  ['linux', 'x64', 'linux-64'],
  ['linux', 'arm64', 'linux-aarch64'],
  ['linux', 'ppc64', 'linux-ppc64le'],
  ['darwin', 'arm64', 'osx-arm64'],
  ['darwin', 'x64', 'osx-64'],
  ['win32', 'x64', 'win-64'],
  ['linux', 'mips', undefined],
  ['aix', 'ppc64', undefined],
])('%s on %s is %s', (system, processor, subdir) => {
  expect(machineSubdir(system, processor)).toBe(subdir)
})

test.each([
  [releases, `${releases}/2.9.0-0/micromamba-linux-64`],
  ['http://mirror/micromamba//', 'http://mirror/micromamba/2.9.0-0/micromamba-linux-64'],
  ['http://mirror/{subdir}/mm-{version}?x', 'http://mirror/linux-64/mm-2.9.0-0?x'],
  ['http://mirror/pinned-{subdir}', 'http://mirror/pinned-linux-64'],
  ['file:///srv/mirror', 'file:///srv/mirror/2.9.0-0/micromamba-linux-64'],
])('below %s it is %s', (location, url) => {
  expect(binaryUrl(location, '2.9.0-0', 'linux-64').href).toBe(url)
})

test('the checksum is beside the binary', () => {
  expect(checksumUrl(new URL('http://mirror/mm?x')).href).toBe('http://mirror/mm.sha256?x')
})

const hex = 'ab'.repeat(32)
test.each([
  [hex, hex],
  [`${hex.toUpperCase()}\n`, hex],
  [`${hex}  micromamba-linux-64\n`, hex],
  [hex.slice(1), undefined],
  [`${hex}0`, undefined],
  ['<html>', undefined],
])('parseChecksum %j', (text, expected) => {
  expect(parseChecksum(text)).toBe(expected)
})

describe('the table of known releases', () => {
  test.each(Object.entries(knownChecksums))('%s', (version, checksums) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+-\d+$/)
    for (const [subdir, sha256] of Object.entries(checksums)) {
      expect(releaseSubdirs).toContain(subdir)
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    }
  })
  test('holds no hash twice', () => {
    const all = Object.values(knownChecksums).flatMap((checksums) => Object.values(checksums))
    expect(new Set(all).size).toBe(all.length)
  })
})
