import type { Request } from '../action/request.ts'
import { digestOf } from '../common/digest.ts'
import { formatPlatform, type Platform } from '../common/platform.ts'
import { readBaseFiles, type BaseFiles } from '../base/base-files.ts'
import { formatBaseName, parseBaseName } from '../base/name.ts'
import { formatSummary, parseSummary, summaryAnnotation, type BaseSummary } from '../base/summary.ts'
import { baseVirtualPackages, isLibc } from '../base/virtual-packages.ts'
import { pinReference, readBase, type BaseImage } from '../base/base.ts'
import { checkBase } from '../base/check.ts'
import { environmentOf } from '../oci/config.ts'
import { chooseUser } from '../base/users.ts'
import { isWiringFile } from '../image/wiring.ts'
import type { VirtualPackages } from '../micromamba/solve.ts'
import type { Draft } from './draft.ts'
import type { Workshop } from './workshop.ts'

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

/** A base with what every layer on it depends on. */
export interface Ground {
  readonly base: Base
  readonly summary: BaseSummary
  /** For the annotations of images on it: later runs know it from there, and need not read the base. */
  readonly annotations: Readonly<Record<string, string>>
}

/**
 * The bases of images that are to be made. Their layers leave for the registries when nothing speaks against any of them.
 * @returns undefined for images that are there already
 */
export async function openGrounds(
  request: Request,
  drafts: readonly Draft[],
  reader: BaseReader,
  { uploader }: Workshop,
): Promise<(Ground | undefined)[]> {
  const grounds = await Promise.all(
    drafts.map(async (draft) => (draft.unchanged ? undefined : openGround(request, draft, reader))),
  )
  for (const ground of grounds) for (const layer of ground?.base.image.layers ?? []) void uploader?.add(layer)
  return grounds
}

async function openGround(
  { user }: Request,
  { platform, base: pinned, earlier }: Draft,
  reader: BaseReader,
): Promise<Ground> {
  const base = await reader.read(platform, pinned)
  const { image, rootPrefix, variables } = base
  const key = digestOf(
    JSON.stringify([1, image.pinned.digest, formatPlatform(platform), rootPrefix, user ?? null]),
  )
  const known = parseSummary(earlier?.annotations[summaryAnnotation], key)
  const read = async (): Promise<BaseSummary> => {
    const files = await base.files()
    return {
      user: chooseUser(files, variables, user),
      hasMicromamba: files.get('bin/micromamba') !== undefined,
    }
  }
  const summary = known ?? (await read())
  return { base, summary, annotations: { [summaryAnnotation]: formatSummary(summary, key) } }
}
