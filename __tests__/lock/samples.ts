import fc from 'fast-check'
import { parseDigest } from '../../src/common/digest.ts'
import { parsePackageLine } from '../../src/lock/package-line.ts'
import type { Lock, LockedPackage, LockHeader } from '../../src/lock/types.ts'

export const hex = 'ab'.repeat(32)

export const header: LockHeader = {
  inputHash: parseDigest(`sha256:${'1'.repeat(64)}`),
  platform: 'linux-64',
  baseImage: `docker.io/library/debian:13@sha256:${'2'.repeat(64)}`,
  micromambaVersion: '2.9.0',
  virtualPackages: ['__archspec=x86_64', '__glibc=2.28'],
  overrides: ['__cuda='],
  channels: ['conda-forge', 'https://conda.example.org/team'],
  specs: ['numpy>=2', 'python=3.12'],
  pip: [],
  ownLayer: ['python'],
}

/** The package of a line of ours. */
export function locked(path: string, sha256 = hex): LockedPackage {
  return { ...parsePackageLine(`https://conda.example.org/${path}#sha256:${sha256}`, true), line: 0 }
}

const word = (characters: string) =>
  fc.string({ unit: fc.constantFrom(...characters.split('')), minLength: 1, maxLength: 12 })
const hexOf = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length, maxLength: length })
const name = fc.tuple(word('abz_09'), word('ab-_.z9')).map((parts) => parts.join(''))
const text = fc
  .string({ minLength: 1, maxLength: 30 })
  .map((value) => value.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ''))
  .filter((value) => value !== '' && value.trim() === value)

function packages(ours: boolean) {
  const checksum = ours
    ? hexOf(64).map((value) => `sha256:${value}`)
    : fc.oneof(
        hexOf(32),
        hexOf(64),
        hexOf(64).map((value) => `sha256:${value}`),
      )
  const channel = fc.constantFrom(
    'https://conda.anaconda.org/conda-forge',
    'http://127.0.0.1:8125',
    'file:///srv/my%20channel',
  )
  const parts = fc.record({
    channel,
    subdir: fc.constantFrom('noarch', 'linux-64'),
    name,
    version: word('0123.!+_a'),
    build: word('h0_.a'),
    format: fc.constantFrom('conda', 'tar.bz2'),
    checksum,
  })
  return fc
    .uniqueArray(parts, { selector: (item) => item.name, maxLength: 8 })
    .map((items) =>
      items.map((item) =>
        parsePackageLine(
          `${item.channel}/${item.subdir}/${item.name}-${item.version}-${item.build}.${item.format}#${item.checksum}`,
          ours,
        ),
      ),
    )
}

const digest = hexOf(64).map((value) => parseDigest(`sha256:${value}`))
const headers: fc.Arbitrary<LockHeader> = fc
  .record({
    inputHash: digest,
    baseImage: digest.map((value) => `ghcr.io/org/base:1@${value}`),
    micromambaVersion: word('0123.'),
    virtualPackages: fc.array(text),
    overrides: fc.array(text),
    condarc: fc.option(digest, { nil: undefined }),
    channels: fc.array(text),
    specs: fc.array(text),
    pip: fc.array(text),
    ownLayer: fc.array(name),
  })
  .map(({ condarc, ...rest }) => ({ ...rest, platform: 'linux-64', ...(condarc && { condarc }) }))

/** Locks of ours and of others, as data; their lines are numbered when they are parsed. */
export const locks: fc.Arbitrary<{ header?: LockHeader; packages: Omit<LockedPackage, 'line'>[] }> = fc.oneof(
  fc.record({ header: headers, packages: packages(true) }),
  fc.record({ packages: packages(false) }),
)

export function withoutLines({ header: head, packages: items }: Lock) {
  const stripped = items.map((item) =>
    Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'line')),
  )
  return { ...(head && { header: head }), packages: stripped }
}
