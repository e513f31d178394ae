import type { Request } from '../action/request.ts'
import { formatPlatform, type Platform } from '../common/platform.ts'
import { readBaseFiles, type BaseFiles } from '../image/base-files.ts'
import { formatBaseName, parseBaseName } from '../image/base-name.ts'
import { baseVirtualPackages, isLibc } from '../image/base-virtual-packages.ts'
import { pinReference, readBase, type BaseImage } from '../image/base.ts'
import { checkBase } from '../image/check-base.ts'
import { environmentOf } from '../image/config.ts'
import { isWiringFile } from '../image/wiring.ts'
import type { VirtualPackages } from '../micromamba/solve.ts'
import type { LockedMember } from './lock.ts'
import type { Workshop } from './workshop.ts'

/** A base image with what is known of its files. */
export interface Base {
  readonly image: BaseImage
  readonly files: BaseFiles
  /** Its ENV. */
  readonly variables: ReadonlyMap<string, string>
  /** What it tells of the machine that its containers find. */
  readonly virtualPackages: VirtualPackages
  /** Where environments lie in images that stand on it. */
  readonly rootPrefix: string
}

/** Reads bases, each once in a run, however many environments are solved for it. */
export interface BaseReader {
  /** The base's name with the digest that it stands for now. */
  pin(): Promise<string>
  /**
   * @param pinned what `pin` gave, or a lock holds
   * @throws UserError when it has nothing for the platform, or no environment can live on it
   */
  read(platform: Platform, pinned: string): Promise<Base>
}

export function createBaseReader(request: Request, { registry }: Workshop): BaseReader {
  let pinned: Promise<string> | undefined
  const bases = new Map<string, Promise<Base>>()
  return {
    pin: () => (pinned ??= pinReference(request.base, registry, request.workspace).then(formatBaseName)),
    read(platform, name) {
      const key = `${formatPlatform(platform)} ${name}`
      const base = bases.get(key) ?? openBase(request, platform, name, registry)
      bases.set(key, base)
      return base
    },
  }
}

async function openBase(
  { rootPrefix: wanted, workspace }: Request,
  platform: Platform,
  pinned: string,
  registry: Workshop['registry'],
): Promise<Base> {
  const image = await readBase(parseBaseName(pinned), platform, registry, workspace)
  const files = await readBaseFiles(image.layers, (path) => isWiringFile(path) || isLibc(path))
  const variables = environmentOf(image.config)
  const rootPrefix = wanted ?? variables.get('MAMBA_ROOT_PREFIX') ?? '/opt/conda'
  checkBase(files, rootPrefix)
  return {
    image,
    files,
    variables,
    virtualPackages: baseVirtualPackages(files, variables, platform),
    rootPrefix,
  }
}

/**
 * The bases that the locks pin; locks that pin none get what the name stands for now. Their layers leave for the
 * registries when all of them have been read.
 * @param locked the environments of each platform
 */
export async function openBases(
  { platforms }: Request,
  locked: readonly (readonly LockedMember[])[],
  reader: BaseReader,
  { uploader }: Workshop,
): Promise<Base[]> {
  const bases = await Promise.all(
    platforms.map(async (platform, index) => {
      const headers = locked[index]?.flatMap(({ resolved }) => resolved.lock.header ?? []) ?? []
      return reader.read(platform, headers[0]?.baseImage ?? (await reader.pin()))
    }),
  )
  for (const { image } of bases) for (const layer of image.layers) void uploader?.add(layer)
  return bases
}
