import { parentsOf } from '../packages/archive-path.ts'

/**
 * Paths by 32-bit hashes: enough to say that two layers have nothing in common, in a tenth of the bytes. Equal paths have
 * equal hashes, so nothing in common is never overlooked; a chance meeting of two hashes costs a closer look.
 */
export type PathSet = ReadonlySet<number>

/** What the packages of a layer need of the prefix. */
export interface Claims {
  /** Files and links; and directories, "territories", that stand for all that is below them. */
  readonly claims: PathSet
  /** Directories above these. */
  readonly ways: PathSet
}

/** FNV-1a (draft-eastlake-fnv) over UTF-16 code units, their high byte last. */
export function hashPath(path: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < path.length; index++) {
    const unit = path.charCodeAt(index)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    if (unit > 0xff) hash = Math.imul(hash ^ (unit >> 8), 0x01000193)
  }
  return hash >>> 0
}

/**
 * The claims of packages. A directory that is called like one of them is a territory: hardly anybody else puts files in
 * `site-packages/numpy` or `share/doc/zlib`, and one entry does for hundreds. Where somebody does, the two are looked at
 * more closely than they need be, no more. Where that leaves too many entries, other directories are territories too.
 * @param names of the packages
 * @param paths that they claim, relative to the prefix
 * @param most how many entries there should be; there are more where too many lie at the top
 */
export function claimsOf(names: Iterable<string>, paths: Iterable<string>, most = Infinity): Claims {
  const own = new Set([...names].flatMap(callNames))
  const claims = new Set<string>()
  const ways = new Set<string>()
  for (const path of paths) {
    const claimed = territoryOf(path, own) ?? path
    if (claims.has(claimed)) continue
    claims.add(claimed)
    for (const parent of parentsOf(claimed)) {
      if (ways.has(parent)) break
      ways.add(parent)
    }
  }
  takeDirectories(claims, ways, most)
  return { claims: hashed(claims), ways: hashed(ways) }
}

/**
 * A set of paths of which directories stand for all below them where there are too many.
 * @param most as in `claimsOf`
 */
export function pathSetOf(paths: Iterable<string>, most: number): PathSet {
  const all = new Set(paths)
  takeDirectories(all, new Set(), most)
  return hashed(all)
}

/**
 * Has directories stand for what is in them, until there are no more than so many entries. Fewer bits for each would be the other way:
 * then nearly all layers would meet by chance. The deepest directories go first, since what lies high is where packages meet, as in
 * `share/man/man1`; of one depth, those that hold the most. `bin`, `lib` and the like never do: everybody meets there.
 */
function takeDirectories(claims: Set<string>, ways: Set<string>, most: number): void {
  const depthOf = (path: string) => path.split('/').length
  let deepest = 0
  for (const path of claims) deepest = Math.max(deepest, depthOf(path))
  for (let depth = deepest; depth > 2 && claims.size + ways.size > most; depth--) {
    const here = [...claims].filter((path) => depthOf(path) === depth)
    const contents = Map.groupBy(here, (path) => path.slice(0, path.lastIndexOf('/')))
    const fullest = [...contents].sort(
      ([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1),
    )
    for (const [directory, paths] of fullest) {
      if (claims.size + ways.size <= most) return
      for (const path of paths) claims.delete(path)
      ways.delete(directory)
      claims.add(directory)
    }
  }
}

function hashed(paths: Iterable<string>): PathSet {
  return new Set(Array.from(paths, hashPath))
}

/** The names that directories of a package go by: `r-ggplot2` has `ggplot2`, `scikit-learn` has none of its own. */
function callNames(name: string): string[] {
  const short = name.replace(/^(r|perl|bioconductor|python)-/, '')
  return [...new Set([name, short].flatMap((call) => [call, call.replaceAll('-', '_')]))].map((call) =>
    call.toLowerCase(),
  )
}

/** The highest directory of a path, below the first level, that is called like a package, perhaps with a version. */
function territoryOf(path: string, own: ReadonlySet<string>): string | undefined {
  for (let start = path.indexOf('/') + 1, end = path.indexOf('/', start); start > 0 && end > 0;) {
    const name = path.slice(start, end).toLowerCase()
    const isOwn = own.has(name) || own.has(name.replace(/-\d[^/]*$/, ''))
    // Others' modules live in a python's and in a perl's own directories.
    if (isOwn && !/^(python|perl|ruby|site-packages|r)$/.test(name)) return path.slice(0, end)
    start = end + 1
    end = path.indexOf('/', start)
  }
  return undefined
}

/**
 * Finds those that may have a path in common with another, or a file where another has a directory.
 * @returns their indexes
 */
export function findMeetings(all: readonly Claims[]): Set<number> {
  const owners = new Map<number, number>()
  const meeting = new Set<number>()
  all.forEach(({ claims }, index) => {
    for (const hash of claims) {
      const owner = owners.get(hash)
      if (owner === undefined) owners.set(hash, index)
      else meeting.add(owner).add(index)
    }
  })
  all.forEach(({ ways }, index) => {
    for (const hash of ways) {
      const owner = owners.get(hash)
      if (owner !== undefined && owner !== index) meeting.add(owner).add(index)
    }
  })
  return meeting
}

/** Sorted, four bytes each, lowest first, in base64. */
export function formatPathSet(set: PathSet): string {
  const sorted = Uint32Array.from(set).sort()
  const bytes = Buffer.alloc(sorted.length * 4)
  sorted.forEach((hash, index) => bytes.writeUInt32LE(hash, index * 4))
  return bytes.toString('base64')
}

/** @returns undefined for what `formatPathSet` would not give */
export function parsePathSet(text: string): PathSet | undefined {
  const bytes = Buffer.from(text, 'base64')
  const set = new Set<number>()
  for (let at = 0; at + 4 <= bytes.length; at += 4) set.add(bytes.readUInt32LE(at))
  return formatPathSet(set) === text ? set : undefined
}
