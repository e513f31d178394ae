import { UserError } from '../common/errors.ts'
import type { ResolvedLock } from '../lock/resolve.ts'

/**
 * Refuses what a wheel would have to be built of, where nothing is to be built.
 * @throws UserError that names all of it, at the line of the first
 */
export function refuseSources({ path, lock }: Pick<ResolvedLock, 'path' | 'lock'>): void {
  const lines = lock.wheels.filter((wheel) => wheel.kind !== 'wheel')
  const [first] = lines
  if (first === undefined) return
  const named = lines.map(({ name, kind }) => `${name} is locked as ${sources[kind].what}`).join(', ')
  throw new UserError(`${named}, and no wheel is to be built`, {
    at: { file: first.lockFile ?? path, line: first.line },
    advice: `${sources[first.kind].instead}, or set 'pip-build: auto'.`,
  })
}

const sources = {
  sdist: {
    what: 'an archive of its source',
    instead: 'Choose a version that has wheels, take it from a channel, put a wheel of it into an index',
  },
  vcs: {
    what: 'a commit of a repository',
    instead: 'Choose a release that has wheels, put a wheel of it into an index',
  },
  directory: {
    what: 'a folder',
    instead: "Build a wheel of it and lock that, copy its files by the input 'copy'",
  },
}
