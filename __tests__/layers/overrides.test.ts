import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { planOverrides } from '../../src/layers/overrides.ts'
import { findClobbers } from '../../src/prefix/link.ts'

const layers = (...groups: number[][]) =>
  groups.map((packages, index) => ({ title: `layer ${index}`, packages }))

describe('planOverrides', () => {
  it('gives a file again when a loser lies above its winner', () => {
    const clobbers = new Map([['bin/x', { winner: 2, losers: [0, 1] }]])
    expect(planOverrides(layers([2], [0], [1]), clobbers)).toEqual(new Map([[2, new Set(['bin/x'])]]))
    expect(planOverrides(layers([0], [2], [1]), clobbers)).toEqual(new Map([[2, new Set(['bin/x'])]]))
  })

  it('gives nothing when the winner is on top, or in the same layer', () => {
    const clobbers = new Map([['bin/x', { winner: 2, losers: [0, 1] }]])
    expect(planOverrides(layers([0], [1], [2]), clobbers).size).toBe(0)
    expect(planOverrides(layers([0, 1, 2]), clobbers).size).toBe(0)
  })

  it('leaves every path with the package that is last in the lock', () => {
    const path = fc.constantFrom('a', 'b', 'c', 'd')
    const environment = fc
      .array(fc.tuple(fc.uniqueArray(path), fc.nat(3)), { minLength: 1, maxLength: 8 })
      .map((packages) => packages.map(([paths, layer]) => ({ paths, layer })))
    fc.assert(
      fc.property(environment, (packages) => {
        const groups = layers(
          ...[0, 1, 2, 3].map((layer) =>
            packages.flatMap((each, index) => (each.layer === layer ? index : [])),
          ),
        )
        const clobbers = findClobbers(packages)
        // Applies the layers as an engine does; inside a layer the lock decides.
        const image = new Map<string, number>()
        for (const { packages: members } of groups) {
          for (const index of members) for (const each of packages[index]?.paths ?? []) image.set(each, index)
        }
        for (const [index, paths] of planOverrides(groups, clobbers)) {
          for (const each of paths) image.set(each, index)
        }
        const installed = new Map<string, number>()
        packages.forEach(({ paths }, index) => {
          for (const each of paths) installed.set(each, index)
        })
        expect(Object.fromEntries(image)).toEqual(Object.fromEntries(installed))
      }),
    )
  })
})
