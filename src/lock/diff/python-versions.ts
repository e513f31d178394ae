import { firstNumber, type VersionChange } from './versions.ts'

/** PEP 440, Appendix B, with the spellings that it normalises. */
const pattern =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?([-_.]?dev[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/

/** What a version is ordered by, part by part, as numbers and words; numbers are above words. */
type Part = number | string
type Parts = readonly Part[]
type Key = readonly [epoch: Parts, release: Parts, pre: Parts, post: Parts, dev: Parts, local: Parts]

/** A version of Python's (PEP 440), taken apart. */
export interface PythonVersion {
  readonly epoch: number
  /** As written: `3.10.0` has three numbers. */
  readonly release: readonly number[]
  readonly isPrerelease: boolean
  readonly isPostrelease: boolean
  /** The parts behind the `+`. */
  readonly local: Parts
  readonly key: Key
}

/** Python's ordering of versions (PEP 440). Conda's puts `1.0.dev1` above `1.0a1`, and `1.0+cpu` below `1.0`. */
export function comparePythonVersions(before: string, after: string): VersionChange | undefined {
  const [was, is] = [parsePythonVersion(before), parsePythonVersion(after)]
  if (!was || !is) return undefined
  const order = orderOf(was, is)
  return {
    direction: order < 0 ? 'up' : order > 0 ? 'down' : 'same',
    major: firstNumber(before) !== firstNumber(after),
  }
}

/** Below 0 when the first one is the older one, 0 when they are the same. */
export function orderOf(a: PythonVersion, b: PythonVersion): number {
  return firstDifference(a.key, b.key, compareParts)
}

/** @returns undefined for what is no version of Python's; its key is as packaging's version.py, `_cmpkey`, has it */
export function parsePythonVersion(text: string): PythonVersion | undefined {
  const match = pattern.exec(text.trim().toLowerCase())
  if (!match) return undefined
  const [, epoch = '0', digits = '', pre, preNumber, dashed, post, postNumber, dev, devNumber, behind] = match
  const release = digits.split('.').map(Number)
  const isPostrelease = dashed !== undefined || post !== undefined
  const local = behind?.split(/[-_.]/).map((part) => (/^\d+$/.test(part) ? Number(part) : part)) ?? []
  return {
    epoch: Number(epoch),
    release,
    isPrerelease: pre !== undefined || dev !== undefined,
    isPostrelease,
    local,
    key: [
      [Number(epoch)],
      withoutZeros(release),
      pre !== undefined
        ? [stage(pre), Number(preNumber)]
        : [dev !== undefined && !isPostrelease ? -Infinity : Infinity],
      [isPostrelease ? Number(dashed ?? postNumber) : -Infinity],
      [dev === undefined ? Infinity : Number(devNumber)],
      local,
    ],
  }
}

function withoutZeros(release: readonly number[]): number[] {
  const end = release.findLastIndex((number) => number !== 0)
  return release.slice(0, Math.max(end, 0) + 1)
}

function stage(word: string): number {
  return word.startsWith('a') ? 0 : word.startsWith('b') ? 1 : 2
}

function compareParts(a: Parts, b: Parts): number {
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
