/** What one run of a case took. */
export interface Measurement {
  /** Seconds. */
  readonly wall: number
  /** Seconds, of all processes. */
  readonly cpu?: number
  /** Bytes of memory. */
  readonly peak?: number
  /** Bytes from the channel, and from the index of wheels. */
  readonly down: number
  /** Bytes to the registry. */
  readonly up: number
  /** To the registry. */
  readonly requests: number
  /** Bytes of the packages' layers that no earlier image had; of bumps, the changed ones. Only of ours. */
  readonly layerBytes?: number
  /** Seconds of `wall` that were the build and not the push, where the two are apart. */
  readonly build?: number
  /** `HOST/NAME@sha256:…` of what was pushed. */
  readonly image: string
}

/** What pulls take after a package was bumped, where the image before is there. */
export interface Pull {
  /** Seconds. */
  readonly wall: number
  /** Bytes from the registry. */
  readonly bytes: number
}

export function seconds(start: number): number {
  return (performance.now() - start) / 1000
}

/** Of several runs the one whose value is in the middle; of an even number, the lower of the two. */
export function middleOf<Run>(runs: readonly Run[], value: (run: Run) => number): Run {
  const sorted = runs.toSorted((a, b) => value(a) - value(b))
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  if (middle === undefined) throw new Error('nothing was run')
  return middle
}
