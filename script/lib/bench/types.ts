/** What one case took. */
export interface Measurement {
  readonly name: string
  /** Seconds. */
  readonly wall: number
  readonly cpu?: number
  /** Bytes. */
  readonly peak?: number
  /** From the channel. */
  readonly down?: number
  /** To the registry. */
  readonly up?: number
  readonly requests?: number
  /** Bytes of the layers that no earlier image had; of bumps, the changed ones. */
  readonly layerBytes?: number
}

export function seconds(start: number): number {
  return (performance.now() - start) / 1000
}

/** Of several runs of one case, the one whose time is in the middle. */
export function medianOf(runs: readonly Measurement[]): Measurement {
  const sorted = runs.toSorted((a, b) => a.wall - b.wall)
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  if (!middle) throw new Error('a case was not run')
  return middle
}
