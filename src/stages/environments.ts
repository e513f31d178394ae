import type { Request } from '../action/request.ts'
import { UserError } from '../common/errors.ts'
import { findEnvironmentFile, readEnvironment, type Environment } from '../environment/read.ts'

/** An environment of the image, and where it lives. */
export interface Member {
  /** What `ENV_NAME` calls it: `base` for the one at the root prefix. */
  readonly name: string
  /** Absent when a frozen lockfile is all there is. */
  readonly environment?: Environment
  /** The environment file, for the lockfile's name. */
  readonly file: string
}

/**
 * The environments of the image, one a file. The one that is named `base`, or the only one, is the root prefix; the others
 * lie below it by their names.
 * @throws UserError when a file cannot be used, or two environments have one name
 */
export async function readMembers(request: Request): Promise<Member[]> {
  const files = request.environmentFiles
  if (files.length < 2) return [{ name: 'base', ...(await readMember(request, files[0])) }]
  const read = await Promise.all(files.map((file) => readMember(request, file)))
  const members = read.map((member, index): Member => {
    const { environment, file } = member
    const isSecondBase =
      environment?.name === 'base' && read.findIndex((other) => other.environment?.name === 'base') < index
    return { ...member, name: isSecondBase || !environment ? stemOf(file) : environment.name }
  })
  const twice = members.find(({ name }, index) => members.findIndex((other) => other.name === name) < index)
  if (!twice) return members
  throw new UserError(`two environments are called '${twice.name}'`, {
    at: { input: 'environment-file' },
    advice: `Give one of them another 'name:', such as in ${twice.file}.`,
  })
}

/** A frozen lockfile that the request names needs no environment file beside it. */
async function readMember(request: Request, input: string | undefined): Promise<Omit<Member, 'name'>> {
  const { workspace, lock } = request
  try {
    const file = await findEnvironmentFile(input, workspace)
    return { file, environment: await readEnvironment(file) }
  } catch (error) {
    const isNeeded = lock.mode !== 'frozen' || lock.file === undefined
    if (isNeeded || !(error instanceof UserError) || error.input === undefined) throw error
    return { file: input ?? 'env.yaml' }
  }
}

function stemOf(file: string): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '')
}
