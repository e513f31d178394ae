import { formatBytes } from '../../../src/common/format.ts'
import { table } from '../bench/report.ts'
import type { Bar } from '../bench/bars.ts'

/** How images of one environment are made. */
export const ways = {
  docker: 'the Dockerfile',
  plain: 'the action',
  sets: 'with the sets',
  smallest: 'with the sets, on distroless',
} as const

export type Way = keyof typeof ways

/** What an image weighs, and what it costs to start it where it is not. */
export interface Weight {
  /** Bytes of its layers, as they are in the registry. */
  readonly compressed: number
  /** Bytes of all files of its layers. */
  readonly unpacked: number
  /** What a container sees. */
  readonly files: number
  /** Seconds of a pull into an engine that has nothing. */
  readonly pull: number
  /** Seconds from `docker run` to a first line. */
  readonly start: number
}

export interface SubjectFindings {
  readonly name: string
  readonly title: string
  readonly weights: Partial<Record<Way, Weight>>
}

export interface SizeFindings {
  readonly machine: string
  readonly installer: string
  readonly subjects: SubjectFindings[]
}

/** What is to be reached, as far as it was measured. */
export function sizeBars({ subjects }: SizeFindings): Bar[] {
  const { docker, smallest } = subjects.find(({ name }) => name === 'quickstart')?.weights ?? {}
  if (!docker || !smallest) return []
  const name = 'the quickstart with sets on distroless, of the Dockerfile’s compressed bytes'
  return [{ name, value: smallest.compressed / docker.compressed, limit: 0.6 }]
}

/** A table, Markdown. */
export function sizeReport({ machine, installer, subjects }: SizeFindings): string {
  const rows = subjects.flatMap(({ title, weights }) =>
    (Object.keys(ways) as Way[]).flatMap((way) => {
      // of an object that has no others
      const weight = weights[way]
      if (!weight) return []
      const { compressed, unpacked, files, pull, start } = weight
      const { docker } = weights
      const share = docker ? `${Math.round((100 * compressed) / docker.compressed)} %` : ''
      const cells = [formatBytes(compressed), share, formatBytes(unpacked), files.toLocaleString('en')]
      return [[title, ways[way], ...cells, `${pull.toFixed(1)} s`, `${start.toFixed(2)} s`]]
    }),
  )
  const head = [
    'environment',
    'made by',
    'compressed',
    '÷ Dockerfile',
    'unpacked',
    'files',
    'pull',
    'to the first line',
  ]
  return [
    `${machine}. In docker’s builds the packages are installed by ${installer}.`,
    '',
    ...table(head, rows),
  ].join('\n')
}
