import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { unusableName } from '../common/paths.ts'

/**
 * A path that an archive or its metadata names, as a clean path below the package's root: `/` between names, no `.`,
 * no empty names, no trailing slash.
 * @param said who names it, for the message: `the archive`, `info/paths.json`
 * @throws UserError when the path could leave the prefix, names the root itself, or is one that no file of Linux can have
 */
export function safePath(path: string, dist: string, said: string): string {
  const refuse = (why: string) =>
    new UserError(
      `package ${dist}: ${said} names the path ${foreignText(JSON.stringify(path))}, which ${why}`,
      {
        advice: 'Such a package is broken or hostile. Choose another build of it.',
      },
    )
  const unusable = unusableName(path)
  if (unusable !== undefined) throw refuse(unusable)
  const isPlain = !/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)
  if (isPlain) return path
  if (path.startsWith('/')) throw refuse('is absolute')
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw refuse("has a '..' in it")
  if (names.length === 0) throw refuse('is empty')
  return names.join('/')
}

/** The paths of the directories above a path, the nearest first: `a/b` and `a` of `a/b/c`. */
export function* parentsOf(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    yield path.slice(0, end)
  }
}
