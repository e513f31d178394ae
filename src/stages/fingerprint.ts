import type { Request } from '../action/request.ts'
import { bytecodeFormat } from '../bytecode/bytecode.ts'
import { digestOf, type Digest } from '../common/digest.ts'
import type { Platform } from '../common/platform.ts'
import { wiringDigest } from '../image/wiring.ts'
import { compressorName } from '../layers/compress.ts'
import { copyFingerprint } from '../layers/copy.ts'
import { packerFormat } from '../layers/reproducible.ts'
import type { LockedMember } from './lock.ts'

/**
 * The hash of all that determines an image: known from the locks and the request alone, before anything is fetched or made.
 * @param base the base's name with its digest
 */
export async function fingerprint(
  request: Request,
  { architecture }: Platform,
  members: readonly LockedMember[],
  base: string,
): Promise<Digest> {
  const { labels, annotations, linkScripts, micromamba, start, user, copy } = request
  const { userNumeric, groupWritable, rootPrefix, environmentName } = request
  return digestOf(
    JSON.stringify([
      packerFormat,
      base,
      members.map(({ name, resolved: { lock }, environment }) => [
        name,
        lock.packages.map(({ url, checksum }) => [url.href, checksum.hex]),
        lock.header?.specs ?? [],
        lock.header?.ownLayer ?? null,
        environment?.variables ?? {},
      ]),
      [
        architecture,
        compressorName(request.compression),
        linkScripts,
        request.compilePyc && bytecodeFormat,
        [micromamba.version, micromamba.url, micromamba.checksum ?? null],
        start,
        [user ?? null, userNumeric, groupWritable],
        rootPrefix ?? null,
        environmentName ?? null,
      ],
      [withOrigin(request, labels), withOrigin(request, annotations)],
      copy.length > 0 ? await copyFingerprint(copy, request) : null,
      wiringDigest(),
    ]),
  )
}

/** Labels or annotations with those of the run's context; what the user gave wins, and an empty value leaves a key out. */
export function withOrigin(
  { origin }: Request,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const all = Object.entries({ ...origin, ...given }).filter(([, value]) => value !== '')
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)))
}
