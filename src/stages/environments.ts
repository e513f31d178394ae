import type { LockingRequest } from '../action/locking-request.ts'
import { UserError } from '../common/errors.ts'
import {
  environmentOf,
  findEnvironmentFile,
  readEnvironment,
  withMore,
  type Environment,
} from '../environment/read.ts'

const usual = 'env.yaml'

/** An environment of the image, and where it lives. */
export interface Member {
  /** What `ENV_NAME` calls it: `base` for the one at the root prefix. */
  readonly name: string
  /** Absent when a frozen lockfile is all there is. */
  readonly environment?: Environment
  /** The environment file, for the lockfile's name. */
  readonly file: string
}

/** What of a request says which environments there are. */
type Wanted = Pick<LockingRequest, 'workspace' | 'environmentFiles' | 'packages' | 'channels' | 'lock'>

/**
 * The environments of the image, one a file. The one that is named `base`, or the only one, is the root prefix; the others
 * lie below it by their names.
 * @throws UserError when a file cannot be used, or two environments have one name
 */
export async function readMembers(request: Wanted): Promise<Member[]> {
  const files = request.environmentFiles
  if (files.length < 2) return [{ name: 'base', ...(await readFirst(request, files[0])) }]
  const read = await Promise.all(
    files.map((file, index) => (index === 0 ? readFirst(request, file) : readMember(request, file))),
  )
  const members = read.map((member, index): Member => {
    const { environment, file } = member
    const isSecondBase =
      environment?.name === 'base' && read.findIndex((other) => other.environment?.name === 'base') < index
    return { ...member, name: isSecondBase || !environment ? stemOf(file) : environment.name }
  })
  members.forEach(refuseUnusableName)
  const twice = members.find(({ name }, index) => members.findIndex((other) => other.name === name) < index)
  if (!twice) return members
  throw new UserError(`two environments are called '${twice.name}'`, {
    at: { input: 'environment-file' },
    advice: `Give one of them another 'name:', such as in ${twice.file}.`,
  })
}

/** A name is a folder's, a word for `ENV_NAME`, and part of a prompt. The only environment of an image goes by none. */
function refuseUnusableName({ name, environment, file }: Member): void {
  if (/^[^\s/\\:#\p{Cc}\p{Cs}]+$/u.test(name) && !/^\.+$/.test(name)) return
  throw new UserError(`'${name}' is no name for an environment beside others`, {
    at: { file, line: environment?.nameLine },
    advice: "Give it a 'name:' of letters, digits, _, - and dots.",
  })
}

/**
 * The environment that containers activate unless they are told another.
 * @param names of all of them
 * @throws UserError when there is none of the name that is wanted
 */
export function chooseActive(names: readonly string[], wanted?: string): string {
  const chosen = wanted ?? (names.includes('base') ? 'base' : (names[0] ?? 'base'))
  if (names.includes(chosen)) return chosen
  throw new UserError(`'${chosen}' is none of the environments`, {
    at: { input: 'environment-name' },
    advice: `There are ${names.join(', ')}.`,
  })
}

/** The first environment has the packages that were given without a file, which may be all that there is. */
async function readFirst(request: Wanted, input: string | undefined): Promise<Omit<Member, 'name'>> {
  const { packages, channels } = request
  if (packages.length === 0) return readMember(request, input)
  const given = environmentOf(packages, channels)
  try {
    const member = await readMember(request, input)
    return { ...member, environment: member.environment ? withMore(member.environment, given) : given }
  } catch (error) {
    const isMissing = error instanceof UserError && error.input === 'environment-file'
    if (!isMissing || (input ?? usual) !== usual) throw error
    return { file: usual, environment: given }
  }
}

/** A frozen lockfile that the request names needs no environment file beside it. */
async function readMember(request: Wanted, input: string | undefined): Promise<Omit<Member, 'name'>> {
  const { workspace, lock } = request
  try {
    const file = await findEnvironmentFile(input, workspace)
    const environment = await readEnvironment(file)
    return { file, environment }
  } catch (error) {
    const isNeeded = lock.mode !== 'frozen' || lock.file === undefined
    if (isNeeded || !(error instanceof UserError) || error.input === undefined) throw error
    return { file: input ?? usual }
  }
}

function stemOf(file: string): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '')
}
