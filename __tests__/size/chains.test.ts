import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { rootsOf, shortestChains } from '../../src/size/chains.ts'
import { shareOut } from '../../src/size/share.ts'

const graph = (needs: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(needs))

describe('what asked for a package', () => {
  const always = graph({
    pandas: ['numpy', 'python'],
    numpy: ['libblas', 'python'],
    libblas: ['libopenblas'],
    libopenblas: [],
    python: ['openssl'],
    openssl: [],
    stray: [],
    matplotlib: ['numpy'],
  })

  test('is told by the shortest way', () => {
    const chains = shortestChains(['pandas', 'python', 'gone'], { always })
    expect(Object.fromEntries(chains)).toEqual({
      pandas: ['pandas'],
      python: ['python'],
      numpy: ['pandas', 'numpy'],
      openssl: ['python', 'openssl'],
      libblas: ['pandas', 'numpy', 'libblas'],
      libopenblas: ['pandas', 'numpy', 'libblas', 'libopenblas'],
    })
  })

  test('may be an extra, of what nothing else needs', () => {
    const withExtras = graph({ pandas: ['matplotlib', 'libopenblas'] })
    const chains = shortestChains(['pandas'], { always, withExtras })
    expect(chains.get('matplotlib')).toEqual(['pandas', 'matplotlib'])
    expect(chains.get('libopenblas')).toEqual(['pandas', 'numpy', 'libblas', 'libopenblas'])
  })

  test('is what nothing needs, where nobody knows, or all were asked for', () => {
    const guessed = { roots: ['pandas', 'stray', 'matplotlib'], isGuessed: true }
    expect(rootsOf([], { always })).toEqual(guessed)
    expect(rootsOf(always.keys(), { always })).toEqual(guessed)
    expect(rootsOf(['python', 'elsewhere'], { always })).toEqual({ roots: ['python'], isGuessed: false })
    expect(rootsOf(['a'], { always: graph({ a: [] }) })).toEqual({ roots: ['a'], isGuessed: false })
  })
})

test('shares are in proportion, and add up to the whole', () => {
  expect(shareOut(100, [30, 10])).toEqual([75, 25])
  expect(shareOut(10, [0, 0])).toEqual([5, 5])
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.nat(), { minLength: 1 }), (compressed, sizes) => {
      const shares = shareOut(compressed, sizes)
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(compressed)
      expect(shares.every((share) => share >= 0)).toBe(true)
    }),
  )
})
