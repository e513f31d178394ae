import { describe, expect, it, test } from '@jest/globals'
import fc from 'fast-check'
import {
  bucketCount,
  chooseOwnLayer,
  chooseOwnLayers,
  groupLocked,
  groupPackages,
  ownLayerCount,
  ownLayerSize,
} from '../../src/layers/group.ts'

const enough = bucketCount + ownLayerCount
const nameList = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), { maxLength: 120 })

/** What is in each layer, by its title. */
function contents(names: readonly string[], own: readonly string[], budget = enough): Map<string, string> {
  const groups = groupPackages(names, own, budget)
  return new Map(
    groups.map(({ title, packages }) => [title, packages.map((position) => names[position]).join()]),
  )
}

/** Titles of the layers that are not the same, present on one side only ones included. */
function changed(a: Map<string, string>, b: Map<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((title) => a.get(title) !== b.get(title))
}

describe('groupPackages', () => {
  it('puts every package into one group, in the order of the lock, never more groups than the budget', () => {
    fc.assert(
      fc.property(nameList, fc.integer({ min: 1, max: 110 }), fc.nat(60), (names, budget, ownCount) => {
        const groups = groupPackages(names, names.slice(0, ownCount), budget)
        expect(groups.length).toBeLessThanOrEqual(budget)
        const positions = groups.flatMap(({ packages }) => packages)
        expect(positions.toSorted((a, b) => a - b)).toEqual(names.map((_, position) => position))
        for (const { packages } of groups) expect(packages).toEqual(packages.toSorted((a, b) => a - b))
      }),
    )
  })

  it('changes one group when a package is added or removed, and leaves the others in their order', () => {
    fc.assert(
      fc.property(nameList, nameList, fc.nat(), (names, bigOnes, at) => {
        fc.pre(names.length > 0)
        const own = bigOnes.slice(0, ownLayerCount)
        const removed = names[at % names.length] ?? ''
        const rest = names.filter((name) => name !== removed)
        const [before, after] = [contents(names, own), contents(rest, own)]
        expect(changed(before, after)).toHaveLength(1)
        const common = (side: Map<string, string>, other: Map<string, string>) =>
          [...side.keys()].filter((title) => other.has(title))
        expect(common(before, after)).toEqual(common(after, before))
      }),
    )
  })

  it('does not let the place of a package in the lock decide on its group', () => {
    fc.assert(
      fc.property(nameList, (names) => {
        const sorted = (list: string[]) =>
          [...contents(list, [])].map(([title, members]) => [title, members.split(',').toSorted()])
        expect(sorted(names.toReversed())).toEqual(sorted(names))
      }),
    )
  })

  it('has the packages that are alone in front, in their order, and passes over those that are not there', () => {
    const groups = groupPackages(['b', 'a', 'small'], ['a', 'gone', 'b'], enough)
    expect(groups.slice(0, 2)).toEqual([
      { title: 'a', packages: [1] },
      { title: 'b', packages: [0] },
    ])
    expect(groups).toHaveLength(3)
  })

  it('keeps names in their groups from version to version of this action', () => {
    const groups = groupPackages(['numpy', 'pip', 'zlib', 'openssl'], [], enough)
    expect(groups).toEqual([
      { title: 'packages 9/32', packages: [2] },
      { title: 'packages 12/32', packages: [1] },
      { title: 'packages 16/32', packages: [0] },
      { title: 'packages 19/32', packages: [3] },
    ])
  })

  test.each([
    [98, 32],
    [64, 32],
    [63, 16],
    [20, 8],
    [2, 1],
    [1, 1],
  ])('with room for %i groups has %i buckets, whatever the packages are', (budget, buckets) => {
    const names = Array.from({ length: 400 }, (_, index) => `package-${index}`)
    for (const own of [[], names.slice(0, 50)]) {
      const shared = groupPackages(names, own, budget).filter(({ title }) => title.startsWith('packages '))
      expect(shared).toHaveLength(buckets)
    }
  })
})

