import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { UserError } from '../common/errors.ts'
import { assembleImage } from '../image/assemble.ts'
import { factsAnnotation, layerKeyAnnotation, type LayerSettings, type MadeLayer } from '../layers/build.ts'
import type { WheelInputs } from '../image/inputs.ts'
import type { Fetched } from '../packages/download.ts'
import { builtWheel, type SourceLine, type WheelToFetch } from '../packages/wheel/archive.ts'
import {
  buildWheels,
  createBench,
  type BuildPlace,
  type BuiltWheel,
  type WheelToBuild,
} from './build-wheels.ts'
import type { RunContext } from './context.ts'
import type { LockedMember } from './locked-member.ts'
import { contractVariables, environmentLayer, micromambaLayer, wiringLayer } from './own-layers.ts'
import {
  buildPackageLayers,
  layersOf,
  type BuiltMember,
  type PackageLayerHooks,
  type WheelSupply,
} from './package-layers.ts'
import type { PackageStore } from './packages.ts'
import type { EarlierGroup, Plan, PlannedGroup, PlannedMember } from './plan.ts'
import { buildKey } from './wheel-origin.ts'
import { accessFor, sourceOf } from './wheel-source.ts'
import { folderOf, lineOf, wheelLines } from './wheels.ts'
import { refuseBuildsWithoutBash } from './without-bash.ts'

export type BuildStore = Pick<PackageStore, 'fetch'> & Partial<Pick<PackageStore, 'keep'>>

/**
 * Makes the layers of an environment's packages and wheels, and before that the wheels that have to be built, on its packages.
 * @param onNext see `PackageLayerHooks`
 * @throws UserError when one cannot be built
 */
export async function buildMember(
  member: PlannedMember,
  plan: Plan,
  settings: LayerSettings,
  store: BuildStore,
  context: RunContext,
  onNext?: PackageLayerHooks['onNext'],
): Promise<BuiltMember> {
  const { options } = plan.wanted.inputs
  const build = (groups: PlannedMember['groups'], supply?: WheelSupply) =>
    buildPackageLayers(
      { ...member, groups },
      options,
      plan.base.rootPrefix,
      settings.directory,
      store,
      context,
      { supply, onNext },
    )
  const sources = sourcePositions(member)
  if (sources.size === 0) return build(member.groups)

  const place = createPlace(member, plan, settings, store, context)
  const supply = supplyWheels(member, plan, place, store, context)
  const missing = member.groups.flatMap((group) => (group.earlier ? [] : group.packages))
  await supply(missing.filter((position) => sources.has(position)))
  const known = await place.below()
  const groups = member.groups.map((group) => {
    const made = known?.made[known.groups.findIndex(({ key }) => key === group.key)]
    if (!made) return group
    if (!options.exclude) return { ...group, earlier: made }
    // What wheels are built on has all files of its packages: it is the image's own where none are left out of it.
    const candidate = group.candidate ?? candidateOf(made, group)
    return group.earlier || !candidate ? group : { ...group, candidate }
  })
  return build(groups, supply)
}

function candidateOf({ layer, facts }: MadeLayer, { key }: PlannedGroup): EarlierGroup | undefined {
  const text = layer.descriptor.annotations?.[factsAnnotation]
  return text === undefined ? undefined : { key, layer, facts, text }
}

/** What of an environment has no wheel, by its places among all that is linked. */
function sourcePositions({ locked }: PlannedMember): Set<number> {
  const { lock } = locked.resolved
  const wheels = wheelLines(lock)
  return new Set(
    [...wheels.keys()]
      .filter((index) => wheels[index]?.kind !== 'wheel')
      .map((index) => lock.packages.length + index),
  )
}

/** Where the wheels of an environment are built, made once and when it is needed. */
export interface LazyPlace {
  readonly open: () => Promise<BuildPlace>
  /** What was made of the environment's packages, if it was needed. */
  readonly below: () => Promise<BuiltMember | undefined>
}

export function createPlace(
  member: PlannedMember,
  wanted: Plan,
  settings: LayerSettings,
  store: BuildStore,
  run: RunContext,
): LazyPlace {
  const count = member.locked.resolved.lock.packages.length
  const { exclude } = wanted.wanted.inputs.options
  const [plan, context] = exclude ? [wholePlan(wanted), { ...run, uploader: undefined }] : [wanted, run]
  const groups = member.groups
    .filter((group) => group.packages.every((position) => position < count))
    .map((group) => (exclude ? wholeGroup(group) : group))
  const directory = join(settings.directory, 'packages')
  let below: Promise<BuiltMember> | undefined
  let place: Promise<BuildPlace> | undefined
  const make = async () => {
    refuseBuildsWithoutBash(wanted.wanted.base)
    below = buildPackageLayers(
      { ...member, groups },
      plan.wanted.inputs.options,
      plan.base.rootPrefix,
      directory,
      store,
      context,
    )
    return placeOf(await below, plan, settings, context)
  }
  return { open: () => (place ??= make()), below: () => Promise.resolve(below) }
}

