import * as core from '@actions/core'
import { isRecord, isStringRecord } from '../common/json.ts'
import { leftOutAnnotation, parseLeftOut, patternsOf, type PatternCount } from '../layers/build.ts'
import type { Image } from '../oci/image.ts'

/** What was left out of an image. */
export interface ImageLeftOut {
  /** Of all its layers, each pattern once, in their order. */
  readonly patterns: readonly (PatternCount & {
    /** Whether it speaks of any file at all. */
    readonly matches: boolean
  })[]
  /** Whether that is all: some layers may have had no room to say. */
  readonly isWhole: boolean
}

/** Reads off an image what patterns left out of it, whoever made its layers. */
export function leftOutOf({ manifest, layers }: Image): ImageLeftOut {
  const value: unknown = JSON.parse(manifest.bytes.toString())
  const annotations = isRecord(value) ? value['annotations'] : undefined
  const exclude = patternsOf(isStringRecord(annotations) ? annotations : {})
  const said = layers.flatMap(({ descriptor }) => descriptor.annotations?.[leftOutAnnotation] ?? [])
  const parsed = said.flatMap((text) => parseLeftOut(text, exclude) ?? [])
  const counts = parsed.flatMap(({ patterns }) => patterns)
  return {
    patterns: exclude.map((pattern) => {
      const own = counts.filter((count) => count.pattern === pattern)
      const sum = (of: (count: PatternCount) => number) => own.reduce((total, count) => total + of(count), 0)
      return {
        pattern,
        files: sum(({ files }) => files),
        bytes: sum(({ bytes }) => bytes),
        matches: own.length > 0,
      }
    }),
    isWhole: parsed.every(({ isPartial }) => !isPartial),
  }
}

/** Warns of patterns that match nothing in any of the images: of another layout, or another's environment, or misspelt. */
export function warnOfIdlePatterns(images: readonly Image[]): void {
  const all = images.map(leftOutOf)
  if (!all.every(({ isWhole }) => isWhole)) return
  for (const { pattern } of all[0]?.patterns ?? []) {
    const isIdle = all.every(
      ({ patterns }) => !patterns.some((one) => one.pattern === pattern && one.matches),
    )
    if (isIdle) {
      core.warning(
        `input 'exclude': '${pattern}' matches nothing. Patterns are relative to the environment's prefix, and leave conda-meta, link scripts, and licences that they do not name.`,
      )
    }
  }
}
