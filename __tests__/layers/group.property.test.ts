import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  chooseOwnLayer,
  groupPackages,
  ownLayerCount,
  ownLayerSize,
  type EarlierChoice,
} from '../../src/layers/group.ts'

interface Package {
  readonly name: string
  readonly version: number
  readonly size: number
}

/** One package comes, goes, or is another one from now on; `at` chooses which, or the place in the lock. */
type Edit =
  | { readonly what: 'add'; readonly at: number; readonly package: Package }
  | { readonly what: 'remove'; readonly at: number }
  | { readonly what: 'bump'; readonly at: number; readonly size: number }

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
/** Often beside the size from which a package is big, and often far above it. */
const size = fc.oneof(
  fc.integer({ min: ownLayerSize - 2, max: ownLayerSize + 2 }),
  fc.nat(100 * ownLayerSize),
  fc.nat(ownLayerSize),
)
const somePackage = fc.record({ name, version: fc.constant(0), size })
const environment = fc.uniqueArray(somePackage, { selector: (one) => one.name, maxLength: 150 })
/** More big packages than there are places for them. */
const bigEnvironment = fc.uniqueArray(
  fc.record({ name, version: fc.constant(0), size: fc.integer({ min: ownLayerSize, max: 2 ** 31 }) }),
  { selector: (one) => one.name, minLength: ownLayerCount, maxLength: 3 * ownLayerCount },
)
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ what: fc.constant('add' as const), at: fc.nat(), package: somePackage }),
  fc.record({ what: fc.constant('remove' as const), at: fc.nat() }),
  fc.record({ what: fc.constant('bump' as const), at: fc.nat(), size }),
)
const budget = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 60, max: 100 }))

/** The lock after an edit; the same one when there is nothing to edit. */
function edited(packages: readonly Package[], change: Edit): readonly Package[] {
  const at = packages.length > 0 ? change.at % packages.length : 0
  switch (change.what) {
    case 'add':
      return packages.some((one) => one.name === change.package.name)
        ? packages
        : packages.toSpliced(at, 0, change.package)
    case 'remove':
      return packages.toSpliced(at, 1)
    case 'bump': {
      const one = packages[at]
      return one ? packages.with(at, { ...one, version: one.version + 1, size: change.size }) : packages
    }
  }
}

/** What is in each layer, by its title. */
function layersOf(packages: readonly Package[], ownLayer: readonly string[], room: number) {
  const groups = groupPackages(
    packages.map((one) => one.name),
    ownLayer,
    room,
  )
  return new Map(
    groups.map(({ title, packages: positions }) => [
      title,
      positions.map((position) => `${packages[position]?.name}=${packages[position]?.version}`).join(),
    ]),
  )
}

const namesOf = (packages: readonly Package[]) => packages.map((one) => one.name)

test.each([
  ['an environment', environment],
  ['an environment of many big packages', bigEnvironment],
])('over the life of %s, each edit changes one layer at most, and the budget holds', (_, packagesFirst) => {
  fc.assert(
    fc.property(packagesFirst, fc.array(edit, { maxLength: 12 }), budget, (first, edits, room) => {
      let packages: readonly Package[] = first
      let lock: EarlierChoice = { ownLayer: chooseOwnLayer(packages), names: namesOf(packages) }
      let layers = layersOf(packages, lock.ownLayer, room)
      expect(layers.size).toBeLessThanOrEqual(room)
      for (const change of edits) {
        packages = edited(packages, change)
        lock = { ownLayer: chooseOwnLayer(packages, lock), names: namesOf(packages) }
        const next = layersOf(packages, lock.ownLayer, room)
        expect(next.size).toBeLessThanOrEqual(room)
        const titles = [...new Set([...layers.keys(), ...next.keys()])]
        const changed = titles.filter((title) => layers.get(title) !== next.get(title))
        expect(changed.length).toBeLessThanOrEqual(1)
        layers = next
      }
    }),
    { numRuns: 400 },
  )
})

test('what a lock keeps of packages that are gone is less than the places there are, and nothing at its end', () => {
  fc.assert(
    fc.property(bigEnvironment, fc.array(edit, { maxLength: 60 }), (first, edits) => {
      let packages: readonly Package[] = first
      let lock: EarlierChoice | undefined
      for (const change of edits) {
        packages = edited(packages, change)
        lock = { ownLayer: chooseOwnLayer(packages, lock), names: namesOf(packages) }
        const last = lock.ownLayer.at(-1)
        expect(lock.ownLayer.length).toBeLessThanOrEqual(ownLayerCount)
        expect(new Set(lock.ownLayer).size).toBe(lock.ownLayer.length)
        if (last !== undefined) expect(lock.names).toContain(last)
      }
    }),
  )
})
