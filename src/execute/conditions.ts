import { posix } from 'node:path'

/** What is the same for every command, wherever it runs and whoever runs it. */

export const hostname = 'micromamba-image'

/** Relative to the root: what whoever runs a command puts into the file system, and what is there for its time only. */
const passing = [
  'proc',
  'sys',
  'dev',
  'run',
  'tmp',
  'etc/hosts',
  'etc/hostname',
  'etc/resolv.conf',
  '.dockerenv',
]

/** Whether a path is nothing of the image's: it is in no layer, whatever happens there. */
export function isPassing(path: string): boolean {
  return passing.some((place) => isBelow(path, place))
}

/** Whether a path is `place`, or below it. */
export function isBelow(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}

/** The paths above one, the nearest first. */
export function* above(path: string): Generator<string> {
  for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) yield parent
}
