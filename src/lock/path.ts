import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { UserError } from '../common/errors.ts'
import { fileNameOf, type Platform } from '../common/platform.ts'

/**
 * Where the lockfile is, absolute; by default `<stem>.<platform>.lock` beside the environment file.
 * @param template the input `lock-file`, relative to the workspace, with `{name}` (the environment file's stem) and
 *   `{platform}` (the conda subdir, and the variant where one is asked for: two share a subdir)
 * @throws UserError for other placeholders
 */
export function lockPath(options: {
  template?: string
  environmentFile: string
  platform: Platform
  workspace: string
}): string {
  const { template, environmentFile, platform, workspace } = options
  const name = basename(environmentFile, extname(environmentFile))
  if (template === undefined) {
    return resolve(workspace, join(dirname(environmentFile), `${name}.${fileNameOf(platform)}.lock`))
  }
  const path = template.replaceAll('{name}', name).replaceAll('{platform}', fileNameOf(platform))
  const [unknown] = /\{.*?\}/.exec(path) ?? []
  if (unknown !== undefined) {
    throw new UserError(`'${unknown}' stands for nothing`, {
      at: { input: 'lock-file' },
      advice:
        'There are {name}, the stem of the environment file, and {platform}, as in linux-64 or linux-64-v3.',
    })
  }
  if (/[/\\]$/.test(path)) {
    throw new UserError(`'${template}' is a folder, not a file`, { at: { input: 'lock-file' } })
  }
  return resolve(workspace, path)
}

/** A lockfile that a run is going to write or to read, and for what. */
export interface LockUse {
  readonly path: string
  /** The environment file. */
  readonly environmentFile: string
  /** As the lockfile's name has it. */
  readonly platform: string
}

/**
 * Two environments or platforms cannot have one lockfile: the second would overwrite the first, and each run would solve both.
 * @param example a template that tells environments apart
 * @throws UserError that names both
 */
export function refuseSharedLocks(
  uses: readonly LockUse[],
  workspace: string,
  example = '{name}.{platform}.lock',
): void {
  for (const [path, [first, second]] of Map.groupBy(uses, (use) => use.path)) {
    if (!first || !second) continue
    const isPlatform = first.environmentFile === second.environmentFile
    const named = [first, second].map(({ platform, environmentFile }) =>
      isPlatform ? platform : relative(workspace, environmentFile),
    )
    throw new UserError(`${named.join(' and ')} would have one lockfile, '${relative(workspace, path)}'`, {
      at: { input: 'lock-file' },
      advice: isPlatform
        ? "Put {platform} into it, as in 'my.{platform}.lock'."
        : `Put {name} into it, as in '${example}', and give the environment files different names.`,
    })
  }
}
