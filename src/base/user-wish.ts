import { UserError } from '../common/errors.ts'

/** What is wished of an image's user; what is absent is the base's, or upstream's. */
export interface UserWish {
  readonly name?: string
  readonly uid?: number
  readonly gid?: number
}

/** Kubernetes takes no larger ones for `runAsUser`, and most systems give none. */
export const largestId = 2 ** 31 - 1

/**
 * Parses `name`, `name:uid`, `name:uid:gid`, `uid` or `uid:gid`.
 * @throws UserError naming the input
 */
export function parseUserWish(text: string, { input }: { readonly input: string }): UserWish {
  const [, name, first, second] =
    /^(?:([A-Za-z_][\w.-]{0,31})(?::|$))?(?:(\d+)(?::(\d+))?)?$/.exec(text) ?? []
  const [uid, gid] = [first, second].map((digits) => (digits === undefined ? undefined : Number(digits)))
  const isWhole = text !== '' && !text.endsWith(':')
  if (!isWhole || (name === undefined && uid === undefined) || Math.max(uid ?? 0, gid ?? 0) > largestId) {
    throw new UserError(`'${text}' is not a user`, {
      at: { input },
      advice: `Write name, name:uid or name:uid:gid, or numbers only, uid or uid:gid, up to ${largestId}.`,
    })
  }
  return {
    ...(name !== undefined && { name }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  }
}
