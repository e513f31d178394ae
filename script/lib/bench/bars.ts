import type { Measurement } from './types.ts'

/** All that a run of the bench found. */
export interface Findings {
  readonly floor: number
  /** By case. */
  readonly ours: Readonly<Record<string, Measurement>>
  /** Seconds of docker build and push: as most people have it, and at its best. */
  readonly docker: number
  readonly dockerBest: number
  /** Seconds that the entrypoint adds to a start. */
  readonly entrypoint: number
}

/** What micromamba-docker's entrypoint takes inside of a container, seconds. */
export const upstreamEntrypoint = 0.035

export interface Bar {
  readonly name: string
  readonly value: number
  readonly limit: number
}

/** What is to be reached, each as a number that must not be above its limit. */
export function barsOf({ floor, ours, docker, dockerBest, entrypoint }: Findings): Bar[] {
  const of = (name: string): Measurement => {
    const found = ours[name]
    if (!found) throw new Error(`the case '${name}' was not run`)
    return found
  }
  const [cold, leaf, unchanged] = [of('cold'), of('one leaf package bumped'), of('nothing changed')]
  return [
    { name: 'cold, of docker build and push', value: cold.wall / docker, limit: 1 / 3 },
    { name: 'cold, of docker at its best', value: cold.wall / dockerBest, limit: 2 / 5 },
    { name: 'cold, of the floor', value: cold.wall / floor, limit: 1.5 },
    { name: 'one leaf package bumped, of docker', value: leaf.wall / docker, limit: 1 / 30 },
    { name: 'nothing changed, of docker', value: unchanged.wall / docker, limit: 1 / 100 },
    { name: 'nothing changed, requests to the registry', value: unchanged.requests ?? Infinity, limit: 11 },
    {
      name: 'bytes pushed after a leaf bump, of the changed layer',
      value: (leaf.up ?? Infinity) / (leaf.layerBytes ?? 1),
      limit: 1.3,
    },
    {
      name: "the entrypoint, of micromamba-docker's 35 ms",
      value: entrypoint / upstreamEntrypoint,
      limit: 1 / 10,
    },
    { name: 'peak memory, cold, MB', value: (cold.peak ?? Infinity) / 1e6, limit: 400 },
  ]
}
