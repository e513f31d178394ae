import type { Request } from '../action/request.ts'
import { parseBaseName } from '../base/name.ts'
import { formatSummary, parseSummary, summaryAnnotation, type BaseSummary } from '../base/summary.ts'
import { chooseUser } from '../base/users.ts'
import { digestOf } from '../common/digest.ts'
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
  const read = async (): Promise<BaseSummary> => {
    const base = await open()
    const files = await base.files()
    return {
      user: chooseUser(files, base.variables, user),
      hasMicromamba: files.get('bin/micromamba') !== undefined,
    }
  }
  const summary = parseSummary(earlier?.annotations[summaryAnnotation], key) ?? (await read())
  return { pinned, summary, annotations: { [summaryAnnotation]: formatSummary(summary, key) }, open }
}
