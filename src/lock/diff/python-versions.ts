import { firstNumber, type VersionChange } from './versions.ts'

/** PEP 440, Appendix B, with the spellings that it normalises. */
const pattern =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?([-_.]?dev[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/

/** What a version is ordered by, part by part, as numbers and words; numbers are above words. */
type Part = number | string
type Key = readonly (readonly Part[])[]

/** Python's ordering of versions (PEP 440). Conda's puts `1.0.dev1` above `1.0a1`, and `1.0+cpu` below `1.0`. */
export function comparePythonVersions(before: string, after: string): VersionChange | undefined {
  const [was, is] = [keyOf(before), keyOf(after)]
  if (!was || !is) return undefined
  const order = firstDifference(was, is, compareParts)
  return {
    direction: order < 0 ? 'up' : order > 0 ? 'down' : 'same',
    major: firstNumber(before) !== firstNumber(after),
  }
}

/** As packaging's version.py, `_cmpkey`, has it. */
function keyOf(version: string): Key | undefined {
  const match = pattern.exec(version.trim().toLowerCase())
  if (!match) return undefined
  const [, epoch, release = '', pre, preNumber, dashed, post, postNumber, dev, devNumber, local] = match
  const numbers = release.split('.').map(Number)
  while (numbers.length > 1 && numbers.at(-1) === 0) numbers.pop()
  const isPost = dashed !== undefined || post !== undefined
  return [
    [Number(epoch ?? 0)],
    numbers,
    pre !== undefined
      ? [stage(pre), Number(preNumber)]
      : [dev !== undefined && !isPost ? -Infinity : Infinity],
    [isPost ? Number(dashed ?? postNumber) : -Infinity],
    [dev === undefined ? Infinity : Number(devNumber)],
    local?.split(/[-_.]/).map((part) => (/^\d+$/.test(part) ? Number(part) : part)) ?? [],
  ]
}

function stage(word: string): number {
  return word.startsWith('a') ? 0 : word.startsWith('b') ? 1 : 2
}

function compareParts(a: readonly Part[], b: readonly Part[]): number {
  return firstDifference(a, b, comparePart) || a.length - b.length
}

function comparePart(a: Part, b: Part): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? 1 : -1
  return a === b ? 0 : a < b ? -1 : 1
}

function firstDifference<T>(a: readonly T[], b: readonly T[], compare: (one: T, other: T) => number): number {
  for (const [index, one] of a.entries()) {
    const other = b[index]
    const order = other === undefined ? 0 : compare(one, other)
    if (order !== 0) return order
  }
  return 0
}
