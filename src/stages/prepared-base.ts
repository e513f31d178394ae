import { isDeepStrictEqual } from 'node:util'
import type { Request } from '../action/request.ts'
import { parseBaseName } from '../base/name.ts'
import { formatSummary, parseSummary, summaryAnnotation, type BaseSummary } from '../base/summary.ts'
import type { UserWish } from '../base/user-wish.ts'
import { hasBash } from '../base/check.ts'
import { chooseUser, configuredUser, isAsWished, type ImageUser } from '../base/users.ts'
import { digestOf } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { formatPlatform, type Platform } from '../common/platform.ts'
import type { EarlierImage } from '../image/earlier.ts'
import type { Base, BaseReader } from './base.ts'
import type { LockedMember } from './locked-member.ts'

/** A base as far as the layers on it depend on it. */
export interface PreparedBase {
  /** Its name with its digest. */
  readonly pinned: string
  readonly summary: BaseSummary
  /** For the annotations of images on it: later runs know the summary from there, and need not read the base. */
  readonly annotations: Readonly<Record<string, string>>
  /** Reads its manifest and its config. */
  open(): Promise<Base>
}

/**
 * Finds out what matters of an image's base, from what an earlier image says of it where that is the same base.
 * @param members the environments; their locks pin the base
 */
export async function prepareBase(
  { image: { user, rootPrefix } }: { readonly image: Pick<Request['image'], 'user' | 'rootPrefix'> },
  platform: Platform,
  members: readonly LockedMember[],
  reader: BaseReader,
  earlier: EarlierImage | undefined,
): Promise<PreparedBase> {
  const [locked] = members.flatMap(({ resolved }) => resolved.lock.header?.baseImage ?? [])
  const pinned = locked ?? (await reader.pin())
  const key = digestOf(
    JSON.stringify([
      parseBaseName(pinned).digest,
      formatPlatform(platform),
      rootPrefix ?? null,
      user ?? null,
    ]),
  )
  const open = () => reader.read(platform, pinned)
  const said = parseSummary(earlier?.annotations[summaryAnnotation], key)
  const isKnown = said && (!user || isAsWished(said.user, user))
  const summary = isKnown ? said : await readSummary(await open(), user)
  return { pinned, summary, annotations: { [summaryAnnotation]: formatSummary(summary, key) }, open }
}

async function readSummary(base: Base, wish: UserWish | undefined): Promise<BaseSummary> {
  const files = await base.files()
  const { name, uid, gid, home } = await userOf(base, wish)
  return {
    user: { name, uid, gid, home },
    hasMicromamba: files.get('bin/micromamba') !== undefined,
    hasBash: hasBash(files),
  }
}

/**
 * The user of images on a base. One without bash is made for a single program, and its own user, if that is not root, is whom its
 * users expect.
 * @throws UserError as `chooseUser` does
 */
export async function userOf(base: Base, wish: UserWish | undefined): Promise<ImageUser> {
  const files = await base.files()
  const own = hasBash(files) ? undefined : configuredUser(files, base.image.config.config?.User)
  return chooseUser(files, base.variables, wish ?? own)
}

/**
 * Holds what is known of a base against its files, where these are read anyway.
 * @throws UserError when an earlier image has told something else of it
 */
export async function checkSummary(
  { summary, pinned }: PreparedBase,
  base: Base,
  wish: UserWish | undefined,
): Promise<void> {
  const read = await readSummary(base, wish)
  if (isDeepStrictEqual(read, summary)) return
  const shown = ({ user: { name, uid, gid, home }, hasMicromamba, hasBash }: BaseSummary) =>
    `the user ${foreignText(name)} (${uid}:${gid}, ${foreignText(home)}) and ${hasMicromamba ? 'a' : 'no'} micromamba${hasBash ? '' : ', but no bash'}`
  throw new UserError(
    `an earlier image says that ${pinned} has ${shown(summary)}, and it has ${shown(read)}`,
    {
      advice: 'That image is not what it says. Make one without it: cache-from: none.',
    },
  )
}
