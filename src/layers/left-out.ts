import { digestOf, isDigest, type Digest } from '../common/digest.ts'
import { exclusionOf } from '../prefix/exclude.ts'
import { excludeSets } from '../prefix/exclude-sets.ts'
import type { LinkablePlan } from '../prefix/linkable.ts'
import { hasRoom, leftOutLimit } from './manifest-room.ts'

/** The annotation of a layer's descriptor that says what was left out of it. */
export const leftOutAnnotation = 'io.github.micromamba-image.left-out'

/** The annotation of a manifest, and the label of an image, that hold the patterns, one a line. */
export const excludeAnnotation = 'io.github.micromamba-image.exclude'

/** What patterns do to a layer: a function of its files and of them. */
export interface LeftOut {
  /** The hash of the paths that are left out; absent when none is. */
  readonly paths?: Digest
  /** The sets that have any of the layer's files, whether they are asked for or not. */
  readonly sets: readonly string[]
  /** The patterns that speak of any of its files, in their order: the others do nothing here. */
  readonly patterns: readonly PatternCount[]
}

/** What a pattern leaves out. */
export interface PatternCount {
  readonly pattern: string
  readonly files: number
  /** Of their content, as far as packages tell; bytecode that is not made has none. */
  readonly bytes: number
}

/** A file that a layer would have. */
export interface PlannedSize {
  readonly path: string
  readonly size: number
  readonly type?: 'directory'
}

const setPatterns = Object.keys(excludeSets).map((name) => `@${name}`)

/** Says what patterns do to the files that a layer would have, relative to the prefix. */
export function findLeftOut(files: readonly PlannedSize[], exclude: readonly string[]): LeftOut {
  const exclusion = exclusionOf(exclude)
  // A directory that is listed for itself is one above nothing.
  const paths = files.map(({ path, type }) => (type === 'directory' ? `${path}/` : path))
  const counts = new Map(
    exclusion.touching(paths).map((index) => [index, { pattern: exclude[index] ?? '', files: 0, bytes: 0 }]),
  )
  const excluded: string[] = []
  // Of files that several packages have the last one counts.
  const wouldBe = new Map(counts.size > 0 ? files.map((file) => [file.path, file]) : [])
  for (const { path, size, type } of wouldBe.values()) {
    const count = counts.get(exclusion.excludedBy(path, type) ?? -1)
    if (!count) continue
    excluded.push(path)
    if (type === 'directory') continue
    count.files++
    count.bytes += size
  }
  return {
    ...(excluded.length > 0 && { paths: digestOf(JSON.stringify(excluded.sort())) }),
    sets: exclusionOf(setPatterns)
      .touching(paths)
      .flatMap((index) => setPatterns[index] ?? []),
    patterns: [...counts.values()],
  }
}

/** The files of plans in which nothing is left out, with what their packages say of their sizes. */
export function filesOf(plans: readonly LinkablePlan[]): PlannedSize[] {
  return plans.flatMap((plan) => {
    const sizes = new Map<string, number>()
    for (const { file, path, shadowed } of plan.files) if (!shadowed) sizes.set(path, file.size)
    if ('generated' in plan) for (const { path, bytes } of plan.generated) sizes.set(path, bytes.length)
    const directories = plan.files.flatMap(({ file, path }) =>
      'type' in file && file.type === 'directory' ? [{ path, size: 0, type: file.type }] : [],
    )
    return [...plan.paths.map((path) => ({ path, size: sizes.get(path) ?? 0 })), ...directories]
  })
}

/**
 * Whether patterns do to a layer what others did to it.
 * @param known what those did
 * @param others all of those
 * @returns false also where that is not known without the layer's files
 */
export function sameLeftOut(
  exclude: readonly string[],
  known: ParsedLeftOut,
  others: readonly string[],
): boolean {
  if (known.isPartial) return false
  const touchedBefore = new Set(known.patterns.map(({ pattern }) => pattern))
  const touched: string[] = []
  for (const pattern of exclude) {
    const set = pattern.replace(/^!/, '')
    const isSet = setPatterns.includes(set)
    if (!isSet && !others.includes(pattern)) return false
    if (isSet ? known.sets.includes(set) : touchedBefore.has(pattern)) touched.push(pattern)
  }
  return (
    touched.length === known.patterns.length &&
    known.patterns.every(({ pattern }, index) => pattern === touched[index])
  )
}

/** To be raised when patterns or licences come to mean something else. */
const leftOutRules = 1

/** Tells what an annotation was made by: a base may have layers of ours, too, with the counts of other patterns. */
function rulesOf(exclude: readonly string[]): string {
  return digestOf(JSON.stringify([leftOutRules, excludeSets, exclude])).slice(
    'sha256:'.length,
    'sha256:'.length + 16,
  )
}

/**
 * As a text for the annotation, `<rules> <key> <sets> <pattern>:<files>:<bytes>,…`, of patterns their positions; `?` for them where there
 * is no room, which means for each run to look at the layer's packages.
 * @param exclude all patterns
 * @param whole the key of the layer if nothing were left out, where that is another one
 */
export function formatLeftOut(
  { sets, patterns, isPartial = false }: Omit<ParsedLeftOut, 'whole'>,
  exclude: readonly string[],
  whole?: string,
): string {
  const counts = patterns.map(({ pattern, files, bytes }) => `${exclude.indexOf(pattern)}:${files}:${bytes}`)
  const names = sets.map((set) => set.slice(1))
  const start = `${rulesOf(exclude)} ${whole ?? '-'} ${names.join(',') || '-'}`
  const text = `${start} ${counts.join(',') || '-'}`
  return !isPartial && hasRoom(text, leftOutLimit) ? text : `${start} ?`
}

/** What an annotation says. The hash of the paths is not in it, but in the layer's key. */
export interface ParsedLeftOut extends Pick<LeftOut, 'sets' | 'patterns'> {
  /** The key of the layer if nothing were left out, where that is another one. */
  readonly whole?: string
  /** Whether there was no room for the patterns. */
  readonly isPartial?: boolean
}

/**
 * @param exclude all patterns of the image that has the layer
 * @returns undefined for anything else, and for what was made by other rules
 */
export function parseLeftOut(text: string, exclude: readonly string[]): ParsedLeftOut | undefined {
  const [by, whole = '', names = '', counts = ''] = text.split(' ')
  if (by !== rulesOf(exclude) || (whole !== '-' && !isDigest(whole))) return undefined
  const sets = items(names).map((name) => `@${name}`)
  const isPartial = counts === '?'
  const patterns = (isPartial ? [] : items(counts)).map((count) => {
    const [index, files, bytes] = count.split(':').map(Number)
    return { pattern: exclude[index ?? -1] ?? '', files: files ?? 0, bytes: bytes ?? 0 }
  })
  const parsed = { ...(whole !== '-' && { whole }), sets, patterns, ...(isPartial && { isPartial }) }
  return formatLeftOut(parsed, exclude, parsed.whole) === text ? parsed : undefined
}

function items(text: string): string[] {
  return text === '-' ? [] : text.split(',')
}

/** The patterns that a manifest speaks of. */
export function patternsOf(annotations: Readonly<Record<string, string>>): string[] {
  return annotations[excludeAnnotation]?.split('\n') ?? []
}
