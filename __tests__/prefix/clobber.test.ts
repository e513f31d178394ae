import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { findClobbers, findObstructed, selectWinning } from '../../src/prefix/clobber.ts'

const plans = (...paths: string[][]) => paths.map((list) => ({ paths: list }))

describe('paths that several packages claim', () => {
  test('the last one wins', () => {
    const clobbers = findClobbers(plans(['a', 'b', 'c'], ['b', 'd'], ['c'], ['b']))
    expect([...clobbers]).toEqual([
      ['b', { winner: 3, losers: [0, 1] }],
      ['c', { winner: 2, losers: [0] }],
    ])
    expect(['a', 'b', 'c'].filter(selectWinning(clobbers, 0))).toEqual(['a'])
    expect(['b', 'd'].filter(selectWinning(clobbers, 1))).toEqual(['d'])
    expect(['b'].filter(selectWinning(clobbers, 3))).toEqual(['b'])
  })

  test('every path is taken from exactly one package, the last that has it', () => {
    const paths = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'))
    fc.assert(
      fc.property(fc.array(paths, { maxLength: 6 }), (lists) => {
        const clobbers = findClobbers(plans(...lists))
        const left = new Map<string, number>() // as if each package were copied over the earlier ones
        lists.forEach((list, position) => {
          for (const path of list) left.set(path, position)
        })
        const taken = lists.flatMap((list, position) =>
          list.filter(selectWinning(clobbers, position)).map((path) => [path, position] as const),
        )
        expect(taken).toHaveLength(left.size)
        expect(new Map(taken)).toEqual(left)
      }),
    )
  })
})

describe('paths below something that is no directory', () => {
  test('of another package, whichever comes first', () => {
    expect(findObstructed(plans(['lib64'], ['lib64/a/b', 'lib/c'], ['lib/c/d']))).toEqual([
      { path: 'lib64/a/b', position: 1, by: 'lib64', byPosition: 0 },
      { path: 'lib/c/d', position: 2, by: 'lib/c', byPosition: 1 },
    ])
  })

  test('of the same package', () => {
    expect(findObstructed(plans(['a/b', 'a']))).toEqual([
      { path: 'a/b', position: 0, by: 'a', byPosition: 0 },
    ])
  })

  test('every one of them', () => {
    expect(findObstructed(plans(['a'], ['a/b/c', 'a/b/d', 'a/e'])).map(({ path }) => path)).toEqual([
      'a/b/c',
      'a/b/d',
      'a/e',
    ])
  })

  test('names that only begin alike', () => {
    expect(findObstructed(plans(['lib', 'a/bc'], ['lib64/x', 'lib.so', 'a/b/c']))).toEqual([])
  })
})
