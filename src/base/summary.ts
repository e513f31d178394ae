import type { Digest } from '../common/digest.ts'
import { isRecord } from '../common/json.ts'
import type { ImageUser } from './users.ts'

/** The annotation of a manifest that holds what its image's layers depend on of its base. */
export const summaryAnnotation = 'io.github.micromamba-image.base'

/** What the layers of an image depend on of its base, besides the base's digest. */
export interface BaseSummary {
  /** Whom containers run as, and environments belong to. */
  readonly user: Pick<ImageUser, 'name' | 'uid' | 'gid' | 'home'>
  readonly hasMicromamba: boolean
}

/** @param key a hash of what the summary was made from: the base's digest, the user that was asked for */
export function formatSummary({ user, hasMicromamba }: BaseSummary, key: Digest): string {
  const { name, uid, gid, home } = user
  return JSON.stringify({ key, user: [name, uid, gid, home], micromamba: hasMicromamba })
}

/** @returns undefined for one that was made from something else, and for what `formatSummary` would not give */
export function parseSummary(text: string | undefined, key: Digest): BaseSummary | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (!isRecord(value) || !Array.isArray(value['user'])) return undefined
    const [name, uid, gid, home] = value['user'] as unknown[]
    if (typeof name !== 'string' || typeof home !== 'string') return undefined
    const summary = {
      user: { name, uid: Number(uid), gid: Number(gid), home },
      hasMicromamba: value['micromamba'] === true,
    }
    return formatSummary(summary, key) === text ? summary : undefined
  } catch {
    return undefined
  }
}
