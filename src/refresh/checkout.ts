import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { UserError } from '../common/errors.ts'

/**
 * The place of a file in the repository that it is checked out from: its path from the top, with forward slashes.
 * @throws UserError when it lies in none
 */
export function pathInRepository(file: string): string {
  const top = findTop(dirname(file))
  if (top !== undefined) return relative(top, file).split(sep).join('/')
  throw new UserError('it is not in a checkout of the repository, where it could be committed', {
    at: { file },
    advice:
      "Run actions/checkout before this action, and keep 'environment-file' and 'lock-file' inside of it.",
  })
}

/** The branch that is checked out in a folder; undefined when it is a commit, or there is no checkout. */
export function findHead(folder: string): string | undefined {
  const top = findTop(folder)
  if (top === undefined) return undefined
  const git = join(top, '.git')
  // A linked worktree has a file that says where its own folder is.
  const directory = statSync(git).isFile()
    ? resolve(
        top,
        readFileSync(git, 'utf8')
          .replace(/^gitdir: /, '')
          .trim(),
      )
    : git
  const head = join(directory, 'HEAD')
  return existsSync(head) ? /^ref: refs\/heads\/(.+)/.exec(readFileSync(head, 'utf8'))?.[1] : undefined
}

/** The nearest folder, from this one up, that is a checkout. */
function findTop(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : findTop(parent)
}
