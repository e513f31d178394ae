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
  const named = files.text('etc/arg_mamba_user')?.trim() ?? environment.get('MAMBA_USER')
  if (named !== undefined) {
    const user = users.find(({ name }) => name === named)
    if (user) return { name: user.name, uid: user.uid, gid: user.gid, home: user.home, exists: true }
    throw new UserError(`its micromamba user '${named}' is not in its /etc/passwd`, {
      at: { input: 'base-image' },
      advice: 'Use an image as micromamba-docker makes them, or one without micromamba.',
    })
  }
  const taken = users.find(({ name, uid }) => name === usual.name || uid === usual.uid)
  const group = parseGroup(files.text('etc/group') ?? '').find(
    ({ name, gid }) => name === usual.name || gid === usual.gid,
  )
  if (taken || group) {
    const who = taken
      ? `user '${taken.name}' (${taken.uid})`
      : `group '${group?.name ?? ''}' (${group?.gid ?? ''})`
    throw new UserError(`its ${who} stands where the image's user ${usual.name} (${usual.uid}) would be`, {
      at: { input: 'base-image' },
      advice: 'Use a base without such a user or group.',
    })
  }
  return { ...usual, home: `/home/${usual.name}`, exists: false }
}
