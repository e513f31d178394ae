import * as core from '@actions/core'
import type { LockingRequest } from '../action/locking-request.ts'
import { formatPlatform, type Platform } from '../common/platform.ts'
import { readBaseFiles, type BaseFiles } from '../base/base-files.ts'
import { formatBaseName, parseBaseName } from '../base/name.ts'
import { baseVirtualPackages, isLibc } from '../base/virtual-packages.ts'
import { pinReference, readBase, type BaseImage } from '../base/base.ts'
import { checkBase } from '../base/check.ts'
import { environmentOf, triggersOf } from '../oci/config.ts'
import { isWiringFile } from '../image/wiring.ts'
import type { VirtualPackages } from '../micromamba/solve.ts'
import type { RunContext } from './context.ts'

/** A base image. Its layers are read only where its files matter. */
export interface Base {
  readonly image: BaseImage
  /** Its ENV. */
  readonly variables: ReadonlyMap<string, string>
  /** Where environments lie in images that stand on it. */
  readonly rootPrefix: string
  /**
   * Its files, read once.
   * @throws UserError when no environment can live on it
   */
  files(): Promise<BaseFiles>
  /** What it tells of the machine that its containers find. */
  virtualPackages(): Promise<VirtualPackages>
}

/** Reads bases, each once in a run, however many environments are solved for it. */
export interface BaseReader {
  /** The base's name with the digest that it stands for now. */
  pin(): Promise<string>
  /**
   * @param pinned what `pin` gave, or a lock holds
   * @throws UserError when it has nothing for the platform
   */
  read(platform: Platform, pinned: string): Promise<Base>
}

export function createBaseReader(request: LockingRequest, { registry }: RunContext): BaseReader {
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
  { image: { rootPrefix: wanted }, workspace }: LockingRequest,
  platform: Platform,
  pinned: string,
  registry: RunContext['registry'],
): Promise<Base> {
  const image = await readBase(parseBaseName(pinned), platform, registry, workspace)
  const triggers = triggersOf(image.config)
  if (triggers.length > 0) {
    core.warning(
      `${pinned} for ${formatPlatform(platform)} has ONBUILD, which is not run and not in the image: ${triggers.join('; ')}`,
    )
  }
  const variables = environmentOf(image.config)
  const rootPrefix = wanted ?? variables.get('MAMBA_ROOT_PREFIX') ?? '/opt/conda'
  let reading: Promise<BaseFiles> | undefined
  const files = () => (reading ??= readFiles(image, rootPrefix))
  return {
    image,
    variables,
    rootPrefix,
    files,
    virtualPackages: async () => baseVirtualPackages(await files(), variables, platform),
  }
}

async function readFiles({ layers }: BaseImage, rootPrefix: string): Promise<BaseFiles> {
  const files = await readBaseFiles(layers, (path) => isWiringFile(path) || isLibc(path))
  checkBase(files, rootPrefix)
  return files
}