/** The plan of an image from which nothing is left out: headers and static libraries may be what a build needs. */
function wholePlan(plan: Plan): Plan {
  const { inputs } = plan.wanted
  const options = { ...inputs.options, exclude: undefined }
  return { ...plan, wanted: { ...plan.wanted, inputs: { ...inputs, options } } }
}

/** A group whose layer is made unless an earlier image has it whole. */
function wholeGroup(group: PlannedGroup): PlannedGroup {
  const { earlier, ...rest } = group
  const isWhole = earlier?.layer.descriptor.annotations?.[layerKeyAnnotation] === group.key
  return isWhole ? group : rest
}

/** Says how the wheels of an environment are had that have to be built, by their places among all that is linked. */
function supplyWheels(
  member: PlannedMember,
  plan: Plan,
  { open }: LazyPlace,
  store: BuildStore,
  context: RunContext,
): WheelSupply {
  const { inputs, locked, prefix } = member
  const { lock } = locked.resolved
  const lines = wheelLines(lock)
  const versions = Object.fromEntries(lines.map(({ name, version }) => [name, version ?? null]))
  const wanting = (line: SourceLine, wheel: WheelInputs | undefined): WheelToBuild => {
    if (!wheel || !('origin' in wheel)) throw new Error(`nothing says what ${line.name} is built of`)
    const at = lineOf(line, locked.result)
    return {
      name: line.name,
      key: buildKey(plan.wanted.inputs, inputs, prefix, wheel.origin),
      at,
      ...sourceOf(line, locked, at, store, context),
      locked: versions,
      // What others lock may leave out what it requires.
      isStrict: lock.header !== undefined && line.lockFile === undefined,
    }
  }
  const made = new Map<number, Fetched<WheelToFetch>>()
  const make = async (positions: readonly number[]) => {
    const sources = positions.map((position) => {
      const index = position - lock.packages.length
      const line = lines[index]
      if (!line || line.kind === 'wheel') throw new Error(`there is nothing to build at ${position}`)
      return { position, line, wanted: wanting(line, inputs.wheels?.[index]) }
    })
    const wanted = sources.map((one) => one.wanted)
    const bench = createBench(open, () => accessFor(locked, context), context)
    const built = await buildWheels(wanted, bench, context).finally(() => bench.close())
    const folder = folderOf(locked, context.workspace)
    for (const [index, wheel] of built.entries()) {
      const source = sources[index]
      if (!source) continue
      const { position, line } = source
      if (line.name !== wheel.name) throw anotherProject(line, wheel, locked)
      store.keep?.(basename(wheel.file))
      const { file, sha256, md5, size } = wheel
      const as = builtWheel(line, wheel, folder, locked.result.file)
      made.set(position, { locked: as, file, sha256, md5, size, from: 'disk' })
    }
  }
  return async (positions) => {
    const missing = positions.filter((position) => !made.has(position))
    if (missing.length > 0) await make(missing)
    return positions.flatMap((position) => made.get(position) ?? [])
  }
}

function anotherProject(line: SourceLine, { fileName }: BuiltWheel, { result }: LockedMember): UserError {
  return new UserError(`what is locked as ${line.name} came out as ${fileName}`, {
    at: lineOf(line, result),
    advice:
      line.lockFile === undefined
        ? 'Run with lock-mode: update, and commit the file that it writes.'
        : 'Have the file written anew.',
  })
}

/** An image of an environment's packages alone. Wheels of the same list are not in it, as little as pip would have them there. */
async function placeOf(
  member: BuiltMember,
  plan: Plan,
  settings: LayerSettings,
  context: RunContext,
): Promise<BuildPlace> {
  const { base, owner, wanted } = plan
  const { name } = member.inputs
  const { platform, options } = wanted.inputs
  const directory = join(settings.directory, `build-${name}`)
  await mkdir(directory, { recursive: true })
  const own = { ...settings, directory }
  const contract = contractVariables(plan, name)
  const layers = [
    ...(await micromambaLayer(plan, own, context)),
    ...layersOf([member], { ofFolders: false }),
    await wiringLayer(plan, [member], name, own),
    await environmentLayer([member], own),
  ]
  const image = assembleImage(base.image, layers, platform, {
    user: String(owner.uid),
    environment: contract,
    labels: {},
    created: '1980-01-02T00:00:00Z',
    annotations: {},
  })
  // The image's user has no part in what is built, and in how it is known.
  const others = Object.entries(contract).filter(([variable]) => !variable.startsWith('MAMBA_USER'))
  return {
    image,
    variables: { ...Object.fromEntries(base.variables), ...Object.fromEntries(others) },
    name,
    owner,
    compression: settings.compression,
    directory,
    network: options.run.network,
  }
}
