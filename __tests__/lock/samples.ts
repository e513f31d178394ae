import fc from 'fast-check'
import { parseDigest } from '../../src/common/digest.ts'
import { parsePackageLine } from '../../src/lock/package-line.ts'
import type { Lock, LockedPackage, LockedWheel, LockHeader } from '../../src/lock/types.ts'
import { parseWheel } from '../../src/lock/wheel-line.ts'
import { inOrderOfInstalling } from '../../src/lock/wheels.ts'

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

/** The wheel of a line of ours: asked for, from an index, unless it is said otherwise. */
export function lockedWheel(
  name: string,
  file: string,
  more: Partial<Pick<LockedWheel, 'requested' | 'direct' | 'settings'>> = {},
): LockedWheel {
  const address = file.includes(':') ? file : `https://files.pythonhosted.org/packages/${file}`
  const fragment = /\.whl$|\.tar\.gz$/.test(file) ? `#sha256=${hex}` : ''
  const { settings, ...flags } = { requested: true, direct: false, ...more }
  const wheel = parseWheel({ name, address: `${address}${fragment}`, ...flags }, 'linux-64')
  return { ...wheel, ...(settings && { settings }), line: 0 }
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

/** Of each kind, with all that a line can say. */
const wheels = fc
  .uniqueArray(
    fc.record({
      name: name.map((text) => text.replace(/[-_.]+/g, '-').replace(/^-|-$/g, '') || 'x'),
      version: word('0123.!+a').filter((text) => /^\d/.test(text)),
      where: fc.constantFrom(
        'https://files.pythonhosted.org/packages/ab',
        'http://127.0.0.1:81',
        'file:./my%20dist',
      ),
      kind: fc.constantFrom('wheel', 'sdist', 'vcs', 'directory'),
      tags: fc.constantFrom('py3-none-any', '1-cp312-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64'),
      sha256: hexOf(64),
      commit: hexOf(40),
      subdirectory: fc.option(fc.constantFrom('pkg', 'a b/c&d'), { nil: undefined }),
      revision: fc.option(fc.constantFrom('main', 'feature/x#1', 'v1+2'), { nil: undefined }),
      requested: fc.boolean(),
      direct: fc.boolean(),
    }),
    { selector: ({ name: key }) => key, maxLength: 6 },
  )
  .map((items) =>
    items.map(
      ({ name: of, version, where, kind, tags, sha256, commit, subdirectory, revision, ...flags }) => {
        const more = [
          ...(revision === undefined ? [] : [`revision=${encodeURIComponent(revision)}`]),
          ...(subdirectory === undefined ? [] : [`subdirectory=${encodeURIComponent(subdirectory)}`]),
        ]
        const addresses = {
          wheel: `${where}/${of.replaceAll('-', '_')}-${version}-${tags}.whl#sha256=${sha256}`,
          sdist: `${where}/${of}-${version}.tar.gz#${[`sha256=${sha256}`, ...more].join('&')}`,
          vcs: `git+https://host/o/r@${commit}#${more.join('&')}`,
          directory: `file:./pkg/${of}#${[...(subdirectory === undefined ? [] : [`sha256=${sha256}`])].join('&')}`,
        }
        return parseWheel({ name: of, address: addresses[kind].replace(/#$/, ''), ...flags }, 'linux-64')
      },
    ),
  )

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
    pipFiles: fc.array(fc.record({ path: text, digest }), { minLength: 1 }),
    pipVersion: word('0123.'),
    ownLayer: fc.array(name),
  })
  .map(({ condarc, ...rest }) => ({ ...rest, platform: 'linux-64', ...(condarc && { condarc }) }))

/** Locks of ours and of others, as data; their lines are numbered when they are parsed. */
export const locks: fc.Arbitrary<{
  header?: LockHeader
  packages: Omit<LockedPackage, 'line'>[]
  wheels: ReturnType<typeof parseWheel>[]
}> = fc.oneof(
  fc.record({ header: headers, packages: packages(true), wheels }),
  fc.record({
    packages: packages(false),
    // What others lock is by its address, all of it asked for.
    wheels: wheels.map((items) =>
      inOrderOfInstalling(items).map((item) => ({ ...item, requested: true, direct: true })),
    ),
  }),
)

export function withoutLines({ header: head, packages: items, wheels: others }: Lock) {
  const strip = (item: LockedPackage | LockedWheel) =>
    Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'line'))
  return { ...(head && { header: head }), packages: items.map(strip), wheels: others.map(strip) }
}
