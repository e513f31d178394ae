import type { Request } from '../action/request.ts'
import type { Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import type { Platform } from '../common/platform.ts'
import type { EarlierImage } from '../image/earlier.ts'
import { fingerprint, type EnvironmentInputs, type ImageInputs, type WheelInputs } from '../image/inputs.ts'
import { readCopied, type CopiedFiles } from '../layers/copy.ts'
import type { Workspace } from '../layers/copy-source.ts'
import type { Lock, LockedWheel } from '../lock/types.ts'
import type { Image } from '../oci/image.ts'
import { directUrlOf } from '../packages/wheel/archive.ts'
import { pipDialect } from '../prefix/wheel/link.ts'
import type { BaseReader } from './base.ts'
import type { RunContext } from './context.ts'
import { takeUnchanged } from './earlier.ts'
import type { LockedMember } from './locked-member.ts'
import { prepareBase, type PreparedBase } from './prepared-base.ts'
import { originOf } from './wheel-origin.ts'
import { refuseCommandsWithoutBash } from './without-bash.ts'
import { wheelLines } from './wheels.ts'

/** An image that is wanted, of which nothing is made yet. */
export interface WantedImage {
  readonly inputs: ImageInputs
  readonly fingerprint: Digest
  /** The environments of `inputs`, in the same order. */
  readonly members: readonly LockedMember[]
  readonly base: PreparedBase
  readonly copied?: CopiedFiles
  readonly earlier?: EarlierImage
  /** The earlier image, where it is just what would be made. */
  readonly unchanged?: Image
}

/**
 * Says what each platform's image is to be made of, and what there is of it already.
 * @param locked the environments by platform
 * @param earlierImages what an earlier run left, by platform
 */
export async function describeImages(
  request: Request,
  locked: readonly (readonly LockedMember[])[],
  earlierImages: readonly (EarlierImage | undefined)[],
  bases: BaseReader,
  context: RunContext,
): Promise<WantedImage[]> {
  const copied = request.copy.length > 0 ? await readCopied(request.copy, request) : undefined
  return Promise.all(
    request.platforms.map(async (platform, index): Promise<WantedImage> => {
      const members = locked[index] ?? []
      const earlier = earlierImages[index]
      const base = await prepareBase(request, platform, members, bases, earlier)
      refuseCommandsWithoutBash(base, request.image)
      const inputs: ImageInputs = {
        platform,
        base: base.pinned,
        environments: await Promise.all(members.map((member) => environmentInputs(member, request))),
        options: request.image,
        ...(copied && { copied: copied.digest }),
        ...(await micromambaInputs(platform, base, request, context)),
      }
      const hash = fingerprint(inputs)
      const unchanged = await takeUnchanged(earlier, hash, platform, context)
      return {
        inputs,
        fingerprint: hash,
        members,
        base,
        ...(copied && { copied }),
        ...(earlier && { earlier }),
        ...(unchanged && { unchanged }),
      }
    }),
  )
}

/** @throws UserError when a folder that a wheel is to be built of is not as it was locked, or cannot be read */
export async function environmentInputs(
  member: LockedMember,
  workspace: Workspace,
): Promise<EnvironmentInputs> {
  const {
    name,
    environment,
    resolved: { lock },
  } = member
  const wheels = await Promise.all(wheelLines(lock).map((wheel) => wheelInputs(wheel, member, workspace)))
  return {
    name,
    packages: lock.packages.map(({ url, checksum }) => ({ url: url.href, checksum: checksum.hex })),
    ...(wheels.length > 0 && { wheels, pip: pipDialect(pipOf(lock)) }),
    specs: lock.header?.specs ?? [],
    ...(lock.header && { ownLayer: lock.header.ownLayer }),
    variables: environment?.variables ?? {},
  }
}

async function wheelInputs(
  wheel: LockedWheel,
  member: LockedMember,
  workspace: Workspace,
): Promise<WheelInputs> {
  const { url, name, version, requested } = wheel
  const directUrl = directUrlOf(wheel)
  return {
    url,
    ...(wheel.kind === 'wheel'
      ? { sha256: wheel.sha256 }
      : { origin: await originOf(wheel, member, workspace) }),
    name,
    ...(version !== undefined && { version }),
    requested,
    ...(directUrl && { directUrl }),
  }
}

/** Where nothing says which pip it was, and the environment has none: what the newest ones do. */
const newestPip = '26.0'

/** The pip whose installing is copied: the one that locked, else the environment's own, which whoever installs such a lock would run. */
function pipOf({ header, packages }: Lock): string {
  return header?.pipVersion ?? packages.find(({ name }) => name === 'pip')?.version ?? newestPip
}

/** Whether there is a micromamba in an image: the base's, or the one that is put into it. */
export function hasMicromamba({ inputs, base }: Pick<WantedImage, 'inputs' | 'base'>): boolean {
  return inputs.micromamba !== undefined || base.summary.hasMicromamba
}

/** @throws UserError when the image is to be without, and the base has one */
async function micromambaInputs(
  { subdir }: Platform,
  { summary, pinned }: PreparedBase,
  { withMicromamba = summary.hasBash }: Pick<Request, 'withMicromamba'>,
  { micromamba }: RunContext,
): Promise<Pick<ImageInputs, 'micromamba'>> {
  if (!withMicromamba && summary.hasMicromamba) {
    throw new UserError(`the base has one, which every image on it has: ${pinned}`, {
      at: { input: 'micromamba' },
      advice:
        "Set 'base-image' to one without, such as docker.io/library/debian:13-slim, or leave 'micromamba' out.",
    })
  }
  if (!withMicromamba || summary.hasMicromamba) return {}
  const { version, sha256 } = await micromamba.identify(subdir)
  return { micromamba: { version, sha256 } }
}
