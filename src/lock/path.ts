import { basename, dirname, extname, join, resolve } from 'node:path'
import { UserError } from '../common/errors.ts'
import type { Subdir } from '../common/platform.ts'

/**
 * Where the lockfile is, absolute; by default `<stem>.<subdir>.lock` beside the environment file.
 * @param template the input `lock-file`, relative to the workspace, with `{name}` (the environment file's stem) and
 *   `{platform}` (the conda subdir)
 * @throws UserError for other placeholders
 */
export function lockPath(options: {
  template?: string
  environmentFile: string
  platform: Subdir
  workspace: string
}): string {
  const { template, environmentFile, platform, workspace } = options
  const name = basename(environmentFile, extname(environmentFile))
  if (template === undefined) {
    return resolve(workspace, join(dirname(environmentFile), `${name}.${platform}.lock`))
  }
  const path = template.replaceAll('{name}', name).replaceAll('{platform}', platform)
  const [unknown] = /\{.*?\}/.exec(path) ?? []
  if (unknown !== undefined) {
    throw new UserError(`'${unknown}' stands for nothing`, {
      at: { input: 'lock-file' },
      advice: 'There are {name}, the stem of the environment file, and {platform}, as in linux-64.',
    })
  }
  if (/[/\\]$/.test(path)) {
    throw new UserError(`'${template}' is a folder, not a file`, { at: { input: 'lock-file' } })
  }
  return resolve(workspace, path)
}
