import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UserError } from '../common/errors.ts'

const usual = 'env.yaml'
const others = ['environment.yml', 'environment.yaml', 'env.yml'] as const

/**
 * The environment file, absolute. The default `env.yaml` gives way, when it does not exist, to another usual name if
 * exactly one of those does.
 * @param input the input `environment-file`, relative to the workspace; absent or `env.yaml` is the default
 * @throws UserError when there is no such file, or no telling which one is meant
 */
export async function findEnvironmentFile(input: string | undefined, workspace: string): Promise<string> {
  const wanted = resolve(workspace, input ?? usual)
  if (await isFile(wanted)) return wanted
  if (input !== undefined && input !== usual) {
    throw new UserError(`there is no file '${wanted}'`, {
      at: { input: 'environment-file' },
      advice: 'Its path is relative to the workspace; was the repository checked out?',
    })
  }
  const found = await Promise.all(others.map((name) => isFile(resolve(workspace, name))))
  const names = others.filter((_, index) => found[index])
  const [only] = names
  if (only !== undefined && names.length === 1) return resolve(workspace, only)
  throw new UserError(
    only === undefined
      ? `there is none of ${[usual, ...others].join(', ')} in '${workspace}'`
      : `there is no ${usual} in '${workspace}', and ${names.join(' and ')} could both be meant`,
    { at: { input: 'environment-file' }, advice: 'Name the file.' },
  )
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
