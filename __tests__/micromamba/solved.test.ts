import fc from 'fast-check'
import { describe, expect, test } from '@jest/globals'
import { parseDryRun, parseSolvedPackage, sortTopologically } from '../../src/micromamba/solved.ts'
import { transcripts } from './replay.ts'

function solved(name: string, ...depends: string[]) {
  return {
    name,
    version: '1',
    build: '0',
    url: `http://c/noarch/${name}-1-0.conda`,
    sha256: '',
    size: 0,
    depends,
  }
}
const sortedNames = (...packages: Parameters<typeof sortTopologically>[0]) =>
  sortTopologically(packages).map(({ name }) => name)

describe('sortTopologically', () => {
  test('keeps the order of every recorded solve: it is topological', () => {
    const solves = Object.values(transcripts)
      .flat()
      .flatMap(({ stdout }) => {
        const link = parseDryRun(stdout)?.link.map(parseSolvedPackage) ?? []
        return link.length > 0 ? [link] : []
      })
    expect(solves.length).toBeGreaterThan(5)
    for (const packages of solves) expect(sortTopologically(packages)).toEqual(packages)
  })
  test('moves only what has to', () => {
    expect(sortedNames(solved('a'), solved('b', 'd >=1'), solved('c'), solved('d'))).toEqual([
      'a',
      'd',
      'b',
      'c',
    ])
  })
  test('knows names by what stands before the version, and leaves virtual packages aside', () => {
    expect(sortedNames(solved('a', '__glibc >=2.17', 'B=1.*', 'c>2'), solved('b'), solved('c'))).toEqual([
      'b',
      'c',
      'a',
    ])
  })
  test('ends where packages depend on each other', () => {
    expect(sortedNames(solved('a', 'b'), solved('b', 'c'), solved('c', 'a'))).toEqual(['c', 'b', 'a'])
  })
  test('puts any acyclic set right, and right ones stay', () => {
    const graph = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 30 })
    const shuffled = graph.chain((edges) =>
      fc.shuffledSubarray(
        edges.map((targets, index) =>
          solved(`p${index}`, ...(index === 0 ? [] : targets.map((target) => `p${target % index} >=1`))),
        ),
        { minLength: edges.length },
      ),
    )
    fc.assert(
      fc.property(shuffled, (packages) => {
        const sorted = sortTopologically(packages)
        expect(sorted).toHaveLength(packages.length)
        const position = new Map(sorted.map(({ name }, index) => [name, index]))
        sorted.forEach(({ depends }, index) => {
          for (const spec of depends) expect(position.get(spec.split(' ')[0] ?? '')).toBeLessThan(index)
        })
        expect(sortTopologically(sorted)).toEqual(sorted)
      }),
    )
  })
})

describe('parseSolvedPackage', () => {
  const item = {
    name: 'a',
    version: '1',
    build: '0',
    url: 'https://h/t/*****/c/noarch/a-1-0.conda',
    sha256: 'AB'.repeat(32),
  }
  test('takes the token out of the address', () => {
    expect(parseSolvedPackage(item)).toEqual({
      name: 'a',
      version: '1',
      build: '0',
      url: 'https://h/c/noarch/a-1-0.conda',
      sha256: 'ab'.repeat(32),
      size: 0,
      depends: [],
    })
  })
  test.each([
    [{ ...item, sha256: undefined }, 'https://h/c/noarch/a-1-0.conda: the channel gives no sha256 of a 1'],
    [{ ...item, sha256: '' }, 'gives no sha256'],
    [{ ...item, url: undefined }, 'without name, version or URL'],
    ['text', 'without name, version or URL'],
  ])('%j is refused', (value, message) => {
    expect(() => parseSolvedPackage(value)).toThrow(message)
  })
})

test.each(['', 'text', '[]', '{}', '{"success": "yes"}'])('%j is no dry run', (text) => {
  expect(parseDryRun(text)).toBeUndefined()
})
