import { describe, expect, test } from '@jest/globals'
import { groupLocked, type GroupedNames } from '../../../src/layers/group.ts'
import { diffLocks, formatDiff, type PackageFacts } from '../../../src/lock/diff/diff.ts'
import { comparePythonVersions } from '../../../src/lock/diff/python-versions.ts'
import type { Lock, LockedWheel } from '../../../src/lock/types.ts'
import { header, locked, lockedWheel } from '../samples.ts'

const lock = (wheels: LockedWheel[], packages: string[] = []): Lock => ({
  header: { ...header, specs: ['python'], pipVersion: '25.1' },
  packages: packages.map((path) => locked(path)),
  wheels,
})
const pure = (name: string, version: string, more = {}) =>
  lockedWheel(name, `${name}-${version}-py3-none-any.whl`, more)
const commits = (digit: string) => digit.repeat(40)
const app = (commit: string, revision = 'main') =>
  lockedWheel('app', `git+https://github.com/o/app@${commits(commit)}#revision=${revision}`)

describe('each kind of change of a wheel', () => {
  test.each([
    [pure('a', '1.2'), pure('a', '1.10'), 'upgraded', false],
    [pure('a', '2.0'), pure('a', '1.9'), 'downgraded', true],
    [pure('a', '1.0'), pure('a', '1.0.0'), 'rebuilt', false],
    [pure('a', '1'), lockedWheel('a', 'a-1-cp312-cp312-linux_x86_64.whl'), 'rebuilt', false],
    [pure('a', '1'), lockedWheel('a', 'a-1.tar.gz'), 'rebuilt', false],
    [pure('a', '1'), lockedWheel('a', 'https://h/simple/a-1-py3-none-any.whl'), 'moved', false],
    [
      pure('a', '1'),
      { ...pure('a', '1'), url: 'https://files.pythonhosted.org/x/a-1-py3-none-any.whl' },
      'replaced',
      false,
    ],
    [app('1'), app('2'), 'replaced', false],
    [app('1', 'main'), app('1', 'dev'), 'replaced', false],
    [app('1', 'v1.0'), app('2', 'v2.0'), 'upgraded', true],
    [lockedWheel('a', 'file:.'), lockedWheel('a', 'file:./a'), 'replaced', false],
  ])('%#: %s', async (before, after, kind, major) => {
    const moved = before.url === after.url ? { ...after, url: `${after.url}x` } : after
    const { packages } = await diffLocks(lock([before]), lock([moved]))
    expect(packages).toMatchObject([{ kind, major, isWheel: true, asked: true }])
  })

  test('none, of equal locks, and of a lock of others that says less of them', async () => {
    const wheels = [pure('a', '1'), app('1'), lockedWheel('b', 'file:.')]
    expect(
      (await diffLocks(lock(wheels), lock(wheels.map((one) => ({ ...one, line: 9 }))))).packages,
    ).toEqual([])
  })

  test('a package that pip installs from now on went, and came', async () => {
    const { packages } = await diffLocks(lock([], ['c/noarch/numpy-1-0.conda']), lock([pure('numpy', '2')]))
    expect(packages.map(({ name, kind, isWheel }) => [name, kind, isWheel])).toEqual([
      ['numpy', 'added', true],
      ['numpy', 'removed', undefined],
    ])
  })
})

/** PEP 440, "Summary of permitted suffixes and relative ordering". */
test('versions are ordered as python orders them', () => {
  const ordered = [
    ...['1.dev0', '1.0.dev456', '1.0a1', '1.0a2.dev456', '1.0a12.dev456', '1.0a12', '1.0b1.dev456', '1.0b2'],
    ...['1.0b2.post345.dev456', '1.0b2.post345', '1.0rc1.dev456', '1.0rc1', '1.0', '1.0+abc.5', '1.0+abc.7'],
    ...['1.0+5', '1.0.post456.dev34', '1.0.post456', '1.0.15', '1.1.dev1', '1.1', '2024.1', '1!0.1'],
  ]
  const wrong = ordered.flatMap((version, index) => {
    const next = ordered[index + 1]
    return next === undefined ||
      (comparePythonVersions(version, next)?.direction === 'up' &&
        comparePythonVersions(next, version)?.direction === 'down')
      ? []
      : [`${version} < ${next}`]
  })
  expect(wrong).toEqual([])
})