describe('chooseOwnLayer', () => {
  const sized = (sizes: Record<string, number>) =>
    Object.entries(sizes).map(([name, size]) => ({ name, size }))

  it('takes packages from a size on, the biggest first, equals by name', () => {
    const packages = sized({
      small: ownLayerSize - 1,
      b: ownLayerSize,
      big: 9 * ownLayerSize,
      a: ownLayerSize,
    })
    expect(chooseOwnLayer(packages)).toEqual(['big', 'a', 'b'])
  })

  const after = (ownLayer: string[], ...others: string[]) => ({ ownLayer, names: [...ownLayer, ...others] })

  it('keeps those chosen before in their places, however small they are now', () => {
    const packages = sized({ new: 9 * ownLayerSize, shrunk: 1, big: 5 * ownLayerSize })
    expect(chooseOwnLayer(packages, after(['big', 'shrunk']))).toEqual(['big', 'shrunk', 'new'])
  })

  it('leaves those where they are that were not chosen when they came, however big they are now', () => {
    const packages = sized({ big: 5 * ownLayerSize, grown: 9 * ownLayerSize })
    expect(chooseOwnLayer(packages, after(['big'], 'grown'))).toEqual(['big'])
  })

  it('gives the place of one that is gone to a newcomer, and keeps it free for one', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name, size: ownLayerSize }))
    if (!a || !b || !c) throw new Error('there are three')
    expect(chooseOwnLayer([b], after(['a', 'b']))).toEqual(['a', 'b'])
    expect(chooseOwnLayer([b, c], after(['a', 'b']))).toEqual(['c', 'b'])
    expect(chooseOwnLayer([a], after(['a', 'b']))).toEqual(['a'])
    expect(chooseOwnLayer([], after(['a', 'b']))).toEqual([])
  })

  it('chooses a limited number, and promotes nobody when one of them goes', () => {
    const packages = Array.from({ length: 60 }, (_, index) => ({
      name: `p${index}`,
      size: ownLayerSize + index,
    }))
    const chosen = chooseOwnLayer(packages)
    expect(chosen).toHaveLength(ownLayerCount)
    expect(chosen[0]).toBe('p59')
    const names = packages.map(({ name }) => name)
    const rest = packages.filter(({ name }) => name !== 'p59')
    expect(chooseOwnLayer(rest, { ownLayer: chosen, names })).toEqual(chosen)
  })

  it('does not depend on the order of the packages', () => {
    const sizes = fc.uniqueArray(fc.record({ name: fc.string(), size: fc.nat(3 * ownLayerSize) }), {
      selector: ({ name }) => name,
    })
    fc.assert(
      fc.property(sizes, fc.array(fc.string()), fc.array(fc.string()), (packages, ownLayer, names) => {
        const previous = { ownLayer, names }
        expect(chooseOwnLayer(packages.toReversed(), previous)).toEqual(chooseOwnLayer(packages, previous))
      }),
    )
  })
})

describe('groupLocked', () => {
  const wheels = ['torch', 'flask', 'idna', 'click']
  const titles = (own: string[], packages: string[], names: string[], budget = 94) =>
    groupLocked({ packages, wheels: names, ownLayer: own }, budget).map(({ title }) => title)

  it('puts wheels alone that have a layer of their own, behind all packages, and packages of the same name not', () => {
    const own = ['torch', 'pip:flask', 'pip:gone']
    const groups = groupLocked({ packages: ['flask', 'torch'], wheels, ownLayer: own }, 94)
    expect(groups[0]).toEqual({ title: 'torch', packages: [1] })
    expect(groups[1]).toMatchObject({ packages: [0] })
    expect(groups[2]).toEqual({ title: 'pip: flask', packages: [3] })
    expect(groups.slice(3).every(({ title }) => /^pip: wheels \d\/8$/.test(title))).toBe(true)
    expect(groups.flatMap(({ packages }) => packages).toSorted()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('gives all of its places to wheels where packages take none', () => {
    const big = Array.from({ length: 48 }, (_, index) => `wheel-${index}`)
    const own = big.map((name) => `pip:${name}`)
    expect(titles(own, ['python'], [...big, 'small'])).toEqual([
      expect.stringMatching('packages'),
      ...own.map((name) => name.replace(':', ': ')),
      expect.stringMatching('pip: wheels'),
    ])
  })

  it('never makes more groups than the budget, which leaves packages where they are on usual bases', () => {
    fc.assert(
      fc.property(
        nameList,
        fc.integer({ min: 5, max: 110 }),
        fc.nat(60),
        fc.nat(9),
        (names, budget, count, made) => {
          const own = names.slice(0, count).map((name, index) => (index % 2 ? `pip:${name}` : name))
          const built = new Set(names.keys().take(made))
          for (const ownLayer of [own, undefined]) {
            const groups = groupLocked({ packages: names, wheels: names, built, ownLayer }, budget)
            expect(groups.length).toBeLessThanOrEqual(budget)
            const positions = groups.flatMap(({ packages }) => packages)
            expect(positions.toSorted((a, b) => a - b)).toEqual(
              [...names, ...names].map((_, position) => position),
            )
          }
        },
      ),
    )
    const names = Array.from({ length: 100 }, (_, index) => `p${index}`)
    const own = names.slice(0, ownLayerCount)
    const alone = groupLocked({ packages: names, ownLayer: own }, 92)
    const withWheels = groupLocked({ packages: names, wheels, ownLayer: own }, 92)
    expect(withWheels.slice(0, alone.length)).toEqual(alone)
  })
})

test('packages and wheels share the places, keep theirs, and leave each other some', () => {
  const big = (name: string) => ({ name, size: 5_000_000 })
  const first = chooseOwnLayers([big('numpy')], [big('torch'), { name: 'six', size: 1000 }])
  expect(first).toEqual(['numpy', 'pip:torch'])
  const previous = { ownLayer: first, packages: ['numpy'], wheels: ['torch', 'six'] }
  expect(chooseOwnLayers([big('numpy'), big('python')], [big('torch'), big('six')], previous)).toEqual([
    'numpy',
    'pip:torch',
    'python',
  ])
  expect(chooseOwnLayers([big('numpy')], [], previous)).toEqual(['numpy'])
  const many = Array.from({ length: 60 }, (_, index) => big(`p${index}`))
  const both = chooseOwnLayers(many, many)
  expect(both).toHaveLength(48)
  expect(both.filter((name) => !name.startsWith('pip:'))).toHaveLength(ownLayerCount)
  expect(chooseOwnLayers([], many)).toHaveLength(48)
})
