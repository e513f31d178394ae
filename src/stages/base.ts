import type { Request } from '../action/request.ts'
import type { Platform } from '../common/platform.ts'
import { readBaseFiles, type BaseFiles } from '../image/base-files.ts'
import { readBase, type BaseImage } from '../image/base.ts'
import { environmentOf } from '../image/config.ts'
import { isWiringFile } from '../image/wiring.ts'
import { parseReference } from '../registry/registry.ts'
import type { LockedMember } from './lock.ts'
import type { Workshop } from './workshop.ts'

/** A base image with what is known of its files. */
export interface Base {
  readonly image: BaseImage
  readonly files: BaseFiles
  /** Its ENV. */
  readonly variables: ReadonlyMap<string, string>
}

/** The base that the locks pin; locks that pin none get what the name stands for now. */
export async function openBase(
  request: Request,
  platform: Platform,
  members: readonly LockedMember[],
  { registry, uploader }: Workshop,
): Promise<Base> {
  const pinned = members.find(({ resolved }) => resolved.lock.header)?.resolved.lock.header?.baseImage
  const image = await readBase(
    pinned === undefined ? request.base : parseReference(pinned),
    platform,
    registry,
  )
  const files = await readBaseFiles(image.layers, isWiringFile)
  for (const layer of image.layers) void uploader?.add(layer)
  return { image, files, variables: environmentOf(image.config) }
}
