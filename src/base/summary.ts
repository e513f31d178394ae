import type { Digest } from '../common/digest.ts'
import { isRecord } from '../common/json.ts'
import { largestId } from './user-wish.ts'
import type { ImageUser } from './users.ts'

/** The annotation of a manifest that holds what its image's layers depend on of its base. */
export const summaryAnnotation = 'io.github.micromamba-image.base'

/** What the layers of an image depend on of its base, besides the base's digest. */
export interface BaseSummary {
  /** Whom containers run as, and environments belong to. */
  readonly user: Pick<ImageUser, 'name' | 'uid' | 'gid' | 'home'>
  readonly hasMicromamba: boolean
  readonly hasBash: boolean
}

/** @param key a hash of what the summary was made from: the base's digest, the user that was asked for */
export function formatSummary({ user, hasMicromamba, hasBash }: BaseSummary, key: Digest): string {
  const { name, uid, gid, home } = user
  return JSON.stringify({
    key,
    user: [name, uid, gid, home],
    micromamba: hasMicromamba,
    ...(!hasBash && { bash: false }),
  })
}

/** @returns undefined for one that was made from something else, for what `formatSummary` would not give, and for a user that is none */
export function parseSummary(text: string | undefined, key: Digest): BaseSummary | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (!isRecord(value) || !Array.isArray(value['user'])) return undefined
    const [name, uid, gid, home] = value['user'] as unknown[]
    if (!isName(name) || !isId(uid) || !isId(gid) || !isHome(home)) return undefined
    const summary = {
      user: { name, uid, gid, home },
      hasMicromamba: value['micromamba'] === true,
      hasBash: value['bash'] !== false,
    }
    return formatSummary(summary, key) === text ? summary : undefined
  } catch {
    return undefined
  }
}

/** What can stand in a line of /etc/passwd, passwd(5). */
// eslint-disable-next-line no-control-regex -- control characters are what must not be there
const field = /^[^:\x00-\x1f\x7f]+$/

function isName(value: unknown): value is string {
  return typeof value === 'string' && field.test(value)
}

function isHome(value: unknown): value is string {
  return isName(value) && value.startsWith('/')
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= largestId
}
