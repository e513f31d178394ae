import { describe, expect, it, test } from '@jest/globals'
import fc from 'fast-check'
import {
  claimsOf,
  findMeetings,
  formatPathSet,
  hashPath,
  parsePathSet,
  pathSetOf,
} from '../../src/layers/path-set.ts'
import { parentsOf } from '../../src/packages/archive-path.ts'

const name = fc.constantFrom('a', 'b', 'numpy', 'zlib', 'share', 'lib', 'größe', 'zlib-1.2')
const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'))
const paths = fc.uniqueArray(path, { maxLength: 12 })

/** Whether two lists have a path in common, or one a file where the other has a directory. */
function meet(a: readonly string[], b: readonly string[]): boolean {
  return a.some((one) =>
    b.some(
      (other) => one === other || [...parentsOf(one)].includes(other) || [...parentsOf(other)].includes(one),
    ),
  )
}

describe('claimsOf', () => {
  it('never overlooks that two layers meet', () => {
    fc.assert(
      fc.property(paths, paths, fc.subarray(['numpy', 'zlib', 'b']), (a, b, names) => {
        const claims = [claimsOf(names, a), claimsOf([], b)]
        if (meet(a, b)) expect(findMeetings(claims)).toEqual(new Set([0, 1]))
      }),
    )
  })

  it('never overlooks it where directories stand for what is in them', () => {
    fc.assert(
      fc.property(paths, paths, fc.nat(12), fc.nat(12), (a, b, most, mostOther) => {
        const claims = [claimsOf([], a, most), claimsOf([], b, mostOther)]
        if (meet(a, b)) expect(findMeetings(claims)).toEqual(new Set([0, 1]))
      }),
    )
  })

  it('takes the deepest and fullest directories for one entry, in whatever order paths come', () => {
    const all = ['bin/a', 'bin/b', 'share/x/1/a', 'share/x/1/b', 'share/x/1/c', 'share/x/2/a', 'share/x/2/b']
    const some = claimsOf([], all, 11)
    expect(some).toEqual({
      claims: new Set(['bin/a', 'bin/b', 'share/x/1', 'share/x/2/a', 'share/x/2/b'].map(hashPath)),
      ways: new Set(['bin', 'share', 'share/x', 'share/x/2'].map(hashPath)),
    })
    expect(claimsOf([], all.toReversed(), 11)).toEqual(some)
    expect(claimsOf([], all, 0)).toEqual({
      claims: new Set(['bin/a', 'bin/b', 'share/x'].map(hashPath)),
      ways: new Set(['bin', 'share'].map(hashPath)),
    })
    expect(pathSetOf(all, 4)).toEqual(new Set(['bin/a', 'bin/b', 'share/x/1', 'share/x/2'].map(hashPath)))
  })

  it('has one entry for a directory that is called like a package', () => {
    const files = ['core/a.py', 'core/b.py', '__init__.py'].map(
      (file) => `lib/python3.12/site-packages/numpy/${file}`,
    )
    const { claims } = claimsOf(
      ['numpy'],
      [...files, 'bin/f2py', 'lib/python3.12/site-packages/numpy-2.0.dist-info/RECORD'],
    )
    expect(claims).toEqual(
      new Set(
        [
          'lib/python3.12/site-packages/numpy',
          'bin/f2py',
          'lib/python3.12/site-packages/numpy-2.0.dist-info',
        ].map(hashPath),
      ),
    )
  })

  it("takes no directory for a package's own that others use too", () => {
    const [mine, other] = [claimsOf(['python'], ['lib/python/os.py']), claimsOf(['x'], ['lib/python/x.py'])]
    expect(findMeetings([mine, other]).size).toBe(0)
  })
})

test('path sets come back from their text, and nothing else is taken for one', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(2 ** 32 - 1)), (hashes) => {
      const set = new Set(hashes)
      expect(parsePathSet(formatPathSet(set))).toEqual(set)
    }),
  )
  for (const text of ['AAAA', 'AQAAAAAAAAA=', 'not base64!', 'AQAAAA'])
    expect(parsePathSet(text)).toBeUndefined()
})
