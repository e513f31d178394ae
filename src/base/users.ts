import { UserError } from '../common/errors.ts'
import type { BaseFiles } from './base-files.ts'
import { parseGroup, parsePasswd, type Group, type User } from './passwd.ts'
import { largestId, type UserWish } from './user-wish.ts'

/** The user that an image runs as, and whom the environment belongs to. */
export interface ImageUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** Absolute. */
  readonly home: string
  /** Whether the base has the user as it is to be; else the image adds it, or makes it of another. */
  readonly exists: boolean
  /** The base's micromamba user, where it becomes this one. */
  readonly formerly?: User
}

/** Upstream's, of micromamba-docker since 2026. */
const usual = { name: 'mambauser', uid: 57439, gid: 57439 } as const

/**
 * The user of an image: without a wish, the one that the base's micromamba wiring speaks of, else upstream's. A user of the base
 * that is as wished is taken as it is. Where there is none, the base's micromamba user becomes it, as upstream's
 * documentation renames it in a Dockerfile; a base that has no such user gets one.
 * @param environment the base's ENV
 * @throws UserError when the base has given the name or the numbers to somebody else
 */
export function chooseUser(
  files: BaseFiles,
  environment: ReadonlyMap<string, string>,
  wish?: UserWish,
): ImageUser {
  const users = parsePasswd(files.text('etc/passwd') ?? '')
  const groups = parseGroup(files.text('etc/group') ?? '')
  const current = micromambaUser(files, environment, users)
  const wanted: UserWish = wish ?? (current ? { name: current.name } : usual)
  const present = [...(current ? [current] : []), ...users].find((user) => isAsWished(user, wanted))
  if (present) {
    const { name, uid, gid, home } = present
    return { name, uid, gid, home: home || '/', exists: true }
  }

  // A base without the file has root all the same, but no name for it.
  if (users.length === 0 && (wanted.name ?? 'root') === 'root' && (wanted.uid ?? 0) === 0) {
    return { name: 'root', uid: 0, gid: wanted.gid ?? 0, home: '/root', exists: false }
  }

  // Whatever a base takes root for, root stays root.
  const formerly = current?.uid === 0 ? undefined : current
  const { uid: usualUid, gid: usualGid } = formerly ?? usual
  const name = wanted.name ?? formerly?.name ?? usual.name
  const uid = wanted.uid ?? usualUid
  const gid = wanted.gid ?? (uid === usualUid ? usualGid : uid)
  const taken = whoStandsThere(
    { name, uid, gid },
    users.filter((user) => user !== formerly),
    groups.filter((group) => !formerly || !isOwnGroup(group, formerly)),
    // A group that is asked for by its number, or was the user's before, need not be called like the user.
    wish?.gid !== undefined || gid === formerly?.gid,
  )
  if (taken !== undefined) {
    throw new UserError(
      `the base has ${taken}, where the image's user ${name} (${uid}:${gid}) would be`,
      wish
        ? { at: { input: 'user' }, advice: 'Give another name or other numbers, or those of the base.' }
        : {
            at: { input: 'base-image' },
            advice: "Give a user of another name and numbers by the input 'user'.",
          },
    )
  }
  const home = name === formerly?.name && formerly.home ? formerly.home : `/home/${name}`
  return { name, uid, gid, home, exists: false, ...(formerly && { formerly }) }
}

/**
 * The user that a base's config names, as a wish: by number, or by a name that its /etc/passwd has.
 * @param user `nonroot`, `65532`, `65532:65532`
 * @returns undefined for root, and for what is none of these
 */
export function configuredUser(files: BaseFiles, user = ''): UserWish | undefined {
  const [, name, uid, gid] = /^(?:([A-Za-z_][\w.-]*)|(\d+))(?::(\d+))?$/.exec(user) ?? []
  const users = parsePasswd(files.text('etc/passwd') ?? '')
  const number = uid === undefined ? users.find((one) => one.name === name)?.uid : Number(uid)
  if (number === undefined || number === 0 || number > largestId) return undefined
  const known = users.find((one) => one.uid === number)
  return { uid: number, ...(gid !== undefined && known?.gid !== Number(gid) && { gid: Number(gid) }) }
}

/** Whether a group is the one that useradd makes for a user alone. */
export function isOwnGroup(group: Group, user: User): boolean {
  return group.name === user.name && group.gid === user.gid
}

/** The user that a base's micromamba wiring speaks of. */
function micromambaUser(
  files: BaseFiles,
  environment: ReadonlyMap<string, string>,
  users: readonly User[],
): User | undefined {
  // The file is what upstream's entrypoint takes for true, and says what to do when the two disagree.
  const named = files.text('etc/arg_mamba_user')?.trim() || environment.get('MAMBA_USER')
  const user = users.find(({ name }) => name === named)
  if (!named || user) return user
  throw new UserError(`its micromamba user '${named}' is not in its /etc/passwd`, {
    at: { input: 'base-image' },
    advice: 'Use an image as micromamba-docker makes them, or one without micromamba.',
  })
}

/** Whether a user is one that was wished for, in what the wish says. */
export function isAsWished(user: Pick<User, 'name' | 'uid' | 'gid'>, wish: UserWish): boolean {
  return (
    (wish.name ?? user.name) === user.name &&
    (wish.uid ?? user.uid) === user.uid &&
    (wish.gid ?? user.gid) === user.gid
  )
}

function whoStandsThere(
  { name, uid, gid }: Required<UserWish>,
  users: readonly User[],
  groups: readonly Group[],
  mayJoin: boolean,
): string | undefined {
  const user = users.find((other) => other.name === name || other.uid === uid)
  if (user) return `user '${user.name}' (${user.uid}:${user.gid})`
  if (mayJoin && groups.some((group) => group.gid === gid)) return undefined
  // A group that is just what ours would be may stay, and serve.
  const group = groups.find((other) => (other.name === name) !== (other.gid === gid))
  return group && `group '${group.name}' (${group.gid})`
}
