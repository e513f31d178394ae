import { describe, expect, test } from '@jest/globals'
import { diffLocks, type PackageFacts } from '../../../src/lock/diff/diff.ts'
import { groupLocked, type GroupedNames } from '../../../src/layers/group.ts'
import { parsePackageLine } from '../../../src/lock/package-line.ts'
import type { Lock, LockHeader } from '../../../src/lock/types.ts'
import { header, locked } from '../samples.ts'

const lock = (paths: string[], head: Partial<LockHeader> = {}): Lock => ({
  header: { ...header, specs: [], ...head },
  packages: paths.map((path) => locked(path)),
  wheels: [],
})
const one = (path: string) => lock([path])

describe('each kind of change', () => {
  test.each([
    ['1.2', '1.10', 'upgraded', false],
    ['1.10', '1.2', 'downgraded', false],
    ['1.9', '2.0', 'upgraded', true],
    ['2.0', '1.9', 'downgraded', true],
    ['1.0rc1', '1.0', 'upgraded', false],
    ['1.0dev3', '1.0a1', 'upgraded', false],
    ['1.0', '1.0.post1', 'upgraded', false],
    ['2024a', '2024b', 'upgraded', false],
    ['2023.5', '1!1.0', 'upgraded', true],
    ['1.1.1v', '1.1.1w', 'upgraded', false],
    ['1.0+cpu', '1.0+cuda', 'upgraded', false],
    ['1.0', '1.0.0', 'rebuilt', false],
    // Nothing that conda can compare.
    ['1..0', '2', 'replaced', false],
  ])('%s → %s: %s', async (before, after, kind, major) => {
    const { packages } = await diffLocks(
      one(`c/noarch/a-${before}-0.conda`),
      one(`c/noarch/a-${after}-0.conda`),
    )
    expect(packages).toMatchObject([{ name: 'a', kind, major, before: { version: before } }])
  })
  test.each([
    ['c/noarch/a-1-0.conda', 'c/noarch/a-1-1.conda', 'rebuilt'],
    ['c/noarch/a-1-0.conda', 'd/noarch/a-1-0.conda', 'moved'],
    ['c/noarch/a-1-0.tar.bz2', 'c/noarch/a-1-0.conda', 'replaced'],
    ['c/noarch/a-1-0.conda', 'd/noarch/a-2-0.conda', 'upgraded'],
  ])('%s → %s: %s', async (before, after, kind) => {
    expect((await diffLocks(one(before), one(after))).packages).toMatchObject([{ kind }])
  })
  test('other bytes under the same name', async () => {
    const path = 'c/noarch/a-1-0.conda'
    const after = { ...one(path), packages: [locked(path, 'cd'.repeat(32))] }
    expect((await diffLocks(one(path), after)).packages).toMatchObject([{ kind: 'replaced' }])
  })
  test("another tool's lock, which has md5 hashes", async () => {
    const url = 'https://conda.example.org/c/noarch/a-1-0.conda'
    const others = {
      packages: [{ ...parsePackageLine(`${url}#${'cd'.repeat(16)}`, false), line: 2 }],
      wheels: [],
    }
    expect((await diffLocks(others, one('c/noarch/a-1-0.conda'))).packages).toEqual([])
  })
  test('added and removed', async () => {
    const { packages } = await diffLocks(one('c/noarch/gone-1-0.conda'), one('c/noarch/new-2-0.conda'))
    expect(packages.map(({ name, kind }) => [name, kind])).toEqual([
      ['new', 'added'],
      ['gone', 'removed'],
    ])
  })
  test('the order is none, and an equal lock has no difference', async () => {
    const [a, b] = ['c/noarch/a-1-0.conda', 'c/noarch/b-1-0.conda']
    expect(await diffLocks(lock([a, b]), lock([b, a]))).toEqual({ packages: [], size: 0 })
  })
})

test('major changes come first, then what was asked for, then by kind and name', async () => {
  const before = ['big-1.0-0', 'z-1.0-0', 'a-1.0-0', 'b-1.0-0', 'down-1.1-0', 'gone-1-0']
  const after = ['big-2.0-0', 'z-1.1-0', 'a-1.1-0', 'b-1.1-0', 'down-1.0-0', 'added-1-0']
  const paths = (names: string[]) => names.map((name) => `c/noarch/${name}.conda`)
  const { packages } = await diffLocks(lock(paths(before)), lock(paths(after), { specs: ['b=1.*', 'z>1'] }))
  expect(packages.map(({ name }) => name)).toEqual(['big', 'b', 'z', 'a', 'down', 'added', 'gone'])
})

