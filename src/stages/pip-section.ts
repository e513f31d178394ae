import { UserError } from '../common/errors.ts'
import type { ResolvedLock } from '../lock/resolve.ts'

/**
 * Refuses what a wheel would have to be built of: nothing builds one.
 * @throws UserError at the line of the first thing that is none
 */
export function refuseSources({ path, lock }: Pick<ResolvedLock, 'path' | 'lock'>): void {
  const first = lock.wheels.find(({ kind }) => kind !== 'wheel')
  if (first === undefined || first.kind === 'wheel') return
  const { what, instead } = sources[first.kind]
  throw new UserError(`'${first.name}' is locked as ${what}, and nothing builds a wheel of it yet`, {
    at: { file: path, line: first.line },
    advice: `${instead}, or install it in a Dockerfile that starts FROM the image.`,
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