test.each([
  ['1.0', '1', 'same'],
  ['1.0-1', '1.post1', 'same'],
  ['1.0alpha1', '1a1', 'same'],
  ['1.0.c1', '1rc1', 'same'],
  ['v1.0', '1.0', 'same'],
  ['1.0+a-b', '1.0+a.b', 'same'],
  ['1.0+a', '1.0+a.b', 'up'],
  ['main', '1.0', undefined],
  ['1.0', '1.x', undefined],
])('%s to %s: %s', (before, after, direction) => {
  expect(comparePythonVersions(before, after)?.direction).toBe(direction)
})

describe('who asked', () => {
  const wheels = [
    pure('flask', '3'),
    pure('jinja2', '3', { requested: false }),
    pure('extra', '1', { requested: false }),
  ]
  const after = lock(wheels, ['c/noarch/click-8-0.conda', 'c/noarch/python-3.12-0.conda'])
  const facts = new Map<string, PackageFacts>([
    ...after.packages.map(({ url }): [string, PackageFacts] => [url.href, { depends: [] }]),
    [
      wheels[0]?.url ?? '',
      { depends: ['Jinja2>=3; python_version > "3"', 'click (>=8)'], license: 'BSD-3-Clause' },
    ],
    [wheels[1]?.url ?? '', { depends: [] }],
  ])
  test('of wheels and of packages that they need', async () => {
    const whole = new Map([...facts, [wheels[2]?.url ?? '', { depends: [] }]])
    const { packages } = await diffLocks(lock([]), after, { facts: whole })
    const askers = Object.fromEntries(packages.map(({ name, asked, askedBy }) => [name, asked || askedBy]))
    expect(askers).toEqual({ flask: true, python: true, jinja2: ['flask'], click: ['flask'], extra: [] })
  })
  test('is said of packages where it is not known of wheels', async () => {
    const { packages } = await diffLocks(lock([]), after, { facts })
    expect(packages.find(({ name }) => name === 'jinja2')).not.toHaveProperty('askedBy')
    expect(packages.find(({ name }) => name === 'click')?.askedBy).toEqual(['flask'])
  })
})

test('what is pulled again counts the layers of wheels, which share theirs with wheels alone', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `w${index}`)
  const lockWith = (version: string) =>
    lock(
      [...names.map((name) => pure(name, name === 'w3' ? version : '1')), pure('own', '1')],
      ['c/noarch/p-1-0.conda'],
    )
  const [before, after] = [lockWith('1'), lockWith('2')]
  const sizes = [...after.packages.map(({ url }) => url.href), ...after.wheels.map(({ url }) => url)].map(
    (url): [string, PackageFacts] => [url, { size: 1000 }],
  )
  const groups = (all: GroupedNames) => groupLocked(all, 90)
  const all = groups({ packages: ['p'], wheels: [...names, 'own'], ownLayer: header.ownLayer })
  const shared = all.find(({ packages }) => packages.includes(1 + names.indexOf('w3')))
  const { pull } = await diffLocks(before, after, { facts: new Map(sizes), groups })
  expect(pull).toEqual({ layers: 1, of: all.length, bytes: 1000 * (shared?.packages.length ?? 0) })
  // REQUESTED is a file of its layer.
  const asked = { ...after, wheels: after.wheels.map((one) => ({ ...one, requested: one.name !== 'w3' })) }
  const known = { facts: new Map(sizes), groups }
  expect((await diffLocks(after, asked, known)).pull?.layers).toBe(1)
})

test('they stand in the table with where they are from, once for all platforms', async () => {
  const wheel = (version: string, machine: string) =>
    lockedWheel('torch', `https://download.pytorch.org/whl/torch-${version}-cp312-cp312-linux_${machine}.whl`)
  const change = async (platform: string, before: string, after: string) => ({
    environment: 'env.yaml',
    platform,
    diff: await diffLocks(
      lock([wheel(before, 'x86_64'), pure('flask', '2.0'), app('1')]),
      lock([wheel(after, 'x86_64'), pure('flask', '2.1'), app('2')]),
    ),
  })
  const text = formatDiff([
    await change('linux-64', '2.0', '2.1'),
    await change('linux-aarch64', '2.0', '2.1'),
  ])
  expect(text).toContain('2 upgraded, 1 replaced')
  expect(text).toContain('| `flask` (`pypi`) | upgrade | `2.0` | `2.1` | *asked for* |')
  expect(text).toContain('| `torch` (`download.pytorch.org`) | upgrade | `2.0` | `2.1` |')
  expect(text).toContain(
    '| `app` (`github.com`) | other\u00a0file | `main` `111111111111` | `main` `222222222222` |',
  )
})
