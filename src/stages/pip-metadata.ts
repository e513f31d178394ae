import { dirname, join, resolve } from 'node:path'
import type { LockingRequest } from '../action/locking-request.ts'
import { digestOf } from '../common/digest.ts'
import { fileNameOf, type Platform } from '../common/platform.ts'
import type { Environment } from '../environment/read.ts'
import type { ImageOptions } from '../image/inputs.ts'
import type { LockedPackage } from '../lock/types.ts'
import { startFetching, tarballName, type Fetched, type LockedArchive } from '../packages/download.ts'
import { openWheel, type SourceLine } from '../packages/wheel/archive.ts'
import { readAll } from '../prefix/content.ts'
import type { BaseReader } from './base.ts'
import { createPlace, type BuildStore } from './build-place.ts'
import { buildWheels, createBench, type WheelToBuild } from './build-wheels.ts'
import type { RunContext } from './context.ts'
import type { LockedMember } from './locked-member.ts'
import { planImage, type Plan } from './plan.ts'
import { prepareBase } from './prepared-base.ts'
import { environmentInputs } from './wanted.ts'
import { buildKey, originOf } from './wheel-origin.ts'
import { accessFor, sourceOf } from './wheel-source.ts'

/** An environment whose conda packages are solved, and whose lock is not there yet. */
export interface Unlocked {
  readonly request: LockingRequest
  readonly environment: Environment
  /** As `ENV_NAME` has it. */
  readonly name: string
  readonly platform: Platform
  readonly packages: readonly LockedPackage[]
  /** The base with its digest. */
  readonly base: string
  readonly bases: BaseReader
}

export interface MetadataReader {
  /**
   * Builds the wheel of a source, as a lock would have its line, and gives the text of its METADATA.
   * @throws UserError when it cannot be built
   */
  read(source: SourceLine, at: WheelToBuild['at']): Promise<string>
  close(): Promise<void>
}

/**
 * Finds out what sources require that do not say it: their wheels are built where and how the image's own are, so that these are the ones
 * which come into the image; all in one file system, which is laid out for the first.
 */
export function createMetadataReader(unlocked: Unlocked, run: RunContext): MetadataReader {
  // Nothing of what is made here is anybody else's.
  const context: RunContext = { ...run, uploader: undefined }
  const { packages } = unlocked
  const member = memberOf(unlocked)
  const store = storeOf(member, packages, context)
  let preparing: ReturnType<typeof prepare> | undefined
  const prepare = async () => {
    const plan = await planFor(member, unlocked, context)
    const [planned] = plan.members
    if (!planned) throw new Error('an image has an environment')
    const settings = {
      owner: plan.owner,
      compression: plan.wanted.inputs.options.compression,
      directory: join(context.scratch, `${fileNameOf(unlocked.platform)}-${unlocked.name}-lock`),
    }
    const { open } = createPlace(planned, plan, settings, store, context)
    return { plan, planned, bench: createBench(open, () => accessFor(member, context), context) }
  }
  const read = async (source: SourceLine, at: WheelToBuild['at']) => {
    const { plan, planned, bench } = await (preparing ??= prepare())
    const origin = await originOf(source, member, context)
    const wanted: WheelToBuild = {
      name: source.name,
      key: buildKey(plan.wanted.inputs, planned.inputs, planned.prefix, origin),
      at,
      ...sourceOf(source, member, at, store, context),
      isStrict: true,
    }
    const [wheel] = await buildWheels([wanted], bench, context)
    if (!wheel) throw new Error('what was asked for was not built')
    return readMetadata(wheel.file)
  }
  return { read, close: async () => (await preparing)?.bench.close() }
}

/** As if its packages were locked, and nothing else. */
function memberOf({ request, environment, name, packages }: Unlocked): LockedMember {
  const { file } = environment
  const path = join(dirname(resolve(request.workspace, file)), '.lock')
  const lock = { packages, wheels: [] }
  return {
    name,
    environment,
    file,
    resolved: { lock, text: '', path, hash: digestOf(''), changed: false },
    result: {
      environment: name,
      asked: [],
      file,
      hash: digestOf(''),
      changed: false,
      packages: packages.length,
    },
  }
}

async function planFor(
  member: LockedMember,
  { request, platform, base: pinned, bases }: Unlocked,
  context: RunContext,
): Promise<Plan> {
  const run = { ...plain.run, network: request.build.network }
  const options: ImageOptions = { ...plain, ...request.image, run, compilePyc: false }
  const environments = [await environmentInputs(member, context)]
  const reader: BaseReader = { ...bases, pin: () => Promise.resolve(pinned) }
  const base = await prepareBase({ image: options }, platform, [member], reader, undefined)
  const inputs = { platform, base: pinned, environments, options }
  return planImage({ inputs, fingerprint: digestOf(''), members: [member], base }, context)
}

/** Of an image that nobody gets to see. */
const plain: ImageOptions = {
  start: { env: [], expose: [], volumes: [] },
  userNumeric: false,
  groupWritable: false,
  compression: 'zstd',
  labels: {},
  annotations: {},
  linkScripts: { mode: 'skip', skip: [], network: false },
  run: { commands: [], squash: false, network: true },
  compilePyc: false,
}

/** The packages, all at once when the first is needed, and archives of sources. */
function storeOf(
  member: LockedMember,
  packages: readonly LockedPackage[],
  { channels, tarballs }: RunContext,
): BuildStore {
  const fetching = new Map<string, Promise<Fetched<LockedArchive>>>()
  const begin = async (some: readonly LockedArchive[]) => {
    const { authorize } = await channels(member.environment)
    const options = { lockFile: member.file, authorize }
    for (const [index, one] of startFetching(some, tarballs, options).entries()) {
      const archive = some[index]
      if (archive) fetching.set(tarballName(archive), one)
      one.catch(() => undefined) // awaited below
    }
  }
  return {
    async fetch({ packages: wanted }) {
      const missing = wanted.filter((one) => !fetching.has(tarballName(one)))
      if (missing.length > 0) await begin(fetching.size === 0 ? [...packages, ...missing] : missing)
      const found = await Promise.all(
        wanted.map(async (locked) => {
          const fetched = await fetching.get(tarballName(locked))
          return fetched ? [{ ...fetched, locked }] : []
        }),
      )
      return found.flat()
    },
  }
}

async function readMetadata(file: string): Promise<string> {
  const wheel = await openWheel(file)
  for await (const { file: one, content } of wheel.entries()) {
    if (one.name === `${wheel.info.distInfo}/METADATA`) return (await readAll(content)).toString()
  }
  throw new Error('a wheel that was opened has METADATA')
}
