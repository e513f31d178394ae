import { UserError } from '../common/errors.ts'
import { pairs } from './inputs.ts'

/** Annotations by the document that has them. */
export interface Annotations {
  /** Of each platform's manifest. */
  readonly manifest: Readonly<Record<string, string>>
  /** Of the index of several platforms. */
  readonly index: Readonly<Record<string, string>>
  /** Of what the index says of each manifest. */
  readonly descriptor: Readonly<Record<string, string>>
  /** Keys of levels that this run has no document for, with what the user wrote before them. */
  readonly misplaced: readonly string[]
}

const levels = ['manifest', 'index', 'manifest-descriptor', 'index-descriptor'] as const
type Level = (typeof levels)[number]

/**
 * Reads `KEY=VALUE` lines with levels before the keys, as in `manifest,index:KEY=VALUE`: those of docker/metadata-action and of
 * buildx (docs/guides/annotations.md). A key without one is the manifest's and the index's.
 * @param present the levels that this run makes a document of
 * @throws UserError for what is no level
 */
export function readAnnotations(present: readonly Level[]): Annotations {
  const read: Record<Level, Record<string, string>> = {
    manifest: {},
    index: {},
    'manifest-descriptor': {},
    'index-descriptor': {},
  }
  const misplaced: string[] = []
  for (const [written, value] of pairs('annotations')) {
    const { key, wanted } = takeApart(written)
    for (const level of wanted ?? (['manifest', 'index'] as const)) {
      if (present.includes(level)) read[level][key] = value
      else if (wanted) misplaced.push(`${level}:${key}`)
    }
  }
  return {
    manifest: read.manifest,
    index: withValue(read.index),
    descriptor: withValue(read['manifest-descriptor']),
    misplaced,
  }
}

/** An annotation without a value is none; those of a manifest keep others out until then. */
function withValue(all: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

function takeApart(written: string): { key: string; wanted?: readonly Level[] } {
  const colon = written.indexOf(':')
  if (colon < 0) return { key: written }
  const key = written.slice(colon + 1)
  const wanted = written
    .slice(0, colon)
    .split(',')
    .map((text) => {
      const level = levels.find((name) => name === text)
      if (level) return level
      const isForOne = /^[a-z-]+\[.*\]$/.test(text)
      throw new UserError(
        isForOne
          ? `'${text}' is a level of one platform, and annotations are those of all`
          : `'${text}' in '${written}' is no level of annotations`,
        {
          at: { input: 'annotations' },
          advice: `There are ${levels.join(', ')}; several are separated by commas, as in manifest,index:KEY=VALUE.`,
        },
      )
    })
  if (key === '') throw new UserError(`'${written}' has no key`, { at: { input: 'annotations' } })
  return { key, wanted }
}