describe('who asked', () => {
  const paths = [
    'c/noarch/lib-2-0.conda',
    'c/noarch/mid-2-0.conda',
    'c/noarch/app-2-0.conda',
    'c/noarch/tool-2-0.conda',
  ]
  const before = lock(paths.map((path) => path.replace('-2-', '-1-')))
  const after = lock(paths, { specs: ['app', 'sel(linux): conda-forge::tool[version=2]'] })
  const depends: Record<string, string[]> = { app: ['mid >=1', '__glibc'], mid: ['lib 2.*'], tool: ['lib'] }
  const facts = (names: string[]) =>
    new Map<string, PackageFacts>(
      after.packages
        .filter(({ name }) => names.includes(name))
        .map(({ name, url }) => [url.href, { depends: depends[name] ?? [] }]),
    )
  test('is known when all dependencies are', async () => {
    const { packages } = await diffLocks(before, after, { facts: facts(['lib', 'mid', 'app', 'tool']) })
    const told = packages.map(({ name, asked, askedBy }) => ({ name, asked, askedBy }))
    expect(told).toEqual([
      { name: 'app', asked: true },
      { name: 'tool', asked: true },
      { name: 'lib', asked: false, askedBy: ['app', 'tool'] },
      { name: 'mid', asked: false, askedBy: ['app'] },
    ])
  })
  test('and left out when some are missing', async () => {
    const { packages } = await diffLocks(before, after, { facts: facts(['app']) })
    expect(packages.map(({ askedBy }) => askedBy)).toEqual(Array(4).fill(undefined))
  })
})

describe('sizes', () => {
  const [a1, a2, b] = ['c/noarch/a-1-0.conda', 'c/noarch/a-2-0.conda', 'c/noarch/b-1-0.conda']
  const url = (path: string) => `https://conda.example.org/${path}`
  const facts = new Map([
    [url(a1), { size: 100 }],
    [url(a2), { size: 130, license: 'MIT' }],
    [url(b), { size: 7 }],
  ])
  test('of each side, and of all', async () => {
    const { packages, size } = await diffLocks(one(a1), lock([a2, b]), { facts })
    expect(packages[0]).toMatchObject({ before: { size: 100 }, after: { size: 130, license: 'MIT' } })
    expect(size).toBe(37)
  })
  test('not of all when one is missing', async () => {
    const { size } = await diffLocks(one(a1), lock([a2, b]), { facts: new Map([...facts].slice(1)) })
    expect(size).toBeUndefined()
  })
  test('the layers that change are pulled again, with all that is in them', async () => {
    // `p1` and `p14` share a bucket; `own` is alone.
    const path = (name: string, version = '1') => `c/noarch/${name}-${version}-0.conda`
    const names = Array.from({ length: 60 }, (_, index) => `p${index}`)
    const groups = (all: GroupedNames) => groupLocked(all, 100)
    const all = { packages: [...names, 'own'], ownLayer: ['own'] }
    const before = lock(
      [...names, 'own'].map((name) => path(name)),
      { ownLayer: ['own'] },
    )
    const after = lock([...names.map((name) => path(name, name === 'p1' ? '2' : '1')), path('own')], {
      ownLayer: ['own'],
    })
    const sizes = new Map(after.packages.map((item) => [item.url.href, { size: 1000 }]))
    const shared = groups(all).find(({ packages }) => packages.includes(1))
    const { pull } = await diffLocks(before, after, { facts: sizes, groups })
    expect(pull).toEqual({
      layers: 1,
      of: groups(all).length,
      bytes: 1000 * (shared?.packages.length ?? 0),
    })
  })
})

test('the base image', async () => {
  const baseImage = `docker.io/library/debian:13@sha256:${'9'.repeat(64)}`
  expect(await diffLocks(lock([]), lock([], { baseImage }))).toEqual({
    packages: [],
    size: 0,
    base: { before: header.baseImage, after: baseImage },
  })
})
