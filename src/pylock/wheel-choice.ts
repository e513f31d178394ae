import { wheelParts } from '../environment/read.ts'
import { supportedTags, type PipTarget } from '../pip/tags.ts'

/** The target of wheels, less its C library. */
export type Python = Omit<PipTarget, 'glibc'>

/** Older than all that PEP 600 has names for but that of manylinux2014, which every base has. */
const oldest = '2.17'

/**
 * The best wheel for a target: by its tags, in pip's order, then by its build number.
 * @param files the names of wheels
 * @param glibc the version of the C library; it may take reading the base, and is asked only where the choice depends on it
 * @returns undefined when none of them fits
 */
export async function chooseWheel(
  files: readonly string[],
  python: Python,
  glibc: () => Promise<string>,
): Promise<string | undefined> {
  const choose = (version: string) => best(files, { ...python, glibc: version })
  const choices = [...new Set([oldest, ...glibcOf(files)])].map(choose)
  return choices.every((choice) => choice === choices[0]) ? choices[0] : choose(await glibc())
}

/** Whether one of them would fit, were the C library as new as it wants. */
export function fitsSomeGlibc(files: readonly string[], python: Python): boolean {
  return glibcOf(files).some((glibc) => best(files, { ...python, glibc }) !== undefined)
}

/** The C libraries from which on another wheel may be the best. */
function glibcOf(files: readonly string[]): string[] {
  return files.flatMap((file) =>
    (wheelParts(file)?.platforms ?? []).flatMap((tag) => {
      const [, minor] = /^manylinux_2_(\d{1,2})_/.exec(tag) ?? []
      return minor !== undefined && Number(minor) > 17 ? [`2.${minor}`] : []
    }),
  )
}

interface Rank {
  readonly file: string
  /** The place of its best tag. */
  readonly tag: number
  readonly build: BuildNumber
}

/** What stands behind the version: digits, and any text (PEP 427). */
type BuildNumber = readonly [number: number, text: string]

function best(files: readonly string[], target: PipTarget): string | undefined {
  const places = placesOf(target)
  const ranked = files.flatMap((file): Rank[] => {
    const parts = wheelParts(file.toLowerCase())
    if (!parts) return []
    const [platforms = '', abis = '', pythons = '', build = ''] = parts.build.split('-').reverse()
    const found = pythons
      .split('.')
      .flatMap((python) =>
        abis
          .split('.')
          .flatMap((abi) =>
            platforms.split('.').flatMap((platform) => places.get(`${python}-${abi}-${platform}`) ?? []),
          ),
      )
    return found.length > 0 ? [{ file, tag: Math.min(...found), build: buildNumber(build) }] : []
  })
  return ranked.reduce<Rank | undefined>(
    (winner, one) => (winner && !isBetter(one, winner) ? winner : one),
    undefined,
  )?.file
}

function isBetter(one: Rank, other: Rank): boolean {
  if (one.tag !== other.tag) return one.tag < other.tag
  const [number, text] = one.build
  return number !== other.build[0] ? number > other.build[0] : text > other.build[1]
}

/** None is the lowest. */
function buildNumber(text: string): BuildNumber {
  const [, digits, rest = ''] = /^(\d+)(.*)$/.exec(text) ?? []
  return digits === undefined ? [-1, ''] : [Number(digits), rest]
}

const ladders = new Map<string, ReadonlyMap<string, number>>()

/** Thousands of tags, the same for all packages of a lock. */
function placesOf(target: PipTarget): ReadonlyMap<string, number> {
  const key = JSON.stringify([target.version, target.freeThreaded, target.subdir, target.glibc])
  const places =
    ladders.get(key) ?? new Map(supportedTags(target).map((tag, index) => [tag.join('-'), index]))
  ladders.set(key, places)
  return places
}
