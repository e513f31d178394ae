import { UserError } from '../common/errors.ts'
import type { BaseFiles } from './base-files.ts'
import { parseGroup, parsePasswd } from './passwd.ts'

/** The user that an image runs as, and whom the environment belongs to. */
export interface ImageUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** Absolute. */
  readonly home: string
  /** Whether the base has the user; else the image adds it. */
  readonly exists: boolean
}

/** Upstream's, of micromamba-docker since 2026. */
const usual = { name: 'mambauser', uid: 57439, gid: 57439 } as const

/**
 * The user of an image: the one that the base's micromamba wiring speaks of, else upstream's, which is added.
 * @param environment the base's ENV
 * @throws UserError when the base has given upstream's name or numbers to somebody else
 */
export function chooseUser(files: BaseFiles, environment: ReadonlyMap<string, string>): ImageUser {
  const users = parsePasswd(files.text('etc/passwd') ?? '')
  const groups = parseGroup(files.text('etc/group') ?? '')
  // The file is what upstream's entrypoint takes for true, and says what to do when the two disagree.
  const named = files.text('etc/arg_mamba_user')?.trim() || environment.get('MAMBA_USER')
  const present = users.find(({ name, uid, gid }) =>
    named ? name === named : name === usual.name && uid === usual.uid && gid === usual.gid,
  )
  if (present) {
    const { name, uid, gid, home } = present
    return { name, uid, gid, home: home || '/', exists: true }
  }
  if (named) {
    throw new UserError(`its micromamba user '${named}' is not in its /etc/passwd`, {
      at: { input: 'base-image' },
      advice: 'Use an image as micromamba-docker makes them, or one without micromamba.',
    })
  }
  const user = users.find(({ name, uid }) => name === usual.name || uid === usual.uid)
  // A group that is just what ours would be may stay, and serve.
  const group = groups.find(({ name, gid }) => (name === usual.name) !== (gid === usual.gid))
  const taken = user
    ? `user '${user.name}' (${user.uid}:${user.gid})`
    : group && `group '${group.name}' (${group.gid})`
  if (taken !== undefined) {
    throw new UserError(
      `its ${taken} stands where the image's user ${usual.name} (${usual.uid}:${usual.gid}) would be`,
      { at: { input: 'base-image' }, advice: 'Use a base without such a user or group.' },
    )
  }
  return { ...usual, home: `/home/${usual.name}`, exists: false }
}
