import type { Request } from '../action/request.ts'
import type { Digest } from '../common/digest.ts'
import type { Platform } from '../common/platform.ts'
import type { EarlierImage } from '../image/earlier.ts'
import type { Image } from '../oci/image.ts'
import type { BaseReader } from './base.ts'
import { findEarlierImages, takeUnchanged } from './earlier.ts'
import { fingerprint } from './fingerprint.ts'
import type { LockedMember } from './lock.ts'
import type { Workshop } from './workshop.ts'

/** An image of which nothing is made yet. */
export interface Draft {
  readonly platform: Platform
  readonly members: readonly LockedMember[]
  /** The base's name with its digest. */
  readonly base: string
  readonly fingerprint: Digest
  readonly earlier?: EarlierImage
  /** The earlier image, where it is just what would be made. */
  readonly unchanged?: Image
}

/**
 * Says what each platform's image is to be made of, and what there is of it already.
 * @param locked the environments by platform
 */
export async function draftImages(
  request: Request,
  locked: readonly (readonly LockedMember[])[],
  bases: BaseReader,
  workshop: Workshop,
): Promise<Draft[]> {
  const earlierImages = await findEarlierImages(request, workshop)
  return Promise.all(
    request.platforms.map(async (platform, index): Promise<Draft> => {
      const members = locked[index] ?? []
      const [pinned] = members.flatMap(({ resolved }) => resolved.lock.header?.baseImage ?? [])
      const base = pinned ?? (await bases.pin())
      const hash = await fingerprint(request, platform, members, base)
      const earlier = earlierImages[index]
      const unchanged = await takeUnchanged(earlier, hash, platform, workshop)
      return {
        platform,
        members,
        base,
        fingerprint: hash,
        ...(earlier && { earlier }),
        ...(unchanged && { unchanged }),
      }
    }),
  )
}
